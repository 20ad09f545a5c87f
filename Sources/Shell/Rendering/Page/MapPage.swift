import MemoryModel
import MemoryServices

/// A map as a page for a browser.
struct MapPage {
  let map: MemoryMap
  /// The ids of memories that say the same, group by group.
  let duplicates: [[Int64]]
  /// What the points are told apart by at first.
  let grouping: MapGrouping
  /// The store's name.
  let store: String
  /// Whether the memories have their texts.
  let hasTexts: Bool

  /// Places are whole numbers from 0 to this.
  private static let places: Float = 65_535
  private static let itemsAtATime = 2_000

  func write(_ output: (String) throws -> Void) throws {
    let page = HTMLPage(
      title: "memsh: map", body: MapPage.body, script: PageCode.common + MapPage.script,
      style: PageCode.style + MapPage.style)
    try output(page.beginning)
    try data { try output(HTMLPage.embedded($0)) }
    try output(page.end)
  }

  /// An object: what is said once, then a list for each thing that is known of every memory.
  private func data(_ output: (String) throws -> Void) throws {
    let head = JSON.object(headMembers)
    try output(String(head.text.dropLast()))
    // Ids as text: they may have more digits than a number of the browser keeps.
    try list("id", output) { .string(String($0.id)) }
    try list("x", output) { .integer(Int(($0.x * MapPage.places).rounded())) }
    try list("y", output) { .integer(Int(((1 - $0.y) * MapPage.places).rounded())) }
    try list("user", output) { .integer($0.user) }
    try list("category", output) { $0.category.map(JSON.integer) ?? .null }
    try list("importance", output) { $0.importance.map { .double(($0 * 1_000).rounded() / 1_000) } ?? .null }
    try list("access", output) { $0.accesses.map(JSON.integer) ?? .null }
    try list("created", output) { $0.created.map { .integer($0.microseconds / 1_000_000) } ?? .null }
    try list("cluster", output) { .integer($0.cluster) }
    try list("outlier", output) { .integer($0.isOutlier ? 1 : 0) }
    if hasTexts { try list("text", output) { .string($0.text.withVisibleControlsInLines) } }
    try output("}")
  }

  private func list(
    _ name: String, _ output: (String) throws -> Void, _ value: (MemoryMap.Point) -> JSON
  ) throws {
    try output(",\"\(name)\":[")
    for start in stride(from: 0, to: map.points.count, by: MapPage.itemsAtATime) {
      var piece = ""
      for (index, point) in map.points[start..<min(start + MapPage.itemsAtATime, map.points.count)].enumerated() {
        if start + index > 0 { piece += "," }
        value(point).write(to: &piece)
      }
      try output(piece)
    }
    try output("]")
  }

  private var headMembers: [JSON.Member] {
    func names(_ names: [String]) -> JSON { .array(names.map { .string($0.withVisibleControls) }) }
    return [
      .init("store", .string(store.withVisibleControls)), .init("layout", .string(map.layout.rawValue)),
      .init("explained", .array(map.explained.map(JSON.double))), .init("by", .string(grouping.rawValue)),
      .init("hasTexts", .bool(hasTexts)), .init("withoutVector", .integer(map.withoutVector)),
      .init("notDrawn", .integer(map.notDrawn)), .init("users", names(map.users)),
      .init("categories", names(map.categories)), .init("clusters", names(map.clusters.indices.map(map.clusterName))),
      .init("links", links),
    ]
  }

  /// The places of the memories of each group of duplicates, as far as they are on the map.
  private var links: JSON {
    guard !duplicates.isEmpty else { return .array([]) }
    var places: [Int64: Int] = [:]
    for (place, point) in map.points.enumerated() { places[point.id] = place }
    let groups = duplicates.map { group in group.compactMap { places[$0] } }.filter { $0.count > 1 }
    return .array(groups.map { .array($0.map(JSON.integer)) })
  }
}
