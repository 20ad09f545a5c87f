import Database
import MemoryModel
import PostgresClient

/// A row of the server, for whoever knows no PostgreSQL.
struct PostgresRowValues<Values: BinaryRow>: Row {
  let values: Values
  /// Where the row comes from, for errors.
  let location: String

  private func translated<Value>(_ body: () throws -> Value) throws -> Value {
    do { return try body() } catch let error as PostgresError {
      throw MemshError(translating: error, location: location)
    }
  }

  func integer(_ column: Int) throws -> Int64? { try translated { try values.integer(column) } }
  func double(_ column: Int) throws -> Double? { try translated { try values.double(column) } }
  func boolean(_ column: Int) throws -> Bool? { try translated { try values.boolean(column) } }
  func text(_ column: Int) throws -> String? { try translated { try values.text(column) } }
  func texts(_ column: Int) throws -> [String]? { try translated { try values.textArray(column) } }
  func timestamp(_ column: Int) throws -> Timestamp? {
    try translated { try values.timestamp(column).map(Timestamp.init(microseconds:)) }
  }
  func json(_ column: Int) throws -> JSON? { try text(column).map(JSON.init(stored:)) }
  func vector(_ column: Int) throws -> Vector? { try translated { try values.vector(column) } }
  func added(_ column: Int) throws -> Value { try text(column).columnValue }

  func missing(_ column: Int) -> MemshError {
    MemshError(
      .storeCorrupt, "an answer of \(location) has NULL in column \(column + 1), which every row has",
      hint: "`doctor` names rows that lack a value")
  }
}
