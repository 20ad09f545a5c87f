import Database
import MemoryModel
import PostgresClient

/// Writing rows by COPY: in binary form, which is the fastest, where all columns have types whose binary form is known
/// here; else as text, which every type reads.
extension PostgresDriver {
  package func load(_ rows: [[Value]], columns: [Column], added: [AddedColumn], into target: LoadTarget) throws {
    let (table, name) =
      switch target {
      case .table(let table): (table.name.quotedIdentifier, table.name)
      case .own(let table): ("\(ledger).\(table.rawValue)", table.rawValue)
      }
    if case .table = target, try facts().guarded.contains(name) {
      return try insert(rows, into: table, name, columns.map(\.name) + added.map(\.name))
    }
    let types = try columnTypes(of: target)
    let names = (columns.map(\.name) + added.map(\.name)).map(\.quotedIdentifier).joined(separator: ", ")
    let isBinary =
      added.isEmpty && columns.allSatisfy { $0.isBinary(as: types.byName[$0.name], vectors: types.vector) }
    let target = "COPY \(table) (\(names)) FROM STDIN"
    let written = try use { connection in
      guard isBinary else {
        return try connection.copyTextIn(target) { writer in
          for row in rows { try writer.write(row.map(\.copyText)) }
        }
      }
      let places = columns.map { RealPlace(name: $0.name, type: types.byName[$0.name]) }
      return try connection.copyIn("\(target) (FORMAT BINARY)") { writer in
        for row in rows {
          try writer.beginRow(fields: places.count)
          for index in row.indices { try writer.write(row[index], to: places[index]) }
        }
      }
    }
    guard written == rows.count else { throw MemshError.rowsNotWritten([], of: name, "inserted") }
  }

  /// So many rows are inserted by one statement.
  private static let rowsAtOnce = 100

  /// Inserts rows into a table with a policy, which COPY refuses to do.
  private func insert(_ rows: [[Value]], into table: String, _ name: String, _ columns: [String]) throws {
    let start = """
      INSERT INTO \(table) (\(columns.map(\.quotedIdentifier).joined(separator: ", "))) \(dialect.overridingKeys) VALUES 
      """
    for part in stride(from: 0, to: rows.count, by: PostgresDriver.rowsAtOnce) {
      let part = rows[part..<min(part + PostgresDriver.rowsAtOnce, rows.count)]
      let values = part.map { "(\($0.map { $0.copyText?.quotedLiteral ?? "NULL" }.joined(separator: ", ")))" }
      // Not by what logs statements: the values stand in it.
      let inserted = try use { try $0.query(unsafeSQL: start + values.joined(separator: ", "), []) }.affectedRows
      guard inserted == part.count else { throw MemshError.rowsNotWritten([], of: name, "inserted") }
    }
  }
}

extension Column {
  /// Whether the values of a column of this type are written in binary form.
  ///
  /// - Parameters:
  ///   - type: The type's number in pg_type; nil where it is not known.
  ///   - vectors: That of `vector`, which is another one in every database.
  fileprivate func isBinary(as type: UInt32?, vectors: UInt32?) -> Bool {
    guard let type else { return true }
    return switch self.type {
    case .integer: PostgresType.int4 == type || PostgresType.int8 == type
    case .double: PostgresType.float4 == type || PostgresType.float8 == type
    case .boolean: PostgresType.boolean == type
    case .timestamp: PostgresType.isTimestamp(type)
    case .json: PostgresType.jsonb == type || PostgresType.isBuiltInText(type)
    case .text: PostgresType.isText(type)
    case .texts: PostgresType.textArray == type
    case .vector: type == vectors
    }
  }
}

extension Value {
  /// The text that a type's input function reads; nil for NULL.
  fileprivate var copyText: String? {
    switch self {
    case .null: nil
    case .integer(let number): String(number)
    case .double(let number): "\(number)"
    case .text(let text): text
    case .boolean(let flag): flag ? "t" : "f"
    case .texts(let texts): "{\(texts.map(\.arrayElement).joined(separator: ","))}"
    case .timestamp(let moment): moment.iso8601
    case .json(let json): json.text
    case .vector(let vector): "[\(vector.values.map { "\($0)" }.joined(separator: ","))]"
    case .bytes(let bytes): "\\x" + bytes.map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
    case .integers(let numbers): "{\(numbers.map(String.init).joined(separator: ","))}"
    }
  }
}

extension String {
  /// The text as an element of an array in PostgreSQL's own notation. By scalars: to Swift, a quote with a combining mark
  /// behind it is another character.
  fileprivate var arrayElement: String {
    var scalars = String.UnicodeScalarView("\"".unicodeScalars)
    for scalar in unicodeScalars {
      if scalar == "\"" || scalar == "\\" { scalars.append("\\") }
      scalars.append(scalar)
    }
    return String(scalars) + "\""
  }
}

/// A column as the database has it.
private struct RealPlace {
  let name: String
  /// The type's number in pg_type; nil where it is not known.
  let type: UInt32?
}

extension BinaryCopyWriter {
  /// Writes a value into a column of its real type.
  ///
  /// - Throws: `store_failed` for a whole number that does not fit.
  fileprivate mutating func write(_ value: Value, to place: RealPlace) throws {
    switch value {
    case .null: writeNull()
    case .integer(let number): try write(integer: number, to: place)
    case .double(let number):
      if place.type == PostgresType.float4 { write(float: Float(number)) } else { write(double: number) }
    case .text(let text): write(text: text)
    case .boolean(let flag): write(boolean: flag)
    case .texts(let texts): write(textArray: texts)
    case .timestamp(let moment): write(timestamp: moment.microseconds)
    case .json(let json):
      if place.type ?? PostgresType.jsonb == PostgresType.jsonb {
        write(jsonb: json.text)
      } else {
        write(text: json.text)
      }
    case .vector(let vector): write(vector: vector.values)
    case .bytes(let bytes): write(bytes: bytes)
    case .integers: writeNull()
    }
  }

  private mutating func write(integer value: Int64, to place: RealPlace) throws {
    guard place.type != PostgresType.int8 else { return write(int64: value) }
    guard let fitting = Int32(exactly: value) else {
      throw MemshError(
        .storeFailed, "\(place.name) \(value) does not fit into PostgreSQL's integer",
        hint: "mend it in the source, or give the column the type bigint")
    }
    write(int32: fitting)
  }
}
