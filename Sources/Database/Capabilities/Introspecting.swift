import MemoryModel

/// What a database tells of its tables besides their columns: what else changes when rows do.
package protocol Introspecting: AnyObject {
  /// A table's name as ``DeletingKey`` has it; nil where there is no such table.
  func writtenName(of table: String) throws -> String?

  /// The foreign keys of the database that delete or clear.
  func deletingKeys() throws -> [DeletingKey]

  /// Says that rows will be deleted in this transaction, so that the keys may be looked up together with something else.
  func expectDeletion() throws

  /// Whether this role sees all rows of a table.
  ///
  /// - Parameter table: As ``DeletingKey`` has it.
  func seesEveryRow(of table: String) throws -> Bool

  /// The triggers and rules on a table that are not memsh's own.
  func foreignTriggers(on table: String) throws -> [String]
}

extension Introspecting {
  /// Where a question costs no round trip, there is nothing to join it with.
  package func expectDeletion() throws {}

  /// A database without rights hides nothing.
  package func seesEveryRow(of table: String) throws -> Bool { true }
}

/// A foreign key whose deletions go further than the row it refers to.
package struct DeletingKey: Sendable {
  /// The table that refers, as it is called.
  package let childName: String
  /// The table that refers, as SQL writes it.
  package let child: String
  /// Its columns.
  package let childColumns: [String]
  /// The table that is referred to, as SQL writes it.
  package let parent: String
  /// Its columns.
  package let parentColumns: [String]
  /// What a deletion does to the rows that refer.
  package let effect: DependentRows.Effect

  /// Creates a key; tables as SQL writes them, columns as they are called.
  package init(
    childName: String, child: String, childColumns: [String], parent: String, parentColumns: [String],
    effect: DependentRows.Effect
  ) {
    self.childName = childName
    self.child = child
    self.childColumns = childColumns
    self.parent = parent
    self.parentColumns = parentColumns
    self.effect = effect
  }
}
