import Database
import Foundation
import MemoryModel
import MemoryServices
import TestSupport
import Testing

/// The table of duplicates and what only looks like them, through the commands that refuse and delete.
@Suite struct DuplicateTableTests {
  private static let models = ProcessInfo.processInfo.environment["MEMSH_TEST_MODELS"]

  private func quoted(_ text: String) -> String { "'" + text.replacing("'", with: "'\\''") + "'" }

  /// How many memories each user has.
  private func counts(_ world: World) throws -> [String: Int] {
    let rows = try world.json("sql", "SELECT user_id, count(*) AS n FROM memories GROUP BY user_id").arrayValue ?? []
    return Dictionary(
      uniqueKeysWithValues: rows.compactMap { row in
        row[key: "user_id"]?.stringValue.flatMap { user in row[key: "n"]?.integerValue.map { (user, $0) } }
      })
  }

  /// Adds every pair twice, each for a user of its own: `add`s as people do, and `merge`s what was added with --force.
  private func check(_ world: World, embedder: String) throws {
    var script = "schema --create\nset on-error continue\n"
    for (number, row) in DuplicateTable.rows.enumerated() {
      script += "add \(quoted(row.first)) --user added_\(number)\nadd \(quoted(row.second)) --user added_\(number)\n"
      script += "add \(quoted(row.first)) --user merged_\(number) --force\n"
      script += "add \(quoted(row.second)) --user merged_\(number) --force\n"
    }
    script += "dedup --merge --yes --limit 0\n"
    let path = try world.script(script)
    let result = try world.memsh.run(["-d", world.store, "-q", "--embedder", embedder, "-f", path])
    let counts = try counts(world)
    for (number, row) in DuplicateTable.rows.enumerated() {
      for way in ["added", "merged"] {
        let count = counts["\(way)_\(number)"]
        switch row.relation {
        case .same: #expect(count == 1, "\(way): the same, and not found: \(row.first) – \(row.second)")
        case .unseen: #expect(count == 1 || count == 2, "\(way): \(row.first)")
        case .opposite, .updated:
          #expect(
            count == 2,
            "\(way): \(row.relation), and taken for one: \(row.first) – \(row.second): \(result.errors.suffix(300))")
        }
      }
    }
  }

  @Test("opposites and newer values are neither refused nor merged, and the same is", arguments: World.Kind.allCases)
  func hash(kind: World.Kind) throws {
    try check(try World(kind), embedder: "hash")
  }

  @Test(
    "nor does the meaning, as a local model sees it, make one of them",
    .enabled(if: models != nil, "MEMSH_TEST_MODELS names no folder with a model"), arguments: World.Kind.allCases)
  func local(kind: World.Kind) throws {
    let world = try World(kind)
    let folder = world.folder.file("data/memsh/models/")
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    try FileManager.default.copyItem(
      atPath: try #require(DuplicateTableTests.models) + "/wordllama-l2-supercat-256", toPath: folder + "model")
    try check(world, embedder: "local")
  }
}
