import MemoryModel

/// A transaction that stays open between commands, until it is ended.
///
/// Meanwhile ``Driver/transaction(_:_:)`` makes a part of it, which ends as it would by itself: what is rolled back in the
/// part does not touch the rest.
package protocol TransactionHolding: AnyObject {
  /// Whether one is open. It is none any more when the connection was lost, or the database has ended it.
  var holdsTransaction: Bool { get }

  /// Begins one.
  func beginHeld() throws

  /// Ends it.
  ///
  /// - Throws: `store_failed` when there is no transaction any more.
  func endHeld(commits: Bool) throws

  /// Begins a part that can be taken back by itself.
  ///
  /// - Throws: `store_failed` when there is no transaction any more.
  func beginPart() throws

  /// Ends the part that was begun last.
  func endPart(keeps: Bool) throws
}

/// What a driver knows of such a transaction.
package struct HeldTransaction: Sendable {
  /// Whether one was begun, and not ended.
  package var isBegun = false
  /// Whether a call of ``Driver/transaction(_:_:)`` is under way in it.
  package var isInPart = false

  /// There is none yet.
  package init() {}

  /// The names of savepoints: of a command, and of a transaction in it.
  package static let command = "memsh_command"
  /// See ``command``.
  package static let part = "memsh_part"

  /// The statements that end a part.
  package static func ending(_ name: String, keeps: Bool) -> String {
    (keeps ? "" : "ROLLBACK TO SAVEPOINT \(name); ") + "RELEASE SAVEPOINT \(name)"
  }
}

extension MemshError {
  /// What a transaction was to hold, and does no more.
  package static var transactionGone: MemshError {
    MemshError(
      .storeFailed, "the transaction has ended: what was changed in it is not stored",
      hint: "`begin` starts another one")
  }
}
