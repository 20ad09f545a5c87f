import Database
import Foundation
import MemoryModel
import MemoryServices
import TestSupport
import Testing

/// `begin`, `commit` and `rollback` around commands.
@Suite struct HeldTransactionTests {
  private static func world(_ kind: World.Kind) throws -> World {
    let world = try World(kind)
    #expect(try world.run("-q", "--embedder", "hash", "schema", "--create").status == 0)
    for text in ["green tea", "black coffee"] {
      #expect(try world.run("-q", "--embedder", "hash", "add", text, "--user", "ada").status == 0)
    }
    return world
  }

  private func contents(_ world: World) throws -> [String] {
    try world.run("-c", "select content from memories order by id").output.split(separator: "\n").dropFirst().map(
      String.init)
  }

  private func run(_ world: World, _ text: String) throws -> Memsh.Result {
    try world.memsh.run(["-d", world.store, "--embedder", "hash", "-y", "-c", text])
  }

  @Test("what is committed is stored, all of it, and can be undone", arguments: World.Kind.allCases)
  func commits(kind: World.Kind) throws {
    let world = try HeldTransactionTests.world(kind)
    let ran = try run(
      world,
      """
      begin
      add 'a red bicycle' --user ada
      edit 1 --content 'white tea'
      delete 2
      list
      assert .length = 2
      search bicycle --json
      sql --write 'update memories set access_count = 5'
      commit
      """)
    #expect(ran.status == 0 && ran.errors.contains("Committed."), "\(ran.errors)")
    #expect(try contents(world) == ["white tea", "a red bicycle"])
    #expect(try run(world, "undo").status == 0)
    #expect(try contents(world) == ["white tea", "black coffee", "a red bicycle"])
  }

  @Test("what is rolled back, or never ended, leaves no trace", arguments: World.Kind.allCases)
  func rollsBack(kind: World.Kind) throws {
    let world = try HeldTransactionTests.world(kind)
    let change = "begin; add 'a red bicycle' --user ada; edit 1 --content x; delete 2; search bicycle"
    let ended = try run(world, "\(change); rollback; list; assert .length = 2")
    #expect(ended.status == 0 && ended.errors.contains("Rolled back."), "\(ended.errors)")
    #expect(try contents(world) == ["green tea", "black coffee"])
    for end in ["", "; quit", "; assert 1 = 2", "; delete 99", "; fragments show 99"] {
      let left = try run(world, change + end)
      #expect(left.status != 0 && left.errors.contains("is rolled back"), "\(end): \(left.errors)")
      #expect(try contents(world) == ["green tea", "black coffee"], "\(end)")
    }
    // The journal has nothing of it: the last operation is the second add.
    #expect(try run(world, "journal --json").output.components(separatedBy: "\"operation\"").count == 3)
    #expect(try run(world, "search tea; search bicycle; doctor").status == 0)
  }

  @Test("a command that fails, or only looks, takes back its own part", arguments: World.Kind.allCases)
  func keepsTheRest(kind: World.Kind) throws {
    let world = try HeldTransactionTests.world(kind)
    let ran = try run(
      world,
      """
      set on-error continue
      begin
      add 'first' --user ada
      delete 1 --dry-run
      sql 'select nothing from nowhere'
      delete 99
      sql --write 'insert into nowhere values (1)'
      undo --dry-run
      merge 1 2 --dry-run
      add 'second' --user ada
      with x as (select 1) delete from memories;
      with x as (select 1) select count(*) as n from memories;
      commit
      """)
    #expect(ran.status == 1 && ran.errors.contains("Committed."), "\(ran.errors)")
    #expect(ran.output.contains("\nn\n4\n"), "\(ran.output)")
    #expect(try contents(world) == ["green tea", "black coffee", "first", "second"])
  }

