import MemoryModel

/// A statement with its values apart, for any database: `"SELECT … WHERE id = \(id)"` binds a value.
///
/// Text that is not a value must say so: `\(name:)` for names, `\(raw:)` for SQL that the program made. Where databases
/// differ, their ``Dialect`` gives the words when the statement is sent.
package struct SQL: ExpressibleByStringInterpolation, Sendable {
  enum Segment: Sendable {
    case text(String)
    case value(Value)
    case dialect(@Sendable (any Dialect) -> SQL)
  }

  var segments: [Segment] = []

  /// A statement without values.
  package init(stringLiteral text: String) { segments = [.text(text)] }

  /// A statement from an interpolated literal.
  package init(stringInterpolation: StringInterpolation) { segments = stringInterpolation.segments }

  /// SQL that the program itself made. Never pass on what a user or a database said.
  package init(raw sql: String) { segments = [.text(sql)] }

  /// Joins two statements.
  package static func + (left: SQL, right: SQL) -> SQL {
    var joined = left
    joined.segments += right.segments
    return joined
  }

  /// The text for a database, with its placeholders, and the values for them.
  package func rendered(by dialect: any Dialect) -> (text: String, values: [Value]) {
    var (text, values) = ("", [Value]())
    render(dialect, &text, &values)
    return (text, values)
  }

  private func render(_ dialect: any Dialect, _ text: inout String, _ values: inout [Value]) {
    for segment in segments {
      switch segment {
      case .text(let part): text += part
      case .value(let value):
        values.append(value)
        text += dialect.placeholder(values.count, for: value)
      case .dialect(let fragment): fragment(dialect).render(dialect, &text, &values)
      }
    }
  }

  /// Collects the parts of a literal.
  package struct StringInterpolation: StringInterpolationProtocol {
    var segments: [Segment] = []

    /// Starts an empty statement.
    package init(literalCapacity: Int, interpolationCount: Int) {}

    /// Appends SQL as written in the program.
    package mutating func appendLiteral(_ literal: String) { segments.append(.text(literal)) }

    /// Binds a value.
    package mutating func appendInterpolation(_ value: Value) { segments.append(.value(value)) }

    /// Binds a value that a column can hold.
    package mutating func appendInterpolation(_ value: some ColumnValue) { segments.append(.value(value.columnValue)) }

    /// Inserts a name, quoted.
    package mutating func appendInterpolation(name: String) { segments.append(.text(name.quotedIdentifier)) }

    /// Inserts SQL that the program itself made. Never pass on what a user or a database said.
    package mutating func appendInterpolation(raw sql: String) { segments.append(.text(sql)) }

    /// Inserts another statement with its values.
    package mutating func appendInterpolation(_ other: SQL) { segments += other.segments }

    /// Inserts a column for reading and comparing, in a form that nobody else's operators fit better than the database's
    /// own.
    ///
    /// - Parameter row: The row's name in the statement.
    package mutating func appendInterpolation(_ column: Column, of row: String? = nil) {
      segments.append(.dialect { $0.reading(column, of: row) })
    }

    /// Inserts the condition that a memory is a user's.
    ///
    /// - Parameter row: The memory's name in the statement.
    package mutating func appendInterpolation(isOf user: SQL, row: String? = nil) {
      segments.append(.dialect { $0.isOf(user: user, row: row) })
    }

    /// Inserts a column that others added, for reading.
    package mutating func appendInterpolation(_ column: AddedColumn, of row: String? = nil) {
      segments.append(.dialect { $0.reading(column, of: row) })
    }

    /// Inserts the name of one of the tables.
    package mutating func appendInterpolation(_ table: Table) { appendInterpolation(name: table.name) }

    /// Inserts the name of a table of memsh's own.
    package mutating func appendInterpolation(_ table: OwnTable) { segments.append(.dialect { $0.name(of: table) }) }

    /// Inserts the name of one of the database's own functions, which nobody else's can stand for.
    package mutating func appendInterpolation(function name: String) {
      segments.append(.dialect { SQL(raw: $0.function(name)) })
    }

    /// Inserts the condition that the expression before it is one of these numbers.
    package mutating func appendInterpolation(among numbers: [Int64]) {
      segments.append(.dialect { $0.among(.integers(numbers)) })
    }

    /// Inserts the condition that the expression before it, which is text, is one of these.
    package mutating func appendInterpolation(among texts: [String]) {
      segments.append(.dialect { $0.among(.texts(texts)) })
    }

    /// Inserts the sha256 of a text column of a row.
    package mutating func appendInterpolation(sha256 column: Column, of row: String) {
      segments.append(.dialect { $0.sha256(column, of: row) })
    }
    /// Inserts rows made of lists of equal lengths, with the columns `column1`, `column2`, …
    package mutating func appendInterpolation(rows columns: [Value], as name: String) {
      segments.append(.dialect { $0.rows(columns, as: name) })
    }
    /// Inserts what a database has its own words for.
    package mutating func appendInterpolation(dialect fragment: @escaping @Sendable (any Dialect) -> SQL) {
      segments.append(.dialect(fragment))
    }
  }
}

extension SQL {
  /// The present moment in UTC.
  package static let now: SQL = "\(dialect: { SQL(raw: $0.now) })"
  /// The moment in UTC at which the statement runs.
  package static let clock: SQL = "\(dialect: { SQL(raw: $0.clock) })"

  /// Statements with something between them.
  package static func joined(_ parts: [SQL], by separator: String = ", ") -> SQL {
    var joined = SQL(raw: "")
    for (index, part) in parts.enumerated() {
      if index > 0 { joined.segments.append(.text(separator)) }
      joined.segments += part.segments
    }
    return joined
  }

  /// Names of columns as they stand in an INSERT or an UPDATE.
  package static func names(_ columns: [Column]) -> SQL { joined(columns.map { "\(name: $0.name)" }) }

  /// Columns for reading.
  package static func reading(_ columns: [Column], of row: String? = nil) -> SQL {
    joined(columns.map { "\($0, of: row)" })
  }
}
