import Database
import MemoryModel
import PostgresClient

/// A transaction that stays open between commands.
extension PostgresDriver: TransactionHolding {
  package var holdsTransaction: Bool { held.isBegun && opened?.connection.isInTransaction == true }

  package func beginHeld() throws {
    do {
      try begin(["BEGIN"])
      // It stays open, whatever comes next.
      try use { _ in held.isBegun = true }
    } catch {
      rollBackAfterError()
      throw error
    }
  }

  package func endHeld(commits: Bool) throws {
    try requireHeld()
    repairState = RepairState()
    if commits { try commit() } else { try execute(unsafeSQL: "ROLLBACK") }
    held = HeldTransaction()
  }

  package func beginPart() throws {
    try requireHeld()
    try execute(unsafeSQL: "SAVEPOINT \(HeldTransaction.command)")
  }

  package func endPart(keeps: Bool) throws {
    try requireHeld()
    repairState = RepairState()
    try execute(unsafeSQL: HeldTransaction.ending(HeldTransaction.command, keeps: keeps))
  }

  /// - Throws: `store_failed` when the connection was lost, and the transaction with it.
  func requireHeld() throws {
    guard holdsTransaction else {
      held = HeldTransaction()
      throw MemshError.transactionGone
    }
  }

  /// A transaction inside the one that is held.
  func part<Value>(_ ending: TransactionEnding, settings: [String], _ body: () throws -> Value) throws -> Value {
    try requireHeld()
    let readOnly = ending == .readOnly ? ["SET TRANSACTION READ ONLY"] : []
    try execute(unsafeSQL: (["SAVEPOINT \(HeldTransaction.part)"] + readOnly + settings).joined(separator: "; "))
    held.isInPart = true
    repairState = RepairState()
    defer {
      held.isInPart = false
      repairState = RepairState()
    }
    do {
      let value = try body()
      guard try ending != .commit || use({ !$0.isInFailedTransaction }) else {
        throw MemshError(.storeFailed, "a statement of the transaction failed, so nothing of it can be committed")
      }
      // What only reads has set how it does so, which is to end with it.
      try execute(unsafeSQL: HeldTransaction.ending(HeldTransaction.part, keeps: ending == .commit))
      return value
    } catch {
      waiting = WaitingStatements()
      cleanUp(HeldTransaction.ending(HeldTransaction.part, keeps: false))
      throw error
    }
  }
}
