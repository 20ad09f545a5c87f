import Foundation
import MemoryModel
import TestSupport
import Testing

/// What `search` finds of a public benchmark's questions: hybrid never less than its better half, on both backends.
@Suite struct LocomoTests {
  private static let folder = Memsh.package + "/../shared/locomo"
  private static let isThere = FileManager.default.fileExists(atPath: folder)

  /// How much of the evidence was found, in the mean over the questions.
  struct Found: Sendable {
    var first = 0.0
    var firstFive = 0.0
    var firstTen = 0.0
    /// The mean of 1 / the place of the first evidence.
    var reciprocal = 0.0

    /// The mean over questions.
    init(_ questions: [JSON], _ answers: [[String]]) {
      for (question, turns) in zip(questions, answers) {
        let evidence = Set(question[key: "evidence"]?.arrayValue?.compactMap(\.stringValue) ?? [])
        func recall(_ count: Int) -> Double {
          Double(evidence.intersection(turns.prefix(count)).count) / Double(evidence.count * questions.count)
        }
        first += recall(1)
        firstFive += recall(5)
        firstTen += recall(10)
        let place = turns.firstIndex(where: evidence.contains).map { Double($0 + 1) }
        reciprocal += 1 / ((place ?? .infinity) * Double(questions.count))
      }
    }
  }

  private static func lines(_ name: String) throws -> [JSON] {
    try String(contentsOfFile: "\(folder)/\(name)", encoding: .utf8).split(separator: "\n").map {
      try JSONParser.parse(String($0))
    }
  }

  /// What a world finds, by mode.
  private static func found(_ world: World, _ questions: [JSON], turns: [String], _ modes: [String]) throws -> [Found] {
    try modes.map { mode in
      let searches = questions.map { question in
        let (user, text) = (question[key: "user_id"]?.stringValue ?? "", question[key: "query"]?.stringValue ?? "")
        return ["--mode", mode, "--user", user, "--limit", "20", "--", text]
      }
      return Found(
        questions, try HybridSearchTests.ids(world, searches).map { $0.compactMap { turns[Int($0) - 1] } })
    }
  }

  /// One store of SQLite, whose vectors PostgreSQL gets as they are: computing them takes longest.
  private static func worlds(_ model: HybridSearchTests.Model) throws -> [World] {
    let worlds = try [World.Kind.sqlite, .postgres].map { try HybridSearchTests.local($0, model) }
    try HybridSearchTests.filled(worlds[0], "'\(folder)/memories.jsonl'", embedder: "local")
    let copied = try worlds[1].run("migrate", "--from", worlds[0].store, "--embeddings", "keep", "--skip-test")
    #expect(copied.status == 0, "\(copied.errors)")
    return worlds
  }

  /// - Parameter leastOfTen: What hybrid finds among the first ten at least.
  private static func check(_ model: HybridSearchTests.Model, leastOfTen: Double) throws {
    // The rows have no ids in the file: they are numbered as they come.
    let turns = try lines("memories.jsonl").map { $0[key: "metadata"]?[key: "dia_id"]?.stringValue ?? "" }
    let questions = try lines("queries.jsonl").enumerated().filter { $0.offset.isMultiple(of: asksAll ? 1 : 3) }.map(
      \.element)
    let all = try worlds(model).map { try found($0, questions, turns: turns, ["lexical", "semantic", "hybrid"]) }
    for found in all {
      let (words, meaning, both) = (found[0], found[1], found[2])
      #expect(words.firstTen > 0.58)
      #expect(both.first >= words.first - 1e-9 && both.first >= meaning.first, "\(found)")
      #expect(both.firstFive >= max(words.firstFive, meaning.firstFive) - slack, "\(found)")
      #expect(both.firstTen >= max(words.firstTen, meaning.firstTen, leastOfTen), "\(found)")
      #expect(both.reciprocal >= max(words.reciprocal, meaning.reciprocal) - slack, "\(found)")
    }
    for mode in 0..<3 {
      #expect(abs(all[0][mode].firstTen - all[1][mode].firstTen) < (asksAll ? 0.01 : 0.02), "\(all.map { $0[mode] })")
    }
  }

  /// A release binary answers all questions within two minutes; a debug build is asked every third.
  private static let asksAll = ProcessInfo.processInfo.environment["MEMSH_TEST_BINARY"] != nil

  /// A part of the questions decides less than all.
  private static let slack = asksAll ? 0 : 0.01

  @Test(
    "with a model of words",
    .enabled(
      if: isThere && HybridSearchTests.Model.words.isThere,
      "LoCoMo is not beside the package, or MEMSH_TEST_MODELS names no folder with the model of words"),
    .deadline(minutes: 30))
  func findsByWords() throws { try Self.check(.words, leastOfTen: 0.61) }

  @Test(
    "with a model of sentences",
    .enabled(
      if: isThere && HybridSearchTests.Model.sentences.isThere,
      "LoCoMo is not beside the package, or MEMSH_TEST_MODELS names no folder with all-MiniLM-L6-v2"),
    .deadline(minutes: 30))
  func findsBySentences() throws { try Self.check(.sentences, leastOfTen: 0.64) }
}
