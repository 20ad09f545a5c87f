import Crypto
import Database
import Foundation
import GRDB
import MemoryModel

/// The journal: rows as JSON, made by `memsh_image(name, value, …)`, because SQLite's JSON holds no blobs and rounds
/// numbers.
extension SQLiteDriver {
  /// A value of an image as it is bound. Text is bound as its bytes, NUL and all.
  private static func bound(_ json: JSON) -> SQL {
    switch json {
    case .null: "\(Value.null)"
    case .bool(let flag): "\(flag)"
    case .number(let digits): "\(Int64(digits).map(Value.integer) ?? .double(Double(digits) ?? 0))"
    case .string(let text): "CAST(\(Value.bytes(Array(text.utf8))) AS TEXT)"
    case .object where json[key: "blob"] != nil: "\(data(json[key: "blob"]))"
    case .object, .array, .nested: "CAST(\(data(json[key: "text"])) AS TEXT)"
    }
  }

  private static func data(_ json: JSON?) -> Value {
    json?.stringValue.flatMap { Data(base64Encoded: $0) }.map { .bytes(Array($0)) } ?? .null
  }

  /// `memsh_joined(image, …)`: one image of several, because a function takes so many arguments, a table more columns.
  static let joined = DatabaseFunction("memsh_joined", pure: true) { values in
    let members = values.map { (String.fromDatabaseValue($0) ?? "{}").dropFirst().dropLast() }
    return "{" + members.joined(separator: ",") + "}"
  }

  /// How many columns a call of a function takes: SQLite's limit is 127 arguments.
  private static let columnsMaximum = 40

  package func image(of table: String, _ columns: [String]?) throws -> SQL {
    let present = try imageColumns(of: table)
    let names = present.filter { column in
      columns.map { $0.contains { $0.utf8.elementsEqual(column.name.utf8) } } ?? !column.isGenerated
    }.map(\.name)
    return SQL(raw: SQLiteDriver.image(names))
  }

  /// An image of some columns of a row `t`.
  static func image(_ columns: [String]) -> String {
    let arguments = columns.map { "\($0.quotedLiteral), t.\($0.quotedIdentifier)" }
    guard arguments.count > columnsMaximum else { return "memsh_image(\(arguments.joined(separator: ", ")))" }
    let images = stride(from: 0, to: arguments.count, by: columnsMaximum).map { start in
      "memsh_image(\(arguments[start..<min(start + columnsMaximum, arguments.count)].joined(separator: ", ")))"
    }
    return "memsh_joined(\(images.joined(separator: ", ")))"
  }

  /// `memsh_version(value, …)` of some columns of a row `t`.
  package func version(of table: String, _ columns: [String]) throws -> SQL {
    let columns = columns.map { "t.\($0.quotedIdentifier)" }
    let versions = stride(from: 0, to: columns.count, by: SQLiteDriver.columnsMaximum).map { start in
      let part = columns[start..<min(start + SQLiteDriver.columnsMaximum, columns.count)]
      return "memsh_version(\(part.joined(separator: ", ")))"
    }
    return SQL(raw: versions.count == 1 ? versions[0] : "memsh_version(\(versions.joined(separator: ", ")))")
  }

  /// What this connection has of others' commits, of the tables' definitions, and of rows that it changed itself.
  package func changeMark() throws -> [Int64]? {
    guard fileExists else { return nil }
    return try read { db in
      let pragmas = try ["data_version", "schema_version"].map { name in
        try db.firstRow("PRAGMA \(name)") { try $0.id(0) } ?? 0
      }
      return pragmas + [Int64(db.totalChangesCount)]
    }
  }

  /// `memsh_sum(value, …)`: the sha256 of values with their types, and lengths so that no two run into each other.
  static let sum = DatabaseFunction("memsh_sum", pure: true) { values in
    var hasher = SHA256()
    func add(_ type: UInt8, _ bytes: UnsafeRawBufferPointer) {
      withUnsafeBytes(of: (UInt64(bytes.count) << 8 | UInt64(type)).littleEndian) { hasher.update(bufferPointer: $0) }
      hasher.update(bufferPointer: bytes)
    }
    for value in values {
      switch value.storage {
      case .null: add(0, UnsafeRawBufferPointer(start: nil, count: 0))
      case .int64(let number): withUnsafeBytes(of: number.littleEndian) { add(1, $0) }
      case .double(let number): withUnsafeBytes(of: number.bitPattern.littleEndian) { add(2, $0) }
      case .string(var text): text.withUTF8 { add(3, UnsafeRawBufferPointer($0)) }
      case .blob(let data): data.withUnsafeBytes { add(4, $0) }
      }
    }
    return hasher.finalize().hexadecimal
  }

  package func sum(of table: String, _ columns: [String], in frame: (before: String, after: String)) throws -> SQL {
    let present = try imageColumns(of: table).map(\.name)
    let arguments = columns.filter { name in present.contains { $0.utf8.elementsEqual(name.utf8) } }.map {
      name -> String in
      let column = "t.\(name.quotedIdentifier)"
      // As its type and its bytes: what others wrote may be no UTF-8, or have a NUL in it.
      return "typeof(\(column)), CASE typeof(\(column)) WHEN 'text' THEN CAST(\(column) AS BLOB) ELSE \(column) END"
    }
    let sums = stride(from: 0, to: arguments.count, by: SQLiteDriver.columnsMaximum).map { start in
      "memsh_sum(\(arguments[start..<min(start + SQLiteDriver.columnsMaximum, arguments.count)].joined(separator: ", ")))"
    }
    let sum = sums.count == 1 ? sums[0] : "memsh_sum(\(sums.joined(separator: ", ")))"
    return "\(frame.before) || \(raw: sum) || \(frame.after)"
  }

  /// The columns of a table. Not GRDB's, which come from a cache that another process has not heard of.
  package func imageColumns(of table: String) throws -> [(name: String, isGenerated: Bool)] {
    try rows("SELECT name, hidden > 1 FROM pragma_table_xinfo(\(table)) WHERE hidden <> 1") {
      (name: try $0.string(0), isGenerated: try $0.flag(1))
    }
  }

  package func makeJournal() throws { try write { try $0.execute(sql: SQLiteDDL.journal) } }

  package func rows(_ images: [RowImage], _ columns: [String], of table: String) throws -> ImageRows {
    let rows = images.map { image -> SQL in
      let values = columns.map { SQLiteDriver.bound(image.columns[key: $0] ?? .null) }
      return "(\(SQL.joined(["\(image.id)"] + values)))"
    }
    let names = (0...columns.count).map { SQL(raw: "image.column\($0 + 1)") }
    return ImageRows(source: "(VALUES \(SQL.joined(rows))) AS image", id: names[0], values: Array(names.dropFirst()))
  }

  package func puttingBack(into table: String, _ body: () throws -> Void) throws {
    try write { db in
      // Rows may refer to rows of their own table that come after them. The setting ends with the transaction.
      try db.execute(sql: "PRAGMA defer_foreign_keys = ON")
      try SQLiteDriver.withoutTrigger(on: table, db, body)
    }
  }
}
