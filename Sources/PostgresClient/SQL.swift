/// A statement with its values apart: `"SELECT … WHERE id = \(id)"` becomes `$1` and a bound value.
///
/// Text that is no value must say so: `\(identifier:)` for names, `\(unsafeSQL:)` for SQL that the program made.
package struct SQL: ExpressibleByStringInterpolation, Sendable {
  /// What stands before, between and behind the values. Kept apart, because a name may look like a placeholder.
  private let pieces: [String]
  /// The values, in order.
  package let values: [PostgresValue]

  /// The text with `$1`, `$2`, …
  package var text: String {
    var text = pieces[0]
    for number in pieces.indices.dropFirst() { text += "$\(number)" + pieces[number] }
    return text
  }

  /// A statement without values.
  package init(stringLiteral text: String) {
    pieces = [text]
    values = []
  }

  /// A statement from an interpolated literal.
  package init(stringInterpolation: StringInterpolation) {
    pieces = stringInterpolation.pieces + [stringInterpolation.last]
    values = stringInterpolation.values
  }

  /// Joins two statements; the second one's placeholders are renumbered.
  package static func + (left: SQL, right: SQL) -> SQL {
    var joined = StringInterpolation(literalCapacity: 0, interpolationCount: 0)
    joined.appendInterpolation(left)
    joined.appendInterpolation(right)
    return SQL(stringInterpolation: joined)
  }

  /// Collects the parts of a literal.
  package struct StringInterpolation: StringInterpolationProtocol {
    var pieces: [String] = []
    /// What stands behind the last value so far.
    var last = ""
    var values: [PostgresValue] = []

    /// Starts an empty statement.
    package init(literalCapacity: Int, interpolationCount: Int) {}

    /// Appends SQL as written in the program.
    package mutating func appendLiteral(_ literal: String) { last += literal }

    /// Binds a value.
    package mutating func appendInterpolation(_ value: PostgresValue) {
      values.append(value)
      pieces.append(last)
      last = ""
    }

    /// Binds an integer.
    package mutating func appendInterpolation(_ value: some BinaryInteger) {
      appendInterpolation(PostgresValue.integer(Int64(value)))
    }

    /// Binds text.
    package mutating func appendInterpolation(_ value: String) { appendInterpolation(PostgresValue.text(value)) }

    /// Binds a double.
    package mutating func appendInterpolation(_ value: Double) { appendInterpolation(PostgresValue.double(value)) }

    /// Binds an array of texts.
    package mutating func appendInterpolation(_ values: [String]) {
      appendInterpolation(PostgresValue.textArray(values))
    }

    /// Inserts a name, quoted.
    package mutating func appendInterpolation(identifier name: String) { last += SQL.quoted(identifier: name) }

    /// Inserts SQL that the program itself made. Never pass on what a user or a database said.
    package mutating func appendInterpolation(unsafeSQL sql: String) { last += sql }

    /// Inserts another statement with its values.
    package mutating func appendInterpolation(_ other: SQL) {
      for (piece, value) in zip(other.pieces, other.values) {
        last += piece
        appendInterpolation(value)
      }
      last += other.pieces[other.values.count]
    }
  }

  /// A name as SQL writes it: in quotes, quotes doubled.
  package static func quoted(identifier name: String) -> String { doubling(["\""], in: name, quote: "\"") }

  /// A text as SQL writes it, whatever the server's `standard_conforming_strings`; for places without placeholders.
  package static func quoted(literal text: String) -> String {
    (text.utf8.contains(UInt8(ascii: "\\")) ? "E" : "") + doubling(["'", "\\"], in: text, quote: "'")
  }

  /// By scalars: to Swift, a quote with a combining mark behind it is another character.
  private static func doubling(_ special: Set<Unicode.Scalar>, in text: String, quote: String) -> String {
    var scalars = String.UnicodeScalarView()
    for scalar in text.unicodeScalars {
      if special.contains(scalar) { scalars.append(scalar) }
      scalars.append(scalar)
    }
    return quote + String(scalars) + quote
  }
}
