import Database
import MemoryModel

/// A transaction that stays open between commands: what they change is stored together, or not at all.
extension MemoryStore {
  private var held: any TransactionHolding { driver.capabilities.transactions }

  /// Whether one is open.
  package var holdsTransaction: Bool { held.holdsTransaction }

  /// Begins one.
  package func begin() throws {
    try driver.connect()
    try held.beginHeld()
    forgetState()
  }

  /// Ends it.
  ///
  /// - Throws: `store_failed` when there is no transaction any more.
  package func end(commits: Bool) throws {
    defer { forgetState() }
    try held.endHeld(commits: commits)
  }

  /// Runs `body` as a part of it: when it throws, what it has changed is taken back, and the rest stays.
  package func asPart<Value>(_ body: () throws -> Value) throws -> Value {
    try held.beginPart()
    let value: Value
    do { value = try body() } catch {
      // Where that fails, there is nothing left of the transaction; the next command says so.
      try? held.endPart(keeps: false)
      forgetState()
      throw error
    }
    try held.endPart(keeps: true)
    return value
  }
}
