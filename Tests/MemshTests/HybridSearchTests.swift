import Foundation
import MemoryModel
import TestSupport
import Testing

/// `search` by words and by meaning: as good as the better of them, on both backends.
@Suite struct HybridSearchTests {
  private static let models = ProcessInfo.processInfo.environment["MEMSH_TEST_MODELS"]

  /// A model on this machine.
  enum Model: String, CaseIterable, Sendable {
    case words = "wordllama-l2-supercat-256"
    case sentences = "all-MiniLM-L6-v2"

    var isThere: Bool {
      models.map { FileManager.default.fileExists(atPath: "\($0)/\(rawValue)/model.safetensors") } ?? false
    }
  }

  /// An empty store, and a model for its vectors.
  static func local(_ kind: World.Kind, _ model: Model) throws -> World {
    let world = try World(kind)
    let folder = world.folder.file("data/memsh/models/")
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    try FileManager.default.createSymbolicLink(
      atPath: folder + model.rawValue, withDestinationPath: "\(try #require(models))/\(model.rawValue)")
    return world
  }

  /// A store with memories of a file, embedded.
  static func filled(_ world: World, _ file: String, embedder: String) throws {
    let script = try world.script(
      "set embedder \(embedder)\nschema --create\nimport \(file) --yes\nreembed --missing --yes\n", "fill.memsh")
    let result = try world.run("-q", "-f", script)
    #expect(result.status == 0, "\(result.errors)")
  }

