import Foundation
import GRDB
import MemoryModel
import Synchronization

/// What SQLite has no functions for. All but two take the bytes of a text, because a text may be no UTF-8 or hold a NUL.
enum SQLiteFunctions {
  static let all = [
    norm, timestamp, microseconds, withoutNUL, lowercased, isUTF8, text, jsonKind, jsonObject, fingerprint,
    SQLiteDriver.sha256, SQLiteDriver.image, SQLiteDriver.joined, SQLiteDriver.sum,
  ]

  /// The length of a vector; NULL for bytes that are none, -1 when it has NaN or infinity.
  private static let norm = function("memsh_norm") { value in
    guard let data = Data.fromDatabaseValue(value), let vector = data.withUnsafeBytes({ Vector(littleEndianBytes: $0) })
    else { return nil }
    return vector.isFinite ? vector.norm : -1
  }

  /// The first 64 bits of a text's sha256.
  private static let fingerprint = function("memsh_fingerprint") { value in
    String.fromDatabaseValue(value).map { text in
      Int64(bitPattern: ContentHash.bytes(of: text).prefix(8).reduce(UInt64(0)) { $0 << 8 | UInt64($1) })
    }
  }

  /// A moment as every timestamp is written; NULL for what is none.
  private static let timestamp = function("memsh_timestamp") { moment($0)?.text }

  /// A moment in microseconds since 1970; NULL for what is none.
  private static let microseconds = function("memsh_microseconds") { moment($0)?.microseconds }

  private static func moment(_ value: DatabaseValue) -> RecentMoments.Moment? {
    String.fromDatabaseValue(value).flatMap(recentMoments.moment(of:))
  }

  private static let recentMoments = RecentMoments()

  private static let withoutNUL = function("memsh_without_nul") { string($0)?.replacingNUL }

  /// A text in small letters of any alphabet.
  private static let lowercased = function("memsh_lower") { string($0)?.lowercased() }

  private static let isUTF8 = function("memsh_is_utf8") { value in
    Data.fromDatabaseValue(value).map { String(validating: $0, as: UTF8.self) != nil }
  }

  /// The text as ``StoredRow`` reads it; empty for NULL.
  private static let text = function("memsh_text") { string($0) ?? "" }

  private static func string(_ value: DatabaseValue) -> String? {
    Data.fromDatabaseValue(value).map { String(decoding: $0, as: UTF8.self) }
  }

  /// `object`, `texts` for a list of texts, or `other`; NULL for what is not JSON.
  private static let jsonKind = function("memsh_json_kind") { value in
    guard let data = Data.fromDatabaseValue(value), let text = String(validating: data, as: UTF8.self) else {
      return nil
    }
    switch try? JSONParser.parse(text) {
    case nil: return nil
    case .object: return "object"
    case .array(let items) where items.allSatisfy({ $0.stringValue != nil }): return "texts"
    default: return "other"
    }
  }

  /// Metadata as an object: what is none stands under the key `value`.
  private static let jsonObject = function("memsh_json_object") { value in
    let text = string(value) ?? ""
    let json = (try? JSONParser.parse(text)) ?? (text.isEmpty ? .null : .string(text))
    switch json {
    case .object: return json.text
    case .null: return "{}"
    case _ where json.nesting < JSON.storableNesting: return JSON.object([JSON.Member("value", json)]).text
    default: return JSON.object([JSON.Member("value", .string(json.text))]).text
    }
  }

  private static func function(
    _ name: String, _ body: @escaping @Sendable (DatabaseValue) -> (any DatabaseValueConvertible)?
  ) -> DatabaseFunction {
    DatabaseFunction(name, argumentCount: 1, pure: true) { body($0[0]) }
  }
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
    var entries: [(text: String, moment: Moment?)] = []
    var next = 0
  }

  /// More than a row has.
  private static let count = 4
  private let state = Mutex(State())

  /// The moment of a text; nil for what is none, or infinite.
  func moment(of text: String) -> Moment? {
    state.withLock { state in
      if let known = state.entries.first(where: { $0.text == text }) { return known.moment }
      let moment = Timestamp(parsing: text).flatMap { moment in
        moment.isFinite ? Moment(text: moment.iso8601, microseconds: moment.microseconds) : nil
      }
      if state.entries.count < RecentMoments.count {
        state.entries.append((text, moment))
      } else {
        state.entries[state.next] = (text, moment)
        state.next = (state.next + 1) % RecentMoments.count
      }
      return moment
    }
  }
}
