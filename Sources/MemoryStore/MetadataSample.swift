import Database
import MemoryModel

/// A place in the metadata of memories, and some of what it holds.
struct MetadataPlace {
  /// The keys that lead to it, with dots between them: as a filter names it.
  let path: String
  /// Different values as text, in the order in which they were found.
  var values: [String]
}

extension MemoryStore {
  private static let sampledRows = 500
  /// Longer documents are left out.
  private static let sampledCharacters = 20_000
  private static let sampledPlaces = 200
  private static let sampledValues = 50
  private static let sampledDepth = 4

  /// What the metadata of the newest memories holds, by path.
  func metadata() throws -> [MetadataPlace] {
    let length = SQL(raw: String(MemoryStore.sampledCharacters))
    let documents = try driver.rows(
      """
      SELECT CAST(\(Column.metadata) AS TEXT) FROM (
        SELECT \(name: Column.metadata.name) FROM \(Table.memories) WHERE \(name: Column.metadata.name) IS NOT NULL
        ORDER BY id DESC LIMIT \(MemoryStore.sampledRows)) AS newest
      WHERE \(function: "length")(CAST(\(Column.metadata) AS TEXT)) <= \(length)
      """
    ) { try $0.text(0).flatMap { try? JSONParser.parse($0) } }
    var places: [String: MetadataPlace] = [:]
    for case let document? in documents { MemoryStore.collect(document, at: [], into: &places) }
    return places.values.sorted { $0.path < $1.path }
  }

  private static func collect(_ json: JSON, at path: [String], into places: inout [String: MetadataPlace]) {
    let text: String
    switch json {
    case .object(let members):
      guard path.count < sampledDepth else { return }
      for member in members where MetadataCondition.canName(member.key) {
        collect(member.value, at: path + [member.key], into: &places)
      }
      return
    case .string(let value): text = value
    case .number(let value): text = value
    case .bool(let value): text = String(value)
    case .null, .array, .nested: return
    }
    guard !path.isEmpty else { return }
    let name = path.joined(separator: ".")
    guard places[name] != nil || places.count < sampledPlaces else { return }
    var place = places[name] ?? MetadataPlace(path: name, values: [])
    if place.values.count < sampledValues, !place.values.contains(text) { place.values.append(text) }
    places[name] = place
  }
}
