import Foundation
import MemoryModel
import TestSupport
import Testing

/// `map` at the prompt, in pipes and as JSON, on both backends; the pages themselves are opened in ``MapBrowserTests``.
@Suite struct MapTests {
  private static func world(_ kind: World.Kind = .sqlite) throws -> World {
    let world = try World(kind)
    let rows = (0..<60).map { number in
      let text = number % 2 == 0 ? "Prefers a double espresso in the morning" : "Travels to Lisbon by train"
      return #"{"table":"memories","user_id":"user \#(number % 3)","content":"\#(text), note \#(number)"}"#
    }
    try world.folder.write(rows.joined(separator: "\n") + "\n", to: "rows.jsonl")
    for line in ["schema --create", "import rows.jsonl", "reembed --missing"] {
      let result = try world.run("-q", "--embedder", "hash", "-c", line)
      #expect(result.status == 0, "\(line): \(result.errors)")
    }
    return world
  }

  @Test("both backends draw the same map", arguments: MemoryMapLayout.allCases)
  func isSame(layout: MemoryMapLayout) throws {
    let maps = try [World.Kind.sqlite, .postgres].map { kind in
      try MapTests.world(kind).json("map", "--layout", layout.rawValue)
    }
    #expect(maps[0].text == maps[1].text)
    let points = try #require(maps[0][key: "points"]?.arrayValue)
    #expect(points.count == 60)
    let places = points.flatMap { [$0[key: "x"]?.doubleValue, $0[key: "y"]?.doubleValue] }
    #expect(places.allSatisfy { $0.map { (0...1).contains($0) } == true })
    let clusters = maps[0][key: "clusters"]?.text ?? ""
    #expect(clusters.contains("espresso") && clusters.contains("lisbon"), "\(clusters)")
  }

  enum MemoryMapLayout: String, CaseIterable, Sendable { case pca, neighbours }

  @Test("a pipe gets the picture, 80 columns wide, and reading writes nothing")
  func drawsInPipe() throws {
    let world = try MapTests.world()
    let before = FileManager.default.contents(atPath: world.store)
    let result = try world.run("map", "--by", "user")
    #expect(result.status == 0, "\(result.errors)")
    let lines = result.output.split(separator: "\n", omittingEmptySubsequences: false)
    #expect(lines.allSatisfy { $0.count <= 80 } && lines.count <= 25)
    #expect(result.output.hasPrefix("60 memories, across and up by "))
    #expect(result.output.contains("A 20  user 0"))
    #expect(result.output.unicodeScalars.contains { (0x2801...0x28FF).contains($0.value) })
    #expect(FileManager.default.contents(atPath: world.store) == before)
  }

  @Test("memories without a vector are counted; where none has one, the command that makes them is named")
  func countsMissing() throws {
    let world = try MapTests.world()
    _ = try world.run("sql", "--write", "UPDATE memories SET embedding = NULL WHERE id <= 10")
    let map = try world.json("map")
    #expect(map[key: "without_vector"]?.integerValue == 10 && map[key: "memories"]?.integerValue == 50)
    #expect(try world.run("map").output.contains("10 memories without a vector not drawn: `reembed --missing`"))
    _ = try world.run("sql", "--write", "UPDATE memories SET embedding = NULL")
    let none = try world.run("map", world.folder.file("map.html"))
    #expect(none.status == 1 && none.errors.contains("none of 60 memories has a vector"))
    #expect(none.errors.contains("`reembed --missing`"))
    #expect(!FileManager.default.fileExists(atPath: world.folder.file("map.html")))
    #expect(try world.run("map", "--user", "nobody").errors.contains("there are no memories to draw"))
  }

  @Test(
    "a page is for its owner only, and replaces nothing unasked", arguments: ["map", "stats --html", "dedup --html"])
  func keepsFiles(command: String) throws {
    let world = try MapTests.world()
    let path = world.folder.file("page.html")
    let words = command.split(separator: " ").map(String.init) + [path]
    #expect(try world.run(words).status == 0)
    let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
    #expect(mode == 0o600)
    let again = try world.run(words)
    #expect(again.status == 1 && again.errors.contains("is there already") && again.errors.contains("--overwrite"))
    #expect(try world.run(words + ["--overwrite"]).status == 0)
    let store = try world.run(command.split(separator: " ").map(String.init) + [world.store, "--overwrite"])
    #expect(store.status == 2 && store.errors.contains("is the store itself"), "\(store.errors)")
  }

  @Test("options that do not go together are refused")
  func refusesOptions() throws {
    let world = try MapTests.world()
    for (words, text) in [
      ("map --no-links", "goes with a file"), ("map --overwrite", "goes with a file"),
      ("stats --by user --html x.html", "shows the totals"), ("dedup --merge --html x.html", "leave '--merge' out"),
      ("stats --overwrite", "goes with '--html'"), ("map --layout umap", "umap"), ("map --by colour", "colour"),
    ] {
      let result = try world.run(words.split(separator: " ").map(String.init))
      #expect(result.status == 2 && result.errors.contains(text), "\(words): \(result.errors)")
    }
  }
}
