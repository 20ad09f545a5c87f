import Foundation
import GRDB
import GRDBSQLite
import MemoryModel
import Synchronization

/// Functions that `doctor` and the journal call for every row, given to SQLite itself: what GRDB's own functions do around
/// their bodies takes longer than these bodies.
extension SQLiteFunctions {
  /// Adds them to a connection.
  ///
  /// - Throws: What SQLite answers.
  static func addFunctionsOfValues(to db: Database) throws {
    try add("memsh_norm", to: db) { context, value in
      guard let bytes = SQLiteFunctions.bytes(of: value), let norm = SQLiteFunctions.norm(bytes) else {
        return sqlite3_result_null(context)
      }
      sqlite3_result_double(context, norm)
    }
    try add("memsh_is_utf8", to: db) { context, value in
      guard let bytes = SQLiteFunctions.bytes(of: value) else { return sqlite3_result_null(context) }
      sqlite3_result_int(context, SQLiteFunctions.isUTF8(bytes) ? 1 : 0)
    }
    try add("memsh_sha256", to: db) { context, value in
      let bytes = SQLiteFunctions.bytes(of: value) ?? UnsafeRawBufferPointer(start: nil, count: 0)
      let isText = SQLiteFunctions.isUTF8(bytes)
      SQLiteFunctions.answer(
        context, isText ? ContentHash.hex(of: bytes) : ContentHash.hex(of: String(decoding: bytes, as: UTF8.self)))
    }
    try add("memsh_timestamp", to: db) { context, value in
      guard let moment = SQLiteFunctions.moment(of: value) else { return sqlite3_result_null(context) }
      SQLiteFunctions.answer(context, moment.iso8601)
    }
    try add("memsh_microseconds", to: db) { context, value in
      guard let moment = SQLiteFunctions.moment(of: value) else { return sqlite3_result_null(context) }
      sqlite3_result_int64(context, moment.microseconds)
    }
    try add("memsh_json_kind", to: db) { context, value in
      guard let bytes = SQLiteFunctions.bytes(of: value), let kind = SQLiteFunctions.jsonKind(bytes) else {
        return sqlite3_result_null(context)
      }
      SQLiteFunctions.answer(context, kind)
    }
    try addAlike(to: db)
  }

  /// Adds `memsh_alike(id, user, text)`: of all rows, a JSON list of the ids of those that may have the same user and text
  /// as another.
  private static func addAlike(to db: Database) throws {
    let status = sqlite3_create_function_v2(
      db.sqliteConnection, "memsh_alike", 3, SQLITE_UTF8 | SQLITE_DETERMINISTIC, nil, nil,
      { context, _, values in
        guard let values, let hashes = RowHashes.of(context) else { return sqlite3_result_error_nomem(context) }
        hashes.add(
          id: sqlite3_value_int64(values[0]), SQLiteFunctions.bytes(of: values[1]), SQLiteFunctions.bytes(of: values[2])
        )
      },
      { context in
        SQLiteFunctions.answer(context, JSON.array(RowHashes.taken(from: context).map(JSON.integer)).text)
      }, nil)
    guard status == SQLITE_OK else { throw DatabaseError(resultCode: ResultCode(rawValue: status)) }
  }

  private typealias Body = @convention(c) (OpaquePointer?, OpaquePointer?) -> Void

  /// Adds a function of one value whose result depends on nothing else.
  private static func add(
    _ name: String, to db: Database, _ body: @escaping @convention(c) (OpaquePointer?, OpaquePointer?) -> Void
  ) throws {
    let place = unsafeBitCast(body, to: UnsafeMutableRawPointer.self)
    let status = sqlite3_create_function_v2(
      db.sqliteConnection, name, 1, SQLITE_UTF8 | SQLITE_DETERMINISTIC, place,
      { context, _, values in
        let body = unsafeBitCast(sqlite3_user_data(context), to: Body.self)
        body(context, values?[0])
      }, nil, nil, nil)
    guard status == SQLITE_OK else { throw DatabaseError(resultCode: ResultCode(rawValue: status)) }
  }

  /// The bytes of a text or a blob; nil for another value.
  static func bytes(of value: OpaquePointer?) -> UnsafeRawBufferPointer? {
    switch sqlite3_value_type(value) {
    case SQLITE_TEXT, SQLITE_BLOB:
      // The blob before its length: it may change the length.
      let start = sqlite3_value_blob(value)
      return UnsafeRawBufferPointer(start: start, count: start == nil ? 0 : Int(sqlite3_value_bytes(value)))
    default: return nil
    }
  }

  private static func answer(_ context: OpaquePointer?, _ text: String) {
    var text = text
    text.withUTF8 { utf8 in
      utf8.withMemoryRebound(to: CChar.self) {
        sqlite3_result_text(
          context, $0.baseAddress, Int32($0.count), unsafeBitCast(-1, to: sqlite3_destructor_type.self))
      }
    }
  }

