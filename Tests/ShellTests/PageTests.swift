import Foundation
import TestSupport
import Testing

@testable import Database
@testable import MemoryModel
@testable import MemoryServices
@testable import Shell

/// Maps at the prompt and as pages, without a store.
@Suite struct PageTests {
  private static let hasBrowser = Browser.path != nil
  private static let needsBrowser: Comment = "needs Chromium: scripts/deps --tests installs it"

  /// Points in clumps.
  private static func map(_ count: Int, text: (Int) -> String) -> MemoryMap {
    var random = SeededGenerator(seed: 5)
    let points = (0..<count).map { number in
      var point = MemoryMap.Point(
        id: Int64(number + 1), user: Int32(number % 5), category: number % 7 == 0 ? nil : Int32(number % 3),
        importance: Double(number % 11) / 10, accesses: Int64(number % 40),
        created: Timestamp(microseconds: 1_700_000_000_000_000 + Int64(number) * 1_000_000_000), text: text(number))
      let clump = Float(number % 6)
      point.x = min(1, max(0, (clump + 0.5 + Float.random(in: -0.4...0.4, using: &random)) / 6))
      point.y = min(1, max(0, 0.5 + Float.random(in: -0.3...0.3, using: &random) * (clump + 1) / 6))
      point.cluster = Int32(number % 6)
      return point
    }
    return MemoryMap(
      layout: .pca, points: points, explained: [0.3, 0.2], users: (0..<5).map { "user \($0)" },
      categories: ["facts", "drinks", "<b>"],
      clusters: (0..<6).map { MemoryMap.Cluster(words: ["word\($0)", "other"], count: count / 6) }, dimensions: 256,
      withoutVector: 2, notDrawn: 0)
  }

  private static func lines(_ map: MemoryMap, _ grouping: MapGrouping, columns: Int?, rows: Int?) -> [String] {
    MapScreen(map: map, grouping: grouping, rows: rows).lines(Display(columns: columns)).map { $0.text(.none) }
  }

  @Test("a map at the prompt fits the window", arguments: [(80, 24), (120, 40), (60, 20), (200, 60)])
  func fits(columns: Int, rows: Int) {
    for grouping in MapGrouping.allCases {
      let lines = PageTests.lines(PageTests.map(600) { "text \($0)" }, grouping, columns: columns, rows: rows)
      #expect(lines.count == rows - 1, "\(grouping): \(lines.count) lines")
      #expect(lines.allSatisfy { $0.displayWidth <= columns })
      #expect(lines.joined().unicodeScalars.count { (0x2801...0x28FF).contains($0.value) } > 50)
    }
    let lines = PageTests.lines(PageTests.map(600) { "text \($0)" }, .cluster, columns: columns, rows: rows)
    #expect(lines.joined(separator: "\n").contains("A 100  word0, other"))
    // The letter stands in the map, too.
    #expect(lines.dropFirst().prefix(rows / 2).joined().contains("A"))
  }

  @Test("many points leave the crowd denser than its fringe")
  func showsDensity() {
    let points = PageTests.map(60_000) { _ in "" }.points
    let drawing = BrailleMap(columns: 40, rows: 10, points)
    let characters = drawing.lines(labels: []).flatMap { $0.text(.none).unicodeScalars.map(\.value) }
    let dots = characters.filter { $0 >= 0x2800 }.map { ($0 - 0x2800).nonzeroBitCount }
    #expect(dots.contains { $0 >= 7 } && dots.contains { (1...3).contains($0) })
  }

  @Test("words of strangers reach the prompt with their controls made visible")
  func showsControls() {
    var map = PageTests.map(60) { _ in "" }
    map.clusters[0] = MemoryMap.Cluster(words: ["\u{1B}[31mred"], count: 10)
    let text = PageTests.lines(map, .cluster, columns: 80, rows: 24).joined()
    #expect(text.contains("\\x1b[31mred") && !text.contains("\u{1B}"))
  }

  @Test("data in a page cannot end its element, whatever it is")
  func embeds() throws {
    let hostile = "</script><script>alert(1)</script><!-- & \u{2028}\u{2029}\u{1B}\" \\"
    let text = HTMLPage.embedded(JSON.array([.string(hostile)]).text)
    #expect(!text.contains { "<>&\u{2028}\u{2029}\u{1B}".contains($0) })
    #expect(try JSONParser.parse(text) == .array([.string(hostile)]))
  }

  /// A page with recall at three breadths.
  private static func recallPage() throws -> String {
    let steps = [(10, 0.81, 2), (40, 0.96, 5), (100, 0.995, 9)].map { breadth, recall, milliseconds in
      RecallReport.Step(
        breadth: breadth, recall: recall, median: .milliseconds(milliseconds),
        percentile95: .milliseconds(milliseconds * 2))
    }
    let report = RecallReport(
      breadths: IndexBreadths(index: "memories_embedding_idx", parameter: "hnsw.ef_search", values: [10, 40, 100]),
      neighbours: 10, sampled: 100, exactMedian: .milliseconds(31), steps: steps)
    let table = ResultTable(
      columns: ["breadth", "recall"], rows: steps.map { [.count($0.breadth), .double($0.recall, places: 4)] })
    let page = ReportPage(report, recommendation: "100 finds 99 %", steps: table)
    var text = ""
    try page.write { text += $0 }
    return text
  }

