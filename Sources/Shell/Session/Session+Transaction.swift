import ArgumentParser
import Database
import MemoryModel
import MemoryServices
import MemoryStore

/// The transaction around commands.
extension Session {
  /// Whether `begin` has begun a transaction that is not ended yet.
  package var holdsTransaction: Bool { storeIfOpen?.holdsTransaction ?? false }

  /// Ends it.
  func endTransaction(commits: Bool) throws {
    guard let store = storeIfOpen, store.holdsTransaction else {
      let isInSQLite = commits || (try? chosenStore())?.identity.backend == .sqlite
      throw MemshError(
        .usage, "there is no transaction to end",
        hint: "`begin` starts one" + (isInSQLite ? "" : "; `use sqlite` goes to the SQLite store"))
    }
    try store.end(commits: commits)
    note(commits ? "Committed." : "Rolled back.")
  }

  /// Takes back what is not committed when a script or the session ends.
  ///
  /// - Returns: Whether there was something.
  package func abandonTransaction() -> Bool {
    guard let store = storeIfOpen, store.holdsTransaction else { return false }
    try? store.end(commits: false)
    console.writeError("memsh: warning: the transaction was not committed, and is rolled back\n")
    return true
  }

  /// Runs a command, as a part of the transaction if there is one.
  func runInTransaction(_ command: any ShellCommand) throws -> CommandResult {
    guard let store = storeIfOpen, store.holdsTransaction, !(command is CommitCommand), !(command is BeginCommand),
      (command as? RollbackCommand)?.endsTransaction != true
    else { return try command.run(in: self) }
    let name = type(of: command).configuration.commandName ?? ""
    let changesAlone = Session.changingAlone.contains(name) && !command.onlyReads
    guard !Session.outsideTransactions.contains(name), !changesAlone else {
      throw MemshError(
        .usage, "\(name) cannot be part of a transaction", hint: "`commit` or `rollback` first")
    }
    do { return try store.asPart { try command.run(in: self) } } catch {
      if !store.holdsTransaction { note("warning: the transaction has ended with it, and nothing of it is stored") }
      throw error
    }
  }

  /// Commands that have transactions of their own, or go to another store.
  private static let outsideTransactions: Set<String> = [
    "migrate", "reembed", "restore", "backup", "ensure-vector", "recall", "connect", "use",
  ]
  /// Those that have them when they change something.
  private static let changingAlone: Set<String> = ["schema", "doctor", "rollback"]
}
