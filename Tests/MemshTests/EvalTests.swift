import Foundation
import MemoryModel
import MemoryServices
import TestSupport
import Testing

/// `eval` as it is typed: its numbers, its files, and what a script does with it.
@Suite struct EvalTests {
  private static let things = [
    "green tea", "a kettle", "black tea in a kettle", "a red bicycle", "the invoice of May", "an espresso machine",
    "tea and biscuits", "a bicycle pump",
  ]

  /// A store with 60 memories of two users, some of which say the same.
  private static func filled(_ kind: World.Kind = .sqlite) throws -> World {
    let world = try World(kind)
    let rows = (1...60).map { id in
      let content = "\(things[id % things.count]), note \(id % 25)"
      return #"{"id":\#(id),"user_id":"\#(id % 3 == 0 ? "ben" : "ada")","content":"\#(content)"}"#
    }
    let file = try world.folder.write(rows.joined(separator: "\n"), to: "memories.jsonl")
    let script = try world.script(
      "set embedder hash\nschema --create\nimport \(file) --yes\nreembed --missing --yes\n", "fill.memsh")
    let result = try world.run("-q", "-f", script)
    #expect(result.status == 0, "\(result.errors)")
    return world
  }

  /// Queries, and the ids that each should find.
  private static let queries: [(text: String, user: String?, ids: [Int64])] = [
    ("green tea", "ada", [8, 16]), ("kettle for tea", "ada", [1, 2, 58]), ("note 7", nil, [7, 32, 57]),
    ("bicycle", "ben", [3, 27]), ("invoice", "ada", [4]), ("espresso machine note 3", nil, [53]),
    ("biscuits", "ada", [14, 22, 38, 46]), ("pump", nil, [7, 15, 23, 31, 39, 47, 55]), ("zebra crossing", "ada", [1]),
    ("the bicycle pump", "ben", [15]), ("May", "ben", [12, 36, 60]), ("note 24", "ada", [49]),
  ]

