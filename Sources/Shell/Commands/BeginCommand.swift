import ArgumentParser
import Database
import MemoryModel
import MemoryServices

struct BeginCommand: ShellCommand {
  static let declaration = CommandConfiguration(
    commandName: "begin", abstract: "Begin a transaction around the commands that follow.",
    discussion: """
      What they change in the store is stored by `commit`, all of it, or taken back by `rollback`. A command that fails \
      takes back its own part only. What ends without `commit`, a script or the session, is taken back. SQLite keeps \
      others from writing meanwhile. Some commands have transactions of their own and are refused: migrate, reembed, \
      restore, backup, ensure-vector, recall, schema --create, doctor --fix, and those that go to another store.
      """)

  static let examples = [
    "begin; delete 12; rollback",
    "begin; dedup --merge; stats; rollback",
    "begin; edit 12 --importance 0.9; edit 14 --importance 0.1; commit",
  ]

  func run(in session: Session) throws -> CommandResult {
    let store = try session.store()
    guard !store.holdsTransaction else {
      throw MemshError(.usage, "there is a transaction already", hint: "`commit` or `rollback` ends it")
    }
    try store.begin()
    session.hasBegun = true
    return .nothing
  }
}
