import Database
import MemoryModel

/// How SQLite takes the values of a column, as its declared type says (https://sqlite.org/datatype3.html, 3.1).
package enum SQLiteAffinity: Sendable {
  case integer, text, blob, real, numeric

  /// The affinity of a type.
  package init(declared type: String) {
    let type = type.uppercased()
    self =
      if type.contains("INT") {
        .integer
      } else if ["CHAR", "CLOB", "TEXT"].contains(where: type.contains) {
        .text
      } else if type.isEmpty || type.contains("BLOB") {
        .blob
      } else if ["REAL", "FLOA", "DOUB"].contains(where: type.contains) {
        .real
      } else {
        .numeric
      }
  }

  /// What SQLite makes of a text in such a column: a number, where it looks like one and numbers are wanted.
  package func value(of text: String) -> Value {
    guard self != .text, self != .blob, !text.isEmpty, text.utf8.allSatisfy("0123456789+-.eE".utf8.contains) else {
      return .text(text)
    }
    return Int64(text).map(Value.integer) ?? Double(text).map(Value.double) ?? .text(text)
  }

  /// What PostgreSQL holds such values as.
  var postgresType: String {
    switch self {
    case .integer: "bigint"
    case .real: "double precision"
    case .blob: "bytea"
    case .text, .numeric: "text"
    }
  }

  /// What PostgreSQL holds the values of a column in whose type says nothing of them.
  ///
  /// - Parameter held: What they are, by `typeof`. There is no type for a mix of them.
  static func postgresType(held: [String]) -> String {
    switch held {
    case ["integer"]: "bigint"
    case ["real"]: "double precision"
    case ["blob"]: "bytea"
    default: "text"
    }
  }

  /// What the values of a type of PostgreSQL are in SQLite, by `typeof`; nil for the types that it has none of its own for.
  static func held(postgresType type: String) -> [String]? {
    switch type {
    case "bigint": ["integer"]
    case "double precision": ["real"]
    case "bytea": ["blob"]
    case "text": ["text"]
    default: nil
    }
  }

  /// What the values of ``postgresType`` are in SQLite, by `typeof`.
  var storageClasses: [String] {
    switch self {
    case .integer: ["integer"]
    case .real: ["real"]
    case .blob: ["blob"]
    case .text, .numeric: ["text", "integer", "real"]
    }
  }
}

extension AddedColumn {
  /// The type to declare the column with in a database.
  func type(in other: Backend) -> String {
    guard database != other else { return type }
    guard other == .postgres else { return "TEXT" }
    let affinity = SQLiteAffinity(declared: type)
    guard let held, !held.isEmpty else { return affinity.postgresType }
    if affinity == .blob { return SQLiteAffinity.postgresType(held: held) }
    return held.allSatisfy(affinity.storageClasses.contains) ? affinity.postgresType : "text"
  }

  /// Whether a column of another type can be the one that was made for this one.
  func isHeld(asType real: String, in other: Backend) -> Bool {
    let real = real.lowercased()
    if real == "text" || real == type(in: other).lowercased() { return true }
    return other == .postgres && SQLiteAffinity(declared: type) == .blob
      && SQLiteAffinity.held(postgresType: real) != nil
  }
}

extension Value {
  /// The value as SQLite holds it, of PostgreSQL's text for it.
  ///
  /// - Parameter declared: The type of the column in SQLite; nil where there is none.
  func asSQLite(ofType type: String, declared: String? = nil) -> Value {
    guard case .text(let text) = self else { return self }
    switch type {
    case "smallint", "integer", "bigint": return Int64(text).map(Value.integer) ?? self
    case "boolean": return text == "t" ? .integer(1) : text == "f" ? .integer(0) : self
    // SQLite has no NaN.
    case "real", "double precision": return Double(text).flatMap { $0.isNaN ? nil : .double($0) } ?? self
    case "bytea": return [UInt8](postgresText: text).map(Value.bytes) ?? self
    default:
      guard let declared else { return self }
      // `007` is not a number to SQLite: it was written on PostgreSQL.
      let value = SQLiteAffinity(declared: declared).value(of: text)
      return value.asPostgres(ofType: type).isSame(as: self) ? value : self
    }
  }

  /// The value as a column gives it back, for comparing.
  func settled(in column: AddedColumn) -> Value {
    guard column.database == .sqlite else {
      return asPostgres(ofType: column.type).asSQLite(ofType: column.type)
    }
    let affinity = SQLiteAffinity(declared: column.type)
    let value = if case .text(let text) = self { affinity.value(of: text) } else { self }
    return switch (value, affinity) {
    case (.integer(let number), .real): .double(Double(number))
    case (.double(let number), .integer), (.double(let number), .numeric):
      Int64(exactly: number).map(Value.integer) ?? value
    default: value
    }
  }

  /// The value as PostgreSQL reads it into a column of a type.
  func asPostgres(ofType type: String) -> Value {
    switch self {
    case .integer(let number): .text(String(number))
    case .double(let number) where number.isInfinite && type == "text": .text(number < 0 ? "-9e999" : "9e999")
    case .double(let number): .text("\(number)")
    case .bytes(let bytes): .text(bytes.postgresText)
    default: self
    }
  }

  /// Whether a column of PostgreSQL can hold the value so that it is the same when it comes back.
  ///
  /// - Parameter origin: The column of SQLite that the column was made for; nil for one that was not.
  func fits(postgresType type: String, madeFor origin: AddedColumn? = nil) -> Bool {
    // Nothing else would say what the value was.
    if let origin, origin.database == .sqlite, SQLiteAffinity(declared: origin.type) == .blob {
      switch self {
      case .integer: return type == "bigint"
      case .double: return type == "double precision"
      case .text: return type == "text"
      default: break
      }
    }
    return fits(type)
  }

  private func fits(_ type: String) -> Bool {
    switch self {
    case .bytes: type == "bytea"
    case .text, .integer, .double: type != "bytea"
    default: true
    }
  }
}

extension [UInt8] {
  /// As PostgreSQL writes a `bytea`: `\x00ff`.
  var postgresText: String {
    let digits = Array("0123456789abcdef".utf8)
    return "\\x" + String(decoding: flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
  }

  /// Reads a `bytea`; nil when the text is none.
  init?(postgresText text: String) {
    let digits = Array(text.utf8)
    guard text.hasPrefix("\\x"), digits.count % 2 == 0 else { return nil }
    self = []
    reserveCapacity(digits.count / 2)
    for index in stride(from: 2, to: digits.count, by: 2) {
      guard let byte = UInt8(String(decoding: digits[index...(index + 1)], as: UTF8.self), radix: 16) else {
        return nil
      }
      append(byte)
    }
  }
}

extension AddedValue {
  /// The value as every database would give it back, for comparing those of different ones.
  package var comparable: Value { value.settled(in: column) }
}
