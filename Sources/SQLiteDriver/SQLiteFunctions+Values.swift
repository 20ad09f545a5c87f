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
      SQLiteFunctions.answer(context, moment.text)
    }
    try add("memsh_microseconds", to: db) { context, value in
      guard let moment = SQLiteFunctions.moment(of: value) else { return sqlite3_result_null(context) }
      sqlite3_result_int64(context, moment.microseconds)
    }
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
  private static func bytes(of value: OpaquePointer?) -> UnsafeRawBufferPointer? {
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

  private static func isUTF8(_ bytes: UnsafeRawBufferPointer) -> Bool {
    bytes.allSatisfy { $0 < 0x80 } || String(validating: bytes, as: UTF8.self) != nil
  }

  private static func moment(of value: OpaquePointer?) -> RecentMoments.Moment? {
    bytes(of: value).flatMap(recentMoments.moment(of:))
  }

  private static let recentMoments = RecentMoments()
}

/// The moments that were read last: a statement asks several times for each of a row's.
private final class RecentMoments: Sendable {
  struct Moment {
    /// As every timestamp is written.
    let text: String
    /// Since 1970.
    let microseconds: Int64
  }

  private struct State {
    var entries: [(bytes: [UInt8], moment: Moment?)] = []
    var next = 0
  }

  /// More than a row has.
  private static let count = 4
  private let state = Mutex(State())

  /// The moment of a text, given as its bytes; nil for what is none, or infinite.
  func moment(of bytes: UnsafeRawBufferPointer) -> Moment? {
    state.withLock { state in
      if let known = state.entries.first(where: { $0.bytes.elementsEqual(bytes) }) { return known.moment }
      let text = String(validating: bytes, as: UTF8.self)
      let moment = text.flatMap(Timestamp.init(parsing:)).flatMap { moment in
        moment.isFinite ? Moment(text: moment.iso8601, microseconds: moment.microseconds) : nil
      }
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
