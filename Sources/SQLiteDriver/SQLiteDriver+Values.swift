import Database
import Foundation
import GRDB
import MemoryModel

/// Values in SQLite's notation.
extension SQLiteDriver {
  /// A value as it is bound.
  static func bound(_ value: Value) -> DatabaseValue {
    switch value {
    case .null: .null
    case .integer(let number): number.databaseValue
    case .double(let number): bound(number)
    case .text(let text): text.databaseValue
    case .boolean(let flag): flag.databaseValue
    case .texts(let texts): jsonArray(texts).databaseValue
    case .timestamp(let moment): moment.iso8601.databaseValue
    case .vector(let vector): Data(vector.littleEndianBytes).databaseValue
    case .json(let json): json.text.databaseValue
    case .bytes(let bytes): Data(bytes).databaseValue
    case .integers(let numbers): jsonArray(numbers).databaseValue
    }
  }

  /// A number as SQLite holds it: a NaN, which it would turn into NULL, as the text `NaN`.
  static func bound(_ number: Double) -> DatabaseValue {
    number.isNaN ? "NaN".databaseValue : number.databaseValue
  }

  private static func jsonArray(_ numbers: [Int64]) -> String {
    var text = [UInt8(ascii: "[")]
    for number in numbers {
      if text.count > 1 { text.append(UInt8(ascii: ",")) }
      text.append(contentsOf: number.description.utf8)
    }
    text.append(UInt8(ascii: "]"))
    return String(decoding: text, as: UTF8.self)
  }

  static func jsonArray(_ values: [String]) -> String { JSON.array(values.map(JSON.string)).text }

  static let columns = """
    id, user_id, content, metadata, category, importance_score, access_count, last_accessed_at, created_at, updated_at
    """

  /// The memory of a row of ``columns``.
  static func memory(_ row: StoredRow) throws -> Memory {
    return Memory(
      id: try row.id(0),
      fields: MemoryFields(
        userID: try row.text(1) ?? "", content: try row.text(2) ?? "", metadata: try row.json(3),
        category: try row.text(4), importanceScore: try row.double(5), accessCount: try row.integer(6),
        lastAccessedAt: try row.timestamp(7), createdAt: try row.timestamp(8), updatedAt: try row.timestamp(9)))
  }
}
