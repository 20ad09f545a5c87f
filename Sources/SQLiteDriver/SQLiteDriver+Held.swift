import Database
import GRDB
import MemoryModel

/// A transaction that stays open between commands. It holds the file's write lock.
extension SQLiteDriver: TransactionHolding {
  package var holdsTransaction: Bool {
    guard held.isBegun else { return false }
    // Some errors make SQLite roll everything back by itself.
    return (try? read { $0.isInsideTransaction }) ?? false
  }

  package func beginHeld() throws {
    guard fileExists else { throw MemshError.schemaMissing(identity) }
    try write { try $0.execute(sql: "BEGIN IMMEDIATE") }
    held.isBegun = true
  }

  package func endHeld(commits: Bool) throws {
    try whileHeld { try $0.execute(sql: commits ? "COMMIT" : "ROLLBACK") }
    held = HeldTransaction()
  }

  package func beginPart() throws {
    try whileHeld { try $0.execute(sql: "SAVEPOINT \(HeldTransaction.command)") }
  }

  package func endPart(keeps: Bool) throws {
    try whileHeld { try $0.execute(sql: HeldTransaction.ending(HeldTransaction.command, keeps: keeps)) }
  }

  private func whileHeld(_ body: (GRDB.Database) throws -> Void) throws {
    try write { db in
      guard db.isInsideTransaction else {
        held = HeldTransaction()
        throw MemshError.transactionGone
      }
      try body(db)
    }
  }

  /// A transaction inside the one that is held.
  func part<Value>(_ ending: TransactionEnding, _ db: GRDB.Database, _ body: () throws -> Value) throws -> Value {
    held.isInPart = true
    defer { held.isInPart = false }
    try db.execute(sql: "SAVEPOINT \(HeldTransaction.part)")
    if ending == .readOnly { try db.execute(sql: "PRAGMA query_only = ON") }
    let value: Value
    do {
      value = try body()
      if ending == .readOnly { try db.execute(sql: "PRAGMA query_only = OFF") }
    } catch {
      if ending == .readOnly { try? db.execute(sql: "PRAGMA query_only = OFF") }
      try? db.execute(sql: HeldTransaction.ending(HeldTransaction.part, keeps: false))
      throw error
    }
    try db.execute(sql: HeldTransaction.ending(HeldTransaction.part, keeps: ending == .commit))
    return value
  }
}