  @Test("what cannot be part of one is refused by its name", arguments: World.Kind.allCases)
  func refuses(kind: World.Kind) throws {
    let world = try HeldTransactionTests.world(kind)
    for command in [
      "migrate --from x.db", "reembed", "backup x.backup", "ensure-vector", "schema --create", "doctor --fix all",
      "connect x.db", "use sqlite", "recall", "rollback --run last",
    ] {
      let refused = try run(world, "begin; \(command)")
      let name = command.prefix { $0 != " " }
      #expect(refused.status == 2 && refused.errors.contains("\(name) cannot be part"), "\(command): \(refused.errors)")
    }
    #expect(try run(world, "begin; begin").status == 2)
    #expect(try run(world, "commit").status == 2)
    #expect(try run(world, "begin; schema; doctor; commit").status == 0)
    #expect(try run(world, "BEGIN; delete 1; ROLLBACK; list; assert .length = 2").status == 0)
  }

  @Test(
    "SQL's words outside a transaction end nothing, and leave the session where it is", arguments: World.Kind.allCases)
  func staysInStore(kind: World.Kind) throws {
    let world = try HeldTransactionTests.world(kind)
    for word in ["ROLLBACK", "COMMIT", "END", "ROLLBACK --transaction", "rollback --transaction", "commit"] {
      let refused = try run(world, "set on-error continue; \(word); list; assert .length = 2")
      #expect(
        refused.status == 2 && refused.errors.contains("there is no transaction to end"), "\(word): \(refused.errors)")
      let isForStore = kind == .postgres && word.uppercased().hasPrefix("ROLLBACK")
      #expect(refused.errors.contains("`use sqlite`") == isForStore, "\(word): \(refused.errors)")
    }
    #expect(try run(world, "rollback --transaction --sync").errors.contains("goes with nothing else"))
  }

  @Test("nobody else sees it before it is committed, and the prompt shows it", arguments: World.Kind.allCases)
  func showsAtThePrompt(kind: World.Kind) throws {
    let world = try HeldTransactionTests.world(kind)
    let terminal = try Terminal.memsh("-d '\(world.store)' --embedder hash --no-rc", in: world.folder)
    try terminal.enter("begin")
    try terminal.wait(for: "*> ")
    try terminal.enter("edit 1 --content 'white tea'; echo edited")
    try terminal.wait(for: "\nedited")
    #expect(try contents(world) == ["green tea", "black coffee"])
    try terminal.enter("show 99; echo never")
    try terminal.wait(for: "there is no memory 99")
    try terminal.enter("commit")
    try terminal.wait(for: "Committed.")
    #expect(try contents(world) == ["white tea", "black coffee"])
    try terminal.enter("begin")
    try terminal.enter("delete 2 --yes; echo deleted")
    try terminal.wait(for: "\ndeleted")
    try terminal.enter("quit")
    try terminal.wait(for: "[status 1]")
    #expect(try contents(world) == ["white tea", "black coffee"])
  }

  @Test("after begin, rollback never goes to another store")
  func staysInTheStore() throws {
    let world = try HeldTransactionTests.world(.postgres)
    let ran = try run(world, "set on-error continue; begin; delete 1; commit; rollback; status --json")
    #expect(ran.status == 2 && ran.errors.contains("there is no transaction to end"), "\(ran.errors)")
    #expect(ran.output.contains("\"backend\": \"postgres\""), "\(ran.output)")
    #expect(try contents(world) == ["black coffee"])
    let refused = try run(world, "begin; sql --write \"prepare transaction 'x'\"")
    #expect(refused.status == 2 && refused.errors.contains("'PREPARE' cannot be run here"), "\(refused.errors)")
  }

  @Test("a connection that is lost takes the transaction along, and says so")
  func losesTheConnection() throws {
    let world = try HeldTransactionTests.world(.postgres)
    let ran = try run(
      world,
      """
      set on-error continue
      begin
      delete 1
      sql 'select pg_terminate_backend(pg_backend_pid())'
      delete 2 --dry-run
      commit
      """)
    #expect(ran.status != 0 && ran.errors.contains("nothing of it is stored"), "\(ran.errors)")
    #expect(ran.errors.contains("there is no transaction to end"))
    #expect(try contents(world) == ["green tea", "black coffee"])
  }
}
