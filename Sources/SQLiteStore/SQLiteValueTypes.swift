import Database
import Foundation
import GRDB
import MemoryModel

/// Values that are not of their column's type, in SQLite's language: what they are found by, and what they become.
///
/// NULL is no value of another type, but for a column that every row must have.
enum SQLiteValueTypes {
  private enum Kind {
    /// Text in UTF-8; `required` where NULL is wrong, too.
    case text(required: Bool = false)
    case integer(instead: String)
    case number(instead: String)
    case flag
    case tier
    case moment
    /// Text that another check reads.
    case anyText
  }

  private static func columns(_ fault: Fault) -> [(name: String, kind: Kind)] {
    switch fault {
    case .valueType:
      [
        ("user_id", .text(required: true)), ("content", .text(required: true)), ("category", .text()),
        ("importance_score", .number(instead: "0.5")), ("access_count", .integer(instead: "0")),
        ("last_accessed_at", .anyText), ("created_at", .anyText), ("updated_at", .anyText),
      ]
    case .fragmentValueType:
      [
        ("category", .text(required: true)), ("priority", .integer(instead: "5")), ("content", .text(required: true)),
        ("agent_type", .text()), ("context_tier", .tier), ("is_active", .flag), ("created_at", .moment),
        ("updated_at", .moment),
      ]
    case .duplicatesValueType:
      [
        ("original_id", .integer(instead: "NULL")), ("duplicate_hash", .text(required: true)),
        ("similarity_score", .number(instead: "NULL")), ("dedup_type", .text()), ("created_at", .moment),
      ]
    default:
      [
        ("user_id", .text()), ("query_text", .text()), ("results_count", .integer(instead: "NULL")),
        ("response_time_ms", .integer(instead: "NULL")), ("context_tier", .text()), ("created_at", .moment),
      ]
    }
  }

  /// The condition for rows `t` with such a value.
  static func rows(with fault: Fault) -> String {
    columns(fault).map { "(\(isOdd($0.name, $0.kind)))" }.joined(separator: " OR ")
  }

  /// The assignments that put them right; what is right stays.
  static func values(mending fault: Fault) -> String {
    columns(fault).map { name, kind in
      "\(name) = CASE WHEN \(isOdd(name, kind)) THEN \(mended(name, kind)) ELSE t.\(name) END"
    }.joined(separator: ", ")
  }

  private static func isOdd(_ column: String, _ kind: Kind) -> String {
    let type = "typeof(t.\(column))"
    return switch kind {
    case .text(required: true): "\(type) <> 'text' OR memsh_is_utf8(CAST(t.\(column) AS BLOB)) = 0"
    case .text, .anyText:
      "\(type) NOT IN ('text', 'null') OR \(type) = 'text' AND memsh_is_utf8(CAST(t.\(column) AS BLOB)) = 0"
    case .integer: "\(type) NOT IN ('integer', 'null')"
    case .number: "\(type) NOT IN ('real', 'integer', 'null')"
    case .flag: "\(type) <> 'null' AND (\(type) <> 'integer' OR t.\(column) NOT IN (0, 1))"
    case .tier: "\(type) <> 'null' AND (\(type) <> 'text' OR t.\(column) NOT IN ('core', 'standard', 'full'))"
    case .moment: "\(type) <> 'null' AND (\(type) <> 'text' OR memsh_timestamp(t.\(column)) IS NULL)"
    }
  }

  private static func mended(_ column: String, _ kind: Kind) -> String {
    switch kind {
    case .text, .anyText: "memsh_text(CAST(t.\(column) AS BLOB))"
    case .integer(let instead):
      "CASE typeof(t.\(column)) WHEN 'real' THEN CAST(t.\(column) AS INTEGER) ELSE \(instead) END"
    case .number(let instead): instead
    case .flag: "t.\(column) IS TRUE"
    case .tier: "'standard'"
    case .moment: "coalesce(memsh_timestamp(memsh_text(CAST(t.\(column) AS BLOB))), \(SQLiteDDL.now))"
    }
  }

  /// What SQLite has no functions for; all of them take the bytes of a text.
  static let functions = [isUTF8, text, jsonKind, jsonObject]

  private static let isUTF8 = DatabaseFunction("memsh_is_utf8", argumentCount: 1, pure: true) { values in
    Data.fromDatabaseValue(values[0]).map { String(validating: $0, as: UTF8.self) != nil }
  }

  /// The text as ``StoredRow`` reads it; empty for NULL.
  private static let text = DatabaseFunction("memsh_text", argumentCount: 1, pure: true) { values in
    string(values[0])
  }

  private static func string(_ value: DatabaseValue) -> String {
    String(decoding: Data.fromDatabaseValue(value) ?? Data(), as: UTF8.self)
  }

  /// `object`, `texts` for a list of texts, or `other`; NULL for what is no JSON.
  private static let jsonKind = DatabaseFunction("memsh_json_kind", argumentCount: 1, pure: true) { values in
    guard let data = Data.fromDatabaseValue(values[0]), let text = String(validating: data, as: UTF8.self) else {
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
  private static let jsonObject = DatabaseFunction("memsh_json_object", argumentCount: 1, pure: true) { values in
    let text = string(values[0])
    let json = (try? JSONParser.parse(text)) ?? (text.isEmpty ? .null : .string(text))
    switch json {
    case .object: return json.text
    case .null: return "{}"
    case _ where json.nesting < JSON.storableNesting: return JSON.object([JSON.Member("value", json)]).text
    default: return JSON.object([JSON.Member("value", .string(json.text))]).text
    }
  }
}