  private static func line(_ query: (text: String, user: String?, ids: [Int64])) -> String {
    let user = query.user.map { #", "user_id": "\#($0)""# } ?? ""
    return #"{"query": "\#(query.text)"\#(user), "expect": \#(query.ids)}"#
  }

  /// The measures, computed anew from what `search` shows.
  private static func computed(_ world: World, _ mode: String) throws -> [String: Double] {
    var columns: [String: [Double]] = [:]
    for query in queries {
      let user = query.user.map { ["--user", $0] } ?? []
      let found =
        try world.json(
          ["search", query.text, "--mode", mode, "--limit", "50", "--fields", "id"] + user
        ).arrayValue?.compactMap { $0[key: "id"]?.integerValue } ?? []
      let wanted = Set(query.ids.map { Int($0) })
      for cut in [1, 5, 10] {
        let hits = found.prefix(cut).filter { wanted.contains($0) }.count
        columns["recall_at_\(cut)", default: []].append(Double(hits) / Double(wanted.count))
      }
      var (reciprocal, gain, best) = (0.0, 0.0, 0.0)
      for (index, id) in found.enumerated() where wanted.contains(id) {
        if reciprocal == 0 { reciprocal = 1 / Double(index + 1) }
        if index < 10 { gain += log(2) / log(Double(index + 2)) }
      }
      for index in 0..<min(10, wanted.count) { best += log(2) / log(Double(index + 2)) }
      columns["mrr", default: []].append(reciprocal)
      columns["ndcg_at_10", default: []].append(gain / best)
    }
    var expected: [String: Double] = [:]
    let n = Double(queries.count)
    for (name, values) in columns {
      let mean = values.reduce(0, +) / n
      expected[name] = mean
      if name.hasPrefix("recall") {
        // The two values of p for which the mean is 1.96 standard errors away.
        let z = 1.959963984540054
        let root = (z * z * (z * z + 4 * n * mean * (1 - mean))).squareRoot()
        expected[name + "_low"] = max(0, (2 * n * mean + z * z - root) / (2 * (n + z * z)))
        expected[name + "_high"] = min(1, (2 * n * mean + z * z + root) / (2 * (n + z * z)))
      } else {
        var generator = SeededGenerator(seed: 0)
        let means = (0..<1_000).map { _ in
          (0..<queries.count).reduce(0.0) { sum, _ in
            sum + values[Int(generator.next().multipliedFullWidth(by: UInt64(queries.count)).high)]
          } / n
        }.sorted()
        (expected[name + "_low"], expected[name + "_high"]) = (means[25], means[974])
      }
    }
    return expected
  }

  @Test("its numbers are those of an independent computation to 1e-9", arguments: World.Kind.allCases)
  func agrees(kind: World.Kind) throws {
    let world = try EvalTests.filled(kind)
    try world.folder.write(EvalTests.queries.map(EvalTests.line).joined(separator: "\n"), to: "q.jsonl")
    let evaluation = try world.json("eval", world.folder.file("q.jsonl"), "--depth", "50", "--worst", "100")
    #expect(evaluation[key: "measured"]?.integerValue == EvalTests.queries.count)
    for mode in SearchMode.allCases.map(\.rawValue) {
      let result = try #require(evaluation[key: mode])
      for (name, expected) in try EvalTests.computed(world, mode) {
        let value = result[key: name]?.doubleValue ?? -1
        #expect(abs(value - expected) < 1e-9, "\(mode) \(name): \(value), not \(expected)")
      }
    }
    // A word that no memory has is among the weakest, and nothing that was found as it should be.
    let worst = evaluation[key: "worst"]?.arrayValue ?? []
    let zebra = worst.first { $0[key: "line"]?.integerValue == 9 }
    #expect(zebra?[key: "expected"] == .array([.integer(1)]))
    #expect(worst.allSatisfy { $0[key: "ndcg_at_10"]?.doubleValue ?? 1 < 1 })
    let single = try world.json("eval", world.folder.file("q.jsonl"), "--depth", "50", "--mode", "lexical")
    #expect(single[key: "lexical"] == evaluation[key: "lexical"] && single[key: "hybrid"] == nil)
    #expect(single[key: "worst_by"]?.stringValue == "lexical")
    let twice = try world.json(
      "eval", world.folder.file("q.jsonl"), "--depth", "50", "--embedder", "hash", "--embedder", "hash")
    #expect(twice[key: "hybrid"] == evaluation[key: "hybrid"])
    #expect(twice[key: "other_embedders"] == .array([]))
    if case .object(let members) = twice { #expect(members.count { $0.key == "hybrid" } == 1) }
  }

  @Test(
    "a line that cannot be taken is an error with its file and number",
    arguments: [
      (
        #"{"query": "x", "expects": [1]}"#, "there is no 'expects': a line takes query, user_id, expect, expect_content"
      ),
      ("not json", "not valid JSON"), ("[1]", "the line is not an object"),
      (#"{"expect": [1]}"#, "the query is missing"),
      (#"{"query": " ", "expect": [1]}"#, "the query is empty"),
      (#"{"query": 7, "expect": [1]}"#, "query is not a text"),
      (#"{"query": "x"}"#, "nothing is expected"), (#"{"query": "x", "expect": []}"#, "nothing is expected"),
      (#"{"query": "x", "expect": ["1"]}"#, "expect is not a list of ids, which are whole numbers"),
      (#"{"query": "x", "expect": 1}"#, "expect is not a list of ids, which are whole numbers"),
      (#"{"query": "x", "expect_content": [1]}"#, "expect_content is not a list of texts"),
      (#"{"query": "x", "user_id": 1, "expect": [1]}"#, "user_id is not a text"),
    ])
  func refusesLines(line: String, reason: String) throws {
    let world = try EvalTests.filled()
    try world.folder.write(#"{"query": "tea", "expect": [1]}"# + "\n\n" + line, to: "q.jsonl")
    let result = try world.run("eval", "q.jsonl")
    #expect(result.status == 1 && result.output.isEmpty)
    #expect(result.errors.contains("q.jsonl:3: \(reason)"), "\(result.errors)")
  }

  @Test("a mark, carriage returns, empty lines and a last line without an end are taken; other bytes are not")
  func readsFiles() throws {
    let world = try EvalTests.filled()
    let line = #"{"query": "tea", "expect": [1], "user_id": null}"#
    try world.folder.write("\u{FEFF}\(line)\r\n\r\n\(line)", to: "q.jsonl")
    #expect(try world.json("eval", "q.jsonl")[key: "measured"]?.integerValue == 2)
    let piped = try world.run("-q", "eval", "-", "--json", input: line)
    #expect(try JSONParser.parse(piped.output)[key: "measured"]?.integerValue == 1)
    try Data(Array("\(line)\n{\"query\": \"".utf8) + [0xFF, 0x22, 0x7D]).write(
      to: URL(fileURLWithPath: world.folder.file("bad.jsonl")))
    try world.folder.write("\n", to: "empty.jsonl")
    try world.folder.write(#"{"query": "tea", "expect": [4711]}"#, to: "other.jsonl")
    for (file, text) in [
      ("bad.jsonl", "bad.jsonl:2: the line is not UTF-8"), ("empty.jsonl", "empty.jsonl holds no query"),
      ("other.jsonl", "none of the memories that other.jsonl expects is in the store"),
      ("none.jsonl", "there is no file"),
    ] {
      let result = try world.run("eval", file)
      #expect(result.status == 1 && result.errors.contains(text), "\(file): \(result.errors)")
    }
  }

  @Test("a script can guard the quality, and a fall ends it with status 4")
  func asserts() throws {
    let world = try EvalTests.filled()
    try world.folder.write(#"{"query": "green tea, note 8", "user_id": "ada", "expect": [8, 9999]}"#, to: "q.jsonl")
    for (line, status) in [
      ("assert .hybrid.recall_at_10 >= 0.9", 0), ("assert .lexical.mrr > 0.9; assert .missing = 1", 0),
      ("assert .hybrid.recall_at_10_low >= 0.9", 4), ("assert .missing = 0", 4), ("assert .other.mrr > 0", 4),
    ] as [(String, Int32)] {
      let result = try world.run("-q", "-c", "eval q.jsonl; \(line)")
      #expect(result.status == status, "\(line): \(result.errors)")
    }
    // A mode that was not measured is no result that could hold.
    let other = try world.run("-q", "-c", "eval q.jsonl --mode lexical; assert .hybrid.mrr >= 0")
    #expect(other.status == 4, "\(other.errors)")
  }

  @Test("it drafts a file that it can read, and replaces none unasked", arguments: World.Kind.allCases)
  func drafts(kind: World.Kind) throws {
    let world = try EvalTests.filled(kind)
    let made = try world.json("eval", "--make", "10", "--user", "ben", "d.jsonl")
    #expect(made[key: "queries"]?.integerValue == 10)
    let text = try String(contentsOfFile: world.folder.file("d.jsonl"), encoding: .utf8)
    let lines = try text.split(separator: "\n").map { try JSONParser.parse(String($0)) }
    #expect(lines.count == 10 && lines.allSatisfy { $0[key: "user_id"]?.stringValue == "ben" })
    #expect(try world.run("-q", "eval", "--make", "10", "--user", "ben", "-").output == text)
    let evaluation = try world.json("eval", "d.jsonl")
    #expect(evaluation[key: "measured"]?.integerValue == 10 && evaluation[key: "missing"]?.integerValue == 0)
    #expect(evaluation[key: "lexical"]?[key: "recall_at_10"]?.doubleValue ?? 0 > 0.5)
    let again = try world.run("eval", "--make", "3", "d.jsonl")
    #expect(again.status == 1 && again.errors.contains("d.jsonl is there already"), "\(again.errors)")
    #expect(try String(contentsOfFile: world.folder.file("d.jsonl"), encoding: .utf8) == text)
    #expect(try world.json("eval", "--make", "3", "d.jsonl", "--overwrite")[key: "queries"]?.integerValue == 3)
    #expect(try world.run("eval", "--make", "3", "--user", "nobody", "e.jsonl").status == 1)
    #expect(!FileManager.default.fileExists(atPath: world.folder.file("e.jsonl")))
    if kind == .sqlite {
      let itself = try world.run("eval", "--make", "3", world.store, "--overwrite")
      #expect(itself.errors.contains("is the store itself"), "\(itself.errors)")
    }
  }

  @Test("an embedder of another space is refused by its name")
  func refusesEmbedders() throws {
    let world = try EvalTests.filled()
    try world.folder.write(EvalTests.queries.map(EvalTests.line).joined(separator: "\n"), to: "q.jsonl")
    let own = try world.json("eval", "q.jsonl", "--embedder", "hash")
    #expect(own[key: "embedder"]?.stringValue == "hash")
    #expect(try own[key: "semantic"] == world.json("eval", "q.jsonl")[key: "semantic"])
    let elsewhere = try world.run("search", "tea", "--embedder", "hash")
    #expect(elsewhere.errors.contains("'--embedder' goes before the command"), "\(elsewhere.errors)")
    for (options, text) in [
      (["--embedder", "none"], "none"), (["--embedder", "openai"], "the openai embedder needs a key or a server"),
      (["--make", "3", "--depth", "20"], "--make"), (["--overwrite"], "--make"),
      (["--depth", "9"], "--depth"), (["--worst", "-1"], "--worst"),
    ] {
      let result = try world.run(["eval", "q.jsonl"] + options)
      #expect(result.status != 0 && result.errors.contains(text), "\(options): \(result.errors)")
    }
  }

  @Test("people see the measures within 80 columns, what is missing, and the weakest queries")
  func shows() throws {
    let world = try EvalTests.filled()
    let lines = EvalTests.queries.map(EvalTests.line) + [#"{"query": "tea", "user_id": "ada", "expect": [3, 4711]}"#]
    try world.folder.write(lines.joined(separator: "\n"), to: "q.jsonl")
    let result = try world.run("-q", "eval", "q.jsonl", "--output", "table", "--worst", "1")
    #expect(result.status == 0, "\(result.errors)")
    let shown = result.output.split(separator: "\n").map(String.init)
    #expect(shown.first == "q.jsonl: 13 queries, 12 of them measured, searched 100 deep")
    #expect(shown.contains { $0.hasPrefix("recall@10   0.") && $0.count <= 80 }, "\(result.output)")
    #expect(shown.contains("2 expected memories are not there, and not counted:"))
    #expect(shown.contains("  line 13: memory 3, which is there for another user: ben"))
    #expect(shown.contains("  line 13: memory 4711"))
    #expect(shown.contains("  line 9 (ada): zebra crossing"), "\(result.output)")
  }
}