  /// What each of many searches finds, in one process.
  static func ids(_ world: World, _ searches: [[String]]) throws -> [[Int64]] {
    let lines = searches.map { words in
      let quoted = words.map { "'" + $0.replacing("'", with: "'\\''").replacing("$", with: "") + "'" }
      return "search --fields id " + quoted.joined(separator: " ")
    }
    let script = try world.script("set output tsv\n" + lines.joined(separator: "\n") + "\n", "search.memsh")
    let result = try world.run("-q", "-f", script)
    #expect(result.status == 0, "\(result.errors)")
    var found: [[Int64]] = []
    for line in result.output.split(separator: "\n") {
      if line == "id" { found.append([]) } else { found[found.count - 1].append(try #require(Int64(line))) }
    }
    try #require(found.count == searches.count)
    return found
  }

  @Test(
    "of things said in other words it finds as many first as meaning alone",
    .enabled(if: Model.words.isThere, "MEMSH_TEST_MODELS names no folder with the model of words"),
    arguments: World.Kind.allCases)
  func findsParaphrases(kind: World.Kind) throws { try HybridSearchTests.findParaphrases(kind, .words, atLeast: 25) }

  @Test(
    "and with a model of sentences",
    .enabled(if: Model.sentences.isThere, "MEMSH_TEST_MODELS names no folder with all-MiniLM-L6-v2"),
    arguments: World.Kind.allCases)
  func findsParaphrasesBySentences(kind: World.Kind) throws {
    try HybridSearchTests.findParaphrases(kind, .sentences, atLeast: 35)
  }

  private static func findParaphrases(_ kind: World.Kind, _ model: Model, atLeast: Int) throws {
    let world = try HybridSearchTests.local(kind, model)
    let path = Memsh.package + "/Tests/EmbeddingsTests/Fixtures/paraphrases.json"
    let pairs = try JSONParser.parse(try String(contentsOfFile: path, encoding: .utf8)).arrayValue ?? []
    #expect(pairs.count >= 40)
    let memories = pairs.enumerated().map { index, pair in
      JSON.object([
        JSON.Member("id", .integer(Int64(index + 1))), JSON.Member("user_id", .string("ada")),
        JSON.Member("content", pair.arrayValue?.last ?? .null),
      ]).text
    }
    let file = try world.folder.write(memories.joined(separator: "\n"), to: "memories.jsonl")
    try HybridSearchTests.filled(world, file, embedder: "local")
    let first = try ["semantic", "hybrid"].map { mode in
      let queries = pairs.map { ["--mode", mode, "--limit", "1", "--", $0.arrayValue?.first?.stringValue ?? ""] }
      return try HybridSearchTests.ids(world, queries).enumerated().count { $0.element == [Int64($0.offset + 1)] }
    }
    #expect(first[0] >= atLeast)
    #expect(first[1] >= first[0], "\(first[1]) of \(pairs.count) first, \(first[0]) by meaning")
  }

  /// A store with 300 memories, so many of which have a word of `tea kettle` that both halves go on behind a hundred.
  private static func paged(_ kind: World.Kind) throws -> World {
    let world = try World(kind)
    let things = ["green tea", "a kettle", "black tea in a kettle", "a bicycle", "tea, tea and tea"]
    let rows = (1...300).map { index in
      "{\"id\":\(index),\"user_id\":\"ada\",\"content\":\"note \(index % 70): \(things[index % things.count])\"}"
    }
    let file = try world.folder.write(rows.joined(separator: "\n"), to: "memories.jsonl")
    try filled(world, file, embedder: "hash")
    return world
  }

  @Test("the pages of an answer repeat no row and lose none", arguments: World.Kind.allCases)
  func pages(kind: World.Kind) throws {
    let world = try HybridSearchTests.paged(kind)
    for options in [
      ["tea kettle"], ["tea kettle", "--threshold", "0.05"], ["the bicycle club"], ["--similar-to", "5"],
    ] {
      let starts = Array(stride(from: 0, to: 300, by: 23))
      let found = try HybridSearchTests.ids(
        world,
        [options + ["--exact", "--limit", "300"]]
          + starts.map { options + ["--exact", "--limit", "23", "--offset", "\($0)"] })
      #expect(found[0].count > 150, "\(options)")
      #expect(Array(found.dropFirst().joined()) == found[0], "\(options)")
    }
  }

  @Test("a threshold leaves rows out, and those that stay have the same scores", arguments: World.Kind.allCases)
  func keepsScores(kind: World.Kind) throws {
    let world = try HybridSearchTests.paged(kind)
    func scores(_ options: String...) throws -> [(id: Int, similarity: Double, score: Double)] {
      try (world.json(["search", "tea kettle", "--exact", "--limit", "300"] + options).arrayValue ?? []).map { row in
        (
          try #require(row[key: "id"]?.integerValue), row[key: "similarity"]?.doubleValue ?? -2,
          try #require(row[key: "score"]?.doubleValue)
        )
      }
    }
    let all = try scores()
    let threshold = all.map(\.similarity).sorted()[all.count - 30]
    let expected = all.filter { $0.similarity >= threshold }
    let found = try scores("--threshold", "\(threshold)")
    #expect(found.map(\.id) == expected.map(\.id) && (30..<200).contains(found.count))
    for (one, other) in zip(found, expected) { #expect(abs(one.score - other.score) < 1e-9, "\(one.id)") }
  }

  @Test(
    "the words' weight is what the query and the setting say, and --explain tells it", arguments: World.Kind.allCases)
  func weighs(kind: World.Kind) throws {
    let world = try HybridSearchTests.paged(kind)
    let add = try world.run("-q", "add", "The zither is in the attic", "--user", "ada")
    #expect(add.status == 0, "\(add.errors)")
    func explained(_ query: String, _ setting: String = "auto") throws -> JSON {
      let result = try world.run("-q", "-c", "set hybrid-weight \(setting); search '\(query)' --explain --json")
      return try JSONParser.parse(result.output)
    }
    for (query, setting, weight) in [
      ("black tea kettle", "auto", 0.7), ("the tea", "auto", 0.7), ("a tea of the house", "auto", 0),
      ("Tea of the house", "auto", 0), ("the old Tea house", "auto", 0.7), ("the \"tea\" house", "auto", 0.7),
      ("zither of the house", "auto", 0.7), ("note 7 house", "auto", 0.7), ("nothing like it", "auto", 0),
      ("teas of the house", "0.5", 0.5), ("tea kettle", "0", 0), ("tea kettle", "1", 1),
    ] as [(String, String, Double)] {
      let plan = try explained(query, setting)
      #expect(plan[key: "lexical_weight"]?.doubleValue == weight, "\(query), \(setting)")
      for row in plan[key: "scores"]?.arrayValue ?? [] {
        let parts = ["semantic_part", "lexical_part"].compactMap { row[key: $0]?.doubleValue }
        #expect(abs((row[key: "score"]?.doubleValue ?? -1) - parts.reduce(0, +)) < 1e-12)
        let hasScore = row[key: "lexical_score"]?.doubleValue != nil
        #expect(hasScore == (row[key: "lexical_rank"]?.doubleValue != nil))
      }
    }
    let modes = try ["semantic", "lexical"].map { try world.json("search", "tea", "--mode", $0, "--explain") }
    for plan in modes { #expect(plan[key: "lexical_weight"] == .null) }
    let best = try explained("black tea kettle", "1")[key: "scores"]?.arrayValue?.first
    #expect(best?[key: "lexical_part"]?.doubleValue == 1 && best?[key: "score"]?.doubleValue == 1)
  }

  @Test("words are left out by the language of the index", arguments: World.Kind.allCases)
  func knowsFunctionWords(kind: World.Kind) throws {
    let world = try World(kind)
    let result = try world.run(
      "-q", "-c",
      """
      set embedder hash; set text-search-language simple; schema --create
      add 'Was will er' --user ada; add 'Tee am Morgen' --user ada
      set output tsv; search 'Was will sie' --mode lexical --fields id
      """)
    #expect(result.output.hasSuffix("id\n1\n"), "\(result.output)\(result.errors)")
  }
}