  @Test("recall against time has a point for each breadth and one for the exact search")
  func drawsRecall() throws {
    let data = try PageTests.data(try PageTests.recallPage())
    let curve = try #require(data[key: "sections"]?.arrayValue?.first)
    #expect(curve[key: "points"]?.arrayValue?.map { $0[key: "y"]?.doubleValue } == [0.81, 0.96, 0.995])
    #expect(curve[key: "reference"]?[key: "x"]?.doubleValue == 31)
  }

  @Test("a browser shows the points of recall, in both themes and on a phone", .enabled(if: hasBrowser, needsBrowser))
  func showsRecall() throws {
    let folder = try TestFolder()
    let browser = try Browser(in: folder)
    try browser.resize(1_000, 800)
    try browser.open(try folder.write(try PageTests.recallPage(), to: "recall.html"))
    #expect(try browser.value("document.querySelectorAll('svg .point').length").integerValue == 3)
    #expect(try browser.value("document.querySelectorAll('svg .reference').length").integerValue == 1)
    for isDark in [false, true] {
      try browser.prefersDark(isDark)
      try browser.photograph(isDark ? "recall-dark" : "recall-light")
    }
    try browser.resize(390, 844)
    try browser.wait("document.documentElement.scrollWidth <= 390")
    try browser.photograph("recall-phone")
    #expect(browser.faults(ofPage: folder.file("recall.html")).isEmpty)
  }

  @Test("growth fills the months in which nothing was created, and stays bounded where a date is wrong")
  func fillsMonths() {
    var statistics = StoreStatistics()
    statistics.byMonth = [("2025-11", 3), ("2026-02", 1)].map { .init(value: $0, memories: $1) }
    #expect(statistics.growth.map(\.label) == ["2025-11", "2025-12", "2026-01", "2026-02"])
    #expect(statistics.growth.map(\.count) == [3, 0, 0, 1])
    statistics.byMonth = [("0001-01", 1), ("9999-12", 1), (nil, 2)].map { .init(value: $0, memories: $1) }
    #expect(statistics.growth.count == 3)
  }

  /// What stands in the element of a page's data.
  private static func data(_ page: String) throws -> JSON {
    let start = try #require(page.range(of: #"<script type="application/json" id="data">"#))
    let end = try #require(page.range(of: "</script>", range: start.upperBound..<page.endIndex))
    return try JSONParser.parse(String(page[start.upperBound..<end.lowerBound]))
  }

  @Test(
    "100,000 memories: drawn, hovered and searched in a browser, in a file of bearable size",
    .enabled(if: hasBrowser, needsBrowser))
  func showsMany() throws {
    let map = PageTests.map(100_000) { number in
      number % 1_000 == 7 ? "the needle \(number) & <b>more</b>" : "hay hay hay hay hay hay hay hay hay hay \(number)"
    }
    let page = MapPage(
      map: map, duplicates: (0..<3_000).map { [$0 * 7 + 1, $0 * 7 + 2] }, grouping: .cluster, store: "many",
      hasTexts: true)
    let folder = try TestFolder()
    let path = folder.file("map.html")
    let file = try NewFile(path, mayReplace: false)
    try page.write { try file.write($0) }
    try file.commit()
    let bytes = try FileManager.default.attributesOfItem(atPath: path)[.size] as? Int
    #expect(try #require(bytes) < 60_000_000)
    let browser = try Browser(in: folder)
    try browser.resize(1_280, 800)
    try browser.open(path)
    let pixels = try browser.value(
      """
      new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => {
        const { data } = pen.getImageData(0, 0, canvas.width, canvas.height);
        let drawn = 0;
        for (let i = 3; i < data.length; i += 4) if (data[i] > 100) drawn++;
        done(drawn);
      })))
      """
    ).integerValue
    #expect(try #require(pixels) > 50_000)
    let milliseconds = try browser.value(
      "(() => { const start = performance.now(); draw(); return performance.now() - start; })()")
    #expect(try #require(milliseconds.doubleValue) < 2_000, "drawing took \(milliseconds.text) ms")
    let place = try browser.value(
      "(() => { const box = canvas.getBoundingClientRect(); return [box.left + screenX(7), box.top + screenY(7)]; })()"
    ).arrayValue?.compactMap(\.doubleValue)
    let (x, y) = (try #require(place?.first), try #require(place?.last))
    try browser.point(x, y)
    try browser.wait("!byId('tip').hidden && byId('tip-text').textContent.length > 0")
    try browser.press("/")
    try browser.type("needle")
    try browser.wait("byId('found').textContent.startsWith('100 memories found')")
    try browser.photograph("map-many-search")
    try browser.press("Escape")
    try browser.wait("!searched")
    for isDark in [false, true] {
      try browser.prefersDark(isDark)
      try browser.photograph(isDark ? "map-many-dark" : "map-many-light")
    }
    try browser.resize(390, 844)
    try browser.wait("document.documentElement.scrollWidth <= 390 && canvas.getBoundingClientRect().width <= 390")
    try browser.photograph("map-many-phone")
    #expect(browser.faults(ofPage: path).isEmpty)
  }
}