  /// The length of a vector; nil for bytes that are none, -1 when it has NaN or infinity.
  private static func norm(_ bytes: UnsafeRawBufferPointer) -> Double? {
    guard bytes.count % 4 == 0 else { return nil }
    var sum = 0.0
    for offset in stride(from: 0, to: bytes.count, by: 4) {
      let number = Double(bytes.loadUnaligned(fromByteOffset: offset, as: Float.self))
      sum += number * number
    }
    // The squares of finite floats do not add up to infinity.
    return sum.isFinite ? sum.squareRoot() : -1
  }

  static func isUTF8(_ bytes: UnsafeRawBufferPointer) -> Bool {
    bytes.allSatisfy { $0 < 0x80 } || String(validating: bytes, as: UTF8.self) != nil
  }

  /// `object`, `texts` for a list of texts, or `other`; nil for what is not JSON.
  private static func jsonKind(_ bytes: UnsafeRawBufferPointer) -> String? {
    // Most metadata: parsing it would take longer than all the rest of a row.
    if bytes.elementsEqual("{}".utf8) { return "object" }
    guard let text = String(validating: bytes, as: UTF8.self) else { return nil }
    switch try? JSONParser.parse(text) {
    case nil: return nil
    case .object: return "object"
    case .array(let items) where items.allSatisfy({ $0.stringValue != nil }): return "texts"
    default: return "other"
    }
  }

  private static func moment(of value: OpaquePointer?) -> Timestamp? {
    bytes(of: value).flatMap(recentMoments.moment(of:))
  }

  private static let recentMoments = RecentMoments()
}

/// The hashes of rows, gathered by an aggregate function of SQLite, which keeps a pointer to them.
private final class RowHashes {
  private var rows: [(hash: Int, id: Int64)] = []

  /// Those of a function that is running; nil without memory for them.
  static func of(_ context: OpaquePointer?) -> RowHashes? {
    let size = Int32(MemoryLayout<UnsafeMutableRawPointer?>.size)
    guard let place = sqlite3_aggregate_context(context, size) else { return nil }
    let pointer = place.assumingMemoryBound(to: UnsafeMutableRawPointer?.self)
    if let known = pointer.pointee { return Unmanaged<RowHashes>.fromOpaque(known).takeUnretainedValue() }
    let hashes = RowHashes()
    pointer.pointee = Unmanaged.passRetained(hashes).toOpaque()
    return hashes
  }

  /// The ids of rows whose hash others have, too. They are let go of; the function has ended.
  static func taken(from context: OpaquePointer?) -> [Int64] {
    guard let place = sqlite3_aggregate_context(context, 0),
      let pointer = place.assumingMemoryBound(to: UnsafeMutableRawPointer?.self).pointee
    else { return [] }
    return Unmanaged<RowHashes>.fromOpaque(pointer).takeRetainedValue().repeated
  }

  /// Equal users and texts have equal hashes. The numbers 1 and 1.0 are equal, so a user that is a number has none; a text
  /// that is not UTF-8 is taken as it is read.
  func add(id: Int64, _ user: UnsafeRawBufferPointer?, _ text: UnsafeRawBufferPointer?) {
    var hasher = Hasher()
    if let user { hasher.combine(bytes: user) }
    hasher.combine(UInt8.max)
    if let text {
      if SQLiteFunctions.isUTF8(text) {
        hasher.combine(bytes: text)
      } else {
        var text = String(decoding: text, as: UTF8.self)
        text.withUTF8 { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
      }
    }
    rows.append((hasher.finalize(), id))
  }

  private var repeated: [Int64] {
    rows.sort { $0.hash < $1.hash }
    return rows.indices.filter { index in
      index > 0 && rows[index - 1].hash == rows[index].hash
        || index + 1 < rows.count && rows[index + 1].hash == rows[index].hash
    }.map { rows[$0].id }
  }
}

/// The moments that were read last: a statement asks several times for each of a row's.
private final class RecentMoments: Sendable {
  private struct State {
    var entries: [(bytes: [UInt8], moment: Timestamp?)] = []
    var next = 0
  }

  /// More than a row has.
  private static let count = 4
  private let state = Mutex(State())

  /// The moment of a text, given as its bytes; nil for what is none, or infinite.
  func moment(of bytes: UnsafeRawBufferPointer) -> Timestamp? {
    // As memsh and the applications write it, it is read as fast as it is found here.
    if let plain = Timestamp(plain: bytes) { return plain }
    return state.withLock { state in
      if let known = state.entries.first(where: { $0.bytes.elementsEqual(bytes) }) { return known.moment }
      let text = String(validating: bytes, as: UTF8.self)
      let moment = text.flatMap(Timestamp.init(parsing:)).flatMap { $0.isFinite ? $0 : nil }
      if state.entries.count < RecentMoments.count {
        state.entries.append((Array(bytes), moment))
      } else {
        state.entries[state.next] = (Array(bytes), moment)
        state.next = (state.next + 1) % RecentMoments.count
      }
      return moment
    }
  }
}
