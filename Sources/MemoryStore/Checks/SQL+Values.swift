import Database
import MemoryModel

/// What checks say of the values of a row, which is `t` unless they say another.
extension SQL.StringInterpolation {
  /// The value; NULL for one that is not of the column's type, and for a moment that is infinite.
  mutating func appendInterpolation(sound column: Column, of row: String = "t") {
    appendInterpolation(dialect: { $0.sound(column, of: row) })
  }

  /// A text without white space at its ends.
  mutating func appendInterpolation(trimmed column: Column, of row: String = "t") {
    appendInterpolation(dialect: { $0.trimmed("\(column, of: row)", of: SQL.whiteSpace) })
  }

  /// A text with every NUL replaced.
  mutating func appendInterpolation(withoutNUL column: Column) {
    appendInterpolation(dialect: { $0.withoutNUL(column, of: "t") })
  }

  /// What JSON is; empty for what is not JSON.
  mutating func appendInterpolation(jsonKind column: Column) {
    appendInterpolation(dialect: { "coalesce(\($0.jsonKind(column, of: "t")), '')" })
  }

  /// The seconds from 1970 to a moment of a row; NULL for a moment that is none.
  mutating func appendInterpolation(seconds column: Column) {
    appendInterpolation(dialect: { $0.seconds("\(column, of: "t")") })
  }

  /// How many numbers a vector has.
  mutating func appendInterpolation(dimensions column: Column) {
    appendInterpolation(dialect: { $0.dimensions(column, of: "t") })
  }

  /// The length of a vector; -1 for one with NaN or infinity.
  mutating func appendInterpolation(norm column: Column, of row: String = "t") {
    appendInterpolation(dialect: { $0.norm(column, of: row) })
  }
}

extension SQL {
  /// What counts as white space: ASCII's, and the no-break space.
  static let whiteSpace = " \t\n\u{B}\u{C}\r\u{A0}"

  /// Whether a text is empty or white space.
  static func isBlank(_ column: Column) -> SQL { "\(trimmed: column) = ''" }

  /// Whether a moment is more than a day ahead: less may be a time zone's doing.
  static func isFuture(_ column: Column) -> SQL {
    "\(seconds: column) - \(dialect: { $0.seconds(.now) }) > \(86_400.0)"
  }

  /// Whether there is something that is not a moment, or an infinite one.
  static func isMalformed(_ column: Column) -> SQL {
    "(t.\(name: column.name) IS NOT NULL AND \(seconds: column) IS NULL)"
  }

  /// Whether any of some conditions holds.
  static func any(_ conditions: [SQL]) -> SQL { joined(conditions, by: " OR ") }
}

/// A column of the rows `t`, and the value that it gets.
package struct Assignment: Sendable {
  let column: Column
  let value: SQL

  static func set(_ column: Column, to value: SQL) -> Assignment { Assignment(column: column, value: value) }

  /// For the rows of which a condition holds.
  static func set(_ column: Column, to value: SQL, where condition: SQL) -> Assignment {
    .set(column, to: "CASE WHEN \(condition) THEN \(value) ELSE t.\(name: column.name) END")
  }

  /// The nearer end, for a number that is not from 0 to 1.
  static func setWithinUnit(_ column: Column, notANumber: Double) -> Assignment {
    .set(
      column,
      to: """
        CASE WHEN \(sound: column) = 'NaN' THEN \(notANumber) WHEN \(sound: column) < \(0.0) THEN \(0.0)
          WHEN \(sound: column) > \(1.0) THEN \(1.0) ELSE t.\(name: column.name) END
        """)
  }
}
