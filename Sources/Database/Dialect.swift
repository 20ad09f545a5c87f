import MemoryModel

/// What a database has its own words for.
package protocol Dialect: Sendable {
  /// The place of a value in a statement, with the cast that its type needs: `$1`, `?1`, `$1::vector`.
  func placeholder(_ number: Int, for value: Value) -> String

  /// A column for reading and comparing.
  func reading(_ column: Column, of row: String?) -> SQL

  /// A table of memsh's own.
  func name(of table: OwnTable) -> SQL

  /// The name of one of the database's own functions.
  func function(_ name: String) -> String

  /// The condition that what stands before it is one of some numbers or texts.
  func among(_ values: Value) -> SQL

  /// The present moment in UTC, as a value of a `timestamp` column.
  var now: String { get }

  /// The sha256 of a text column of a row, as 64 hexadecimal digits.
  func sha256(_ column: Column, of row: String) -> SQL
}
