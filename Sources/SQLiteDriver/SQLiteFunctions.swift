import Foundation
import GRDB
import MemoryModel

/// What SQLite has no functions for. All but two take the bytes of a text, because a text may be no UTF-8 or hold a NUL.
enum SQLiteFunctions {
  private static let all = [
    withoutNUL, lowercased, text, jsonObject, SQLiteDriver.joined, SQLiteDriver.sum,
  ]

  /// Adds all of them to a connection.
  ///
  /// - Throws: What SQLite answers.
  static func add(to db: Database) throws {
    all.forEach(db.add(function:))
    try addFunctionsOfValues(to: db)
    try addFunctionsOfRows(to: db)
  }

  private static let withoutNUL = function("memsh_without_nul") { string($0)?.replacingNUL }

  /// A text in small letters of any alphabet.
  private static let lowercased = function("memsh_lower") { string($0)?.lowercased() }

  /// The text as ``StoredRow`` reads it; empty for NULL.
  private static let text = function("memsh_text") { string($0) ?? "" }

  private static func string(_ value: DatabaseValue) -> String? {
    Data.fromDatabaseValue(value).map { String(decoding: $0, as: UTF8.self) }
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
