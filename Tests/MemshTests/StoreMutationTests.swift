import Foundation
import TestSupport
import Testing

/// A damaged store and a damaged backup: memsh says so or reads on, and never dies of it.
@Suite struct StoreMutationTests {
  /// Everything that reads a store, and what repairs it.
  private static let commands = """
    set on-error continue
    status
    schema
    list --limit 5
    show 1
    search memory --mode lexical
    search --similar-to 1
    stats
    stats --by category
    users
    categories
    analytics
    fragments
    prompt --user ada
    journal
    journal 1
    doctor
    dedup --dry-run
    undo --dry-run
    export damaged-export.jsonl
    export damaged-export.db --format sqlite
    backup damaged-backup.db
    edit 2 --importance 0.3
    delete 3
    undo
    sql 'SELECT count(*) FROM memories'
    """

  /// A store with something in every table, as one file.
  private func filledStore(_ world: World) throws -> [UInt8] {
    try world.folder.write(
      (1...80).map { #"{"user_id":"\#($0 % 3 == 0 ? "ada" : "ben")","content":"memory number \#($0) about tea"}"# }
        .joined(separator: "\n") + "\n", to: "rows.jsonl")
    let result = try world.run(
      "-y", "--embedder", "hash", "-c",
      """
      schema --create; seed; import rows.jsonl; reembed --missing; search tea --user ada; edit 1 --importance 0.9;
      delete 80; search tea --record
      """)
    #expect(result.status == 0, "\(result.errors)")
    return [UInt8](try Data(contentsOf: URL(fileURLWithPath: world.store)))
  }

  @Test func aDamagedStoreIsNeverASignal() throws {
    let world = try World()
    let whole = try filledStore(world)
    let script = try world.script(StoreMutationTests.commands)
    let deadline = Mutation.deadline(defaultSeconds: 25)
    var mutation = Mutation(seed: 13)
    var runs = 0
    while runs < 12 || .now < deadline {
      runs += 1
      let name = "damaged-\(runs).db"
      try Data(mutation.damaged(whole)).write(to: URL(fileURLWithPath: world.folder.file(name)))
      let result = try world.memsh.run(
        ["-y", "-d", world.folder.file(name), "--embedder", "hash", "-f", script], timeoutSeconds: 60)
      #expect(!result.isKilled, "run \(runs): signal \(result.status)\n\(result.errors.suffix(2_000))")
      for suffix in ["", "-wal", "-shm", "-vectors", "-journal"] {
        try? FileManager.default.removeItem(atPath: world.folder.file(name) + suffix)
      }
      for rest in ["damaged-export.jsonl", "damaged-export.db", "damaged-backup.db"] {
        try? FileManager.default.removeItem(atPath: world.folder.file(rest))
      }
    }
  }

  @Test func aDamagedBackupIsRefusedOrRestoresEveryRow() throws {
    let world = try World()
    _ = try filledStore(world)
    let backup = world.folder.file("whole.db")
    #expect(try world.run("backup", backup).status == 0)
    let whole = [UInt8](try Data(contentsOf: URL(fileURLWithPath: backup)))
    let tables = ["memories", "prompt_fragments", "memory_analytics", "memsh_journal", "memsh_journal_rows"]
    func content(_ file: String) throws -> [[String]] {
      try tables.map { try world.folder.rows(file, "SELECT * FROM \($0) ORDER BY 1") }
    }
    let expected = try content("whole.db")
    let deadline = Mutation.deadline(defaultSeconds: 15)
    var mutation = Mutation(seed: 29)
    var (runs, refused) = (0, 0)
    while runs < 12 || .now < deadline {
      runs += 1
      let (damaged, target) = (world.folder.file("d\(runs).db"), "t\(runs).db")
      try Data(mutation.damaged(whole)).write(to: URL(fileURLWithPath: damaged))
      let result = try world.memsh.run(["-y", "-d", world.folder.file(target), "restore", damaged], timeoutSeconds: 60)
      #expect(!result.isKilled, "run \(runs): signal \(result.status)\n\(result.errors)")
      if result.status == 0 {
        // What was damaged is of no consequence: a page that nobody uses, or a byte behind the rows.
        #expect(try content(target) == expected, "run \(runs)")
      } else {
        refused += 1
        #expect(result.errors.contains("error"), "run \(runs): \(result.errors)")
      }
    }
    #expect(refused > runs / 2)
  }
}
