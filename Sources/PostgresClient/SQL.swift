/// A statement with its values apart: `"SELECT … WHERE id = \(id)"` becomes `$1` and a bound value.
///
/// Text that is no value must say so: `\(identifier:)` for names, `\(unsafeSQL:)` for SQL that the program made.
public struct SQL: ExpressibleByStringInterpolation, Sendable {
  /// The text with `$1`, `$2`, …
  public private(set) var text: String
  /// The values, in order.
  public private(set) var values: [PostgresValue]

  /// A statement without values.
  public init(stringLiteral text: String) {
    self.text = text
    values = []
  }

  /// A statement from an interpolated literal.
  public init(stringInterpolation: StringInterpolation) {
    text = stringInterpolation.text
    values = stringInterpolation.values
  }

  /// Joins two statements; the second one's placeholders are renumbered.
  public static func + (left: SQL, right: SQL) -> SQL {
    var joined = StringInterpolation(literalCapacity: 0, interpolationCount: 0)
    joined.appendInterpolation(left)
    joined.appendInterpolation(right)
    return SQL(stringInterpolation: joined)
  }

  /// Collects the parts of a literal.
  public struct StringInterpolation: StringInterpolationProtocol {
    var text = ""
    var values: [PostgresValue] = []

    /// Starts an empty statement.
    public init(literalCapacity: Int, interpolationCount: Int) {}

    /// Appends SQL as written in the program.
    public mutating func appendLiteral(_ literal: String) { text += literal }

    /// Binds a value.
    public mutating func appendInterpolation(_ value: PostgresValue) {
      values.append(value)
      text += "$\(values.count)"
    }

    /// Binds an integer.
    public mutating func appendInterpolation(_ value: some BinaryInteger) {
      appendInterpolation(PostgresValue.integer(Int64(value)))
    }

    /// Binds text.
    public mutating func appendInterpolation(_ value: String) { appendInterpolation(PostgresValue.text(value)) }

    /// Binds a double.
    public mutating func appendInterpolation(_ value: Double) { appendInterpolation(PostgresValue.double(value)) }

    /// Binds an array of texts.
    public mutating func appendInterpolation(_ values: [String]) {
      appendInterpolation(PostgresValue.textArray(values))
    }

    /// Inserts a name, quoted.
    public mutating func appendInterpolation(identifier name: String) { text += SQL.quoted(identifier: name) }

    /// Inserts SQL that the program itself made. Never pass on what a user or a database said.
    public mutating func appendInterpolation(unsafeSQL sql: String) { text += sql }

    /// Inserts another statement with its values.
    public mutating func appendInterpolation(_ other: SQL) {
      var rest = Substring(other.text)
      for number in 1...(other.values.count + 1) {
        guard number <= other.values.count, let range = rest.firstRange(of: "$\(number)") else { break }
        text += rest[..<range.lowerBound]
        appendInterpolation(other.values[number - 1])
        rest = rest[range.upperBound...]
      }
      text += rest
    }
  }

  /// A name as SQL writes it: in quotes, quotes doubled.
  public static func quoted(identifier name: String) -> String {
    "\"" + name.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"") + "\""
  }
}
