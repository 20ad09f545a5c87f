import MemoryModel

/// A database's words for what a value is, which the checks of `doctor` are put together from.
package protocol ValueDialect: Sendable {
  /// Whether a column refuses what is not of its type.
  var refusesOtherTypes: Bool { get }

  /// The value of a row; NULL for one that is not of the column's type, and for a moment that is infinite.
  func sound(_ column: Column, of row: String) -> SQL

  /// What a value becomes that is not of its column's type.
  func fitted(_ column: Column, of row: String) -> SQL

  /// A text with every NUL replaced.
  func withoutNUL(_ column: Column, of row: String) -> SQL

  /// A text without some characters at its ends.
  func trimmed(_ text: SQL, of characters: String) -> SQL

  /// A text in small letters.
  func lowercased(_ text: SQL) -> SQL

  /// What JSON is: `object`, or another word; NULL for what is not JSON. A list of texts is `texts` where a column holds
  /// lists as JSON.
  func jsonKind(_ column: Column, of row: String) -> SQL

  /// JSON as an object: what is none stands under the key `value`.
  func jsonObject(_ column: Column, of row: String) -> SQL

  /// The seconds from 1970 to a moment; NULL for what is not one, and for an infinite one.
  func seconds(_ moment: SQL) -> SQL

  /// How many numbers a vector has; 0 for what is not one.
  func dimensions(_ column: Column, of row: String) -> SQL

  /// The length of a vector; -1 for one with NaN or infinity.
  func norm(_ column: Column, of row: String) -> SQL
}
