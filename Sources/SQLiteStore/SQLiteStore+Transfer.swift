import Foundation
import GRDB
import MemoryCore

/// Moving whole tables: reading them in batches and writing rows under their own ids.
extension SQLiteStore {
  /// Hands over memories by id.
  public func readMemories(
    _ filter: MemoryFilter, batchSize: Int, _ body: ([Memory]) throws -> Void
  ) throws {
    let (conditions, arguments) = SQLiteStore.conditions(filter)
    try readMemories(where: "1" + conditions, arguments: arguments, batchSize: batchSize, body)
  }

  /// Hands over the memories that a run wrote.
  public func readMemories(ofRun run: Int64, batchSize: Int, _ body: ([Memory]) throws -> Void) throws {
    try readMemories(
      where: "id IN (SELECT target_id FROM memsh_run_rows WHERE run_id = ? AND table_name = 'memories')",
      arguments: [run], batchSize: batchSize, body)
  }

  func readMemories(
    where condition: String, arguments: StatementArguments, batchSize: Int, _ body: ([Memory]) throws -> Void
  ) throws {
    try readInBatches(
      sql: "SELECT \(SQLiteStore.columns), embedding FROM memories WHERE \(condition) ORDER BY id",
      arguments: arguments, batchSize: batchSize, body
    ) { row in
      var fields = try SQLiteStore.memory(row).fields
      fields.embedding = SQLiteStore.vector(row, 10)
      return Memory(id: row[0], fields: fields)
    }
  }

  /// Hands over the id, user and content of every memory.
  public func readMemoryKeys(_ body: (Int64, String, String) throws -> Void) throws {
    try read { db in
      let rows = try Row.fetchCursor(db, sql: "SELECT id, CAST(user_id AS BLOB), CAST(content AS BLOB) FROM memories")
      while let row = try rows.next() {
        try body(
          row[0], String(decoding: row[1] as Data, as: UTF8.self), String(decoding: row[2] as Data, as: UTF8.self))
      }
    }
  }

  /// Hands over all rows of a side table by id.
  public func readRows(of table: SideTable, batchSize: Int, _ body: ([SideRow]) throws -> Void) throws {
    let names = table.columns.map(\.name).joined(separator: ", ")
    try readInBatches(
      sql: "SELECT id, \(names) FROM \(table.rawValue) ORDER BY id", arguments: [], batchSize: batchSize, body
    ) { row in
      SideRow(
        id: row[0], values: table.columns.enumerated().map { SQLiteStore.value(row, $0.offset + 1, $0.element.type) })
    }
  }

  /// Streams a query; it sees one snapshot, because a statement is a transaction of its own.
  private func readInBatches<Element>(
    sql: String, arguments: StatementArguments, batchSize: Int, _ body: ([Element]) throws -> Void,
    _ element: (Row) throws -> Element
  ) throws {
    try read { db in
      let rows = try Row.fetchCursor(db, sql: sql, arguments: arguments)
      var batch: [Element] = []
      while let row = try rows.next() {
        batch.append(try element(row))
        if batch.count == batchSize {
          try body(batch)
          batch.removeAll(keepingCapacity: true)
        }
      }
      if !batch.isEmpty { try body(batch) }
    }
  }

  private static func vector(_ row: Row, _ column: Int) -> Vector? {
    (row[column] as Data?).flatMap { $0.withUnsafeBytes { Vector(littleEndianBytes: $0) } }
  }

  static func value(_ row: Row, _ column: Int, _ type: SideTable.ColumnType) -> SideValue {
    switch type {
    case .integer: (row[column] as Int64?).map(SideValue.integer) ?? .null
    case .double: (row[column] as Double?).map(SideValue.double) ?? .null
    case .text: (row[column] as String?).map(SideValue.text) ?? .null
    case .boolean: (row[column] as Bool?).map(SideValue.boolean) ?? .null
    case .texts: (row[column] as String?).map { .texts(strings(jsonArray: $0)) } ?? .null
    case .timestamp: (row[column] as String?).flatMap(Timestamp.init(parsing:)).map(SideValue.timestamp) ?? .null
    case .vector: vector(row, column).map(SideValue.vector) ?? .null
    }
  }

  private static func bound(_ value: SideValue) -> DatabaseValue {
    switch value {
    case .null: .null
    case .integer(let number): number.databaseValue
    case .double(let number): number.databaseValue
    case .text(let text): text.databaseValue
    case .boolean(let flag): flag.databaseValue
    case .texts(let texts): jsonArray(texts).databaseValue
    case .timestamp(let moment): moment.iso8601.databaseValue
    case .vector(let vector): Data(vector.littleEndianBytes).databaseValue
    }
  }

  /// `id` is a 64-bit integer.
  public var idMaximum: Int64 { .max }

  /// The largest id of a table.
  public func largestID(in table: String, notAbove limit: Int64) throws -> Int64 {
    try read { db in
      try Int64.fetchOne(
        db, sql: "SELECT coalesce(max(id), 0) FROM \(table.quotedDatabaseIdentifier) WHERE id <= ?", arguments: [limit])
        ?? 0
    }
  }

  /// Which of these ids are in use.
  public func usedIDs(_ ids: [Int64], in table: String) throws -> Set<Int64> {
    guard try embeddingSpace() != nil else { return [] }
    let wanted = JSON.array(ids.map { .integer($0) }).text
    return try read { db in
      try Int64.fetchSet(
        db, sql: "SELECT id FROM \(table.quotedDatabaseIdentifier) WHERE id IN (SELECT value FROM json_each(?))",
        arguments: [wanted])
    }
  }

  /// Inserts rows into a side table.
  public func insert(_ rows: [SideRow], ids: [Int64], into table: SideTable) throws {
    let names = table.columns.map(\.name).joined(separator: ", ")
    let places = table.columns.map { $0.name == "agent_type" ? ", \(SQLiteStore.boundAgent)" : ", ?" }.joined()
    try write { db in
      let statement = try db.cachedStatement(sql: "INSERT INTO \(table.rawValue) (id, \(names)) VALUES (?\(places))")
      for (row, id) in zip(rows, ids) {
        let values = [id.databaseValue] + row.values.map(SQLiteStore.bound)
        try statement.execute(arguments: StatementArguments(values))
      }
    }
  }

  /// Nothing to do: AUTOINCREMENT follows the largest id by itself.
  public func reserveIDs(upTo id: Int64, in table: String) throws {}
}
