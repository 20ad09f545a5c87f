import Foundation
import GRDB
import GRDBSQLite
import MemoryModel

/// Functions of many values, which the journal and plans call for every row.
extension SQLiteFunctions {
  /// Adds them to a connection.
  ///
  /// - Throws: What SQLite answers.
  static func addFunctionsOfRows(to db: Database) throws {
    try add("memsh_image", to: db) { context, count, values in
      SQLiteFunctions.answer(
        context, utf8: SQLiteFunctions.image(UnsafeBufferPointer(start: values, count: Int(count))))
    }
    try add("memsh_version", to: db) { context, count, values in
      sqlite3_result_int64(context, SQLiteFunctions.version(UnsafeBufferPointer(start: values, count: Int(count))))
    }
    try add("memsh_number", to: db) { context, count, values in
      guard let values, count == 2, let number = SQLiteFunctions.number(values[0], at: sqlite3_value_int64(values[1]))
      else { return sqlite3_result_null(context) }
      sqlite3_result_double(context, number)
    }
  }

  private typealias Values = UnsafeBufferPointer<OpaquePointer?>

  private static func add(
    _ name: String, to db: Database,
    _ body: @escaping @convention(c) (OpaquePointer?, Int32, UnsafeMutablePointer<OpaquePointer?>?) -> Void
  ) throws {
    let status = sqlite3_create_function_v2(
      db.sqliteConnection, name, -1, SQLITE_UTF8 | SQLITE_DETERMINISTIC, nil, body, nil, nil, nil)
    guard status == SQLITE_OK else { throw DatabaseError(resultCode: ResultCode(rawValue: status)) }
  }

  // MARK: Images

  /// An object of names and values, one behind the other, in which every value keeps its type and all of its digits. Text
  /// that is not UTF-8, and a blob, stand in it as base64.
  private static func image(_ values: Values) -> [UInt8] {
    var image = [UInt8(ascii: "{")]
    for index in stride(from: 0, to: values.count - 1, by: 2) {
      if index > 0 { image.append(UInt8(ascii: ",")) }
      JSON.quote(utf8: content(of: values[index]).bindMemory(to: UInt8.self), into: &image)
      image.append(UInt8(ascii: ":"))
      append(values[index + 1], to: &image)
    }
    image.append(UInt8(ascii: "}"))
    return image
  }

  private static func append(_ value: OpaquePointer?, to image: inout [UInt8]) {
    switch sqlite3_value_type(value) {
    case SQLITE_INTEGER: image.append(contentsOf: sqlite3_value_int64(value).description.utf8)
    case SQLITE_FLOAT:
      let number = sqlite3_value_double(value)
      // JSON has no infinity, but a number that is too large is read as one.
      image.append(contentsOf: (number.isFinite ? number.description : number < 0 ? "-9e999" : "9e999").utf8)
    case SQLITE_TEXT:
      let bytes = content(of: value)
      if isUTF8(bytes) {
        JSON.quote(utf8: bytes.bindMemory(to: UInt8.self), into: &image)
      } else {
        append(bytes, as: "text", to: &image)
      }
    case SQLITE_BLOB: append(content(of: value), as: "blob", to: &image)
    default: image.append(contentsOf: "null".utf8)
    }
  }

  private static func content(of value: OpaquePointer?) -> UnsafeRawBufferPointer {
    bytes(of: value) ?? UnsafeRawBufferPointer(start: nil, count: 0)
  }

  private static func append(_ bytes: UnsafeRawBufferPointer, as type: String, to image: inout [UInt8]) {
    image.append(contentsOf: "{\"\(type)\":\"\(Data(bytes).base64EncodedString())\"}".utf8)
  }

  private static func answer(_ context: OpaquePointer?, utf8 text: [UInt8]) {
    text.withUnsafeBufferPointer { text in
      text.withMemoryRebound(to: CChar.self) {
        sqlite3_result_text64(
          context, $0.baseAddress, UInt64($0.count), unsafeBitCast(-1, to: sqlite3_destructor_type.self),
          UInt8(SQLITE_UTF8))
      }
    }
  }

  // MARK: Versions

  /// A number that is another one for other values, or for values of other types.
  private static func version(_ values: Values) -> Int64 {
    var hash = StreamHash()
    for value in values {
      let type = sqlite3_value_type(value)
      hash.add(UInt64(truncatingIfNeeded: type))
      switch type {
      case SQLITE_INTEGER: hash.add(UInt64(bitPattern: sqlite3_value_int64(value)))
      case SQLITE_FLOAT: hash.add(sqlite3_value_double(value).bitPattern)
      default: hash.add(content(of: value))
      }
    }
    return Int64(bitPattern: hash.value)
  }

  // MARK: Numbers

  /// One of the numbers that a blob holds one behind the other; nil where there is none.
  private static func number(_ value: OpaquePointer?, at index: Int64) -> Double? {
    let numbers = content(of: value)
    guard index >= 0, index < numbers.count / 8 else { return nil }
    return numbers.loadUnaligned(fromByteOffset: Int(index) * 8, as: Double.self)
  }
}
