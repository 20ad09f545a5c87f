import Database
import Foundation
import GRDB
import MemoryModel

/// Moving whole tables: reading them in batches and writing rows under their own ids.
extension SQLiteStore {
  /// Hands over memories by id.
  package func readMemories(
    _ filter: MemoryFilter, batchSize: Int, _ body: ([Memory]) throws -> Void
  ) throws {
    let (conditions, arguments) = SQLiteStore.conditions(filter)
    try readMemories(where: "1" + conditions, arguments: arguments, batchSize: batchSize, body)
  }

  /// Hands over the memories that a run wrote.
  package func readMemories(ofRun run: Int64, batchSize: Int, _ body: ([Memory]) throws -> Void) throws {
    try readMemories(
      where: "id IN (SELECT target_id FROM memsh_run_rows WHERE run_id = ? AND table_name = 'memories')",
      arguments: [run], batchSize: batchSize, body)
  }

  func readMemories(
    where condition: String, arguments: StatementArguments, batchSize: Int, _ body: ([Memory]) throws -> Void
  ) throws {
    try readInBatches(
      "SELECT \(SQLiteStore.columns), embedding FROM memories WHERE \(condition) ORDER BY id", arguments,
      of: "memories", batchSize: batchSize, body
    ) { row in
      let memory = try SQLiteStore.memory(row)
      var fields = memory.fields
      fields.embedding = try row.vector(10)
      return Memory(id: memory.id, fields: fields)
    }
  }

  /// Reads rows exactly, or not at all.
  package func readingExactly<Value>(_ body: () throws -> Value) rethrows -> Value {
    let before = readsExactly
    readsExactly = true
    defer { readsExactly = before }
    return try body()
  }

  /// Hands over the id, user and content of every memory.
  package func readMemoryKeys(_ body: (Int64, String, String) throws -> Void) throws {
    try read { db in
      try db.forEachRow("SELECT id, user_id, content FROM memories", of: "memories") { row in
        try body(row.id(0), row.text(1) ?? "", row.text(2) ?? "")
      }
    }
  }

  /// Hands over all rows of a side table by id.
  package func readRows(of table: Table, batchSize: Int, _ body: ([Record]) throws -> Void) throws {
    let names = table.columns.map(\.name).joined(separator: ", ")
    try readInBatches(
      "SELECT id, \(names) FROM \(table.name) ORDER BY id", [], of: table.name, batchSize: batchSize, body
    ) { try SQLiteStore.sideRow($0, of: table) }
  }

  /// Streams a query; it sees one snapshot, because a statement is a transaction of its own.
  private func readInBatches<Element>(
    _ sql: String, _ arguments: StatementArguments, of table: String, batchSize: Int,
    _ body: ([Element]) throws -> Void, _ element: (StoredRow) throws -> Element
  ) throws {
    try read { db in
      var batch: [Element] = []
      try db.forEachRow(sql, arguments, of: table, exactly: readsExactly) { row in
        batch.append(try element(row))
        if batch.count == batchSize {
          try body(batch)
          batch.removeAll(keepingCapacity: true)
        }
      }
      if !batch.isEmpty { try body(batch) }
    }
  }

  /// The row of a side table: its id, then its columns in their order.
  static func sideRow(_ row: StoredRow, of table: Table) throws -> Record {
    Record(id: try row.id(0), values: try table.columns.enumerated().map { try value(row, $0 + 1, $1.type) })
  }

  private static func value(_ row: StoredRow, _ column: Int, _ type: ColumnType) throws -> Value {
    switch type {
    case .integer: try row.integer(column).map(Value.integer) ?? .null
    case .double: try row.double(column).map(Value.double) ?? .null
    case .text: try row.text(column).map(Value.text) ?? .null
    case .boolean: try row.boolean(column).map(Value.boolean) ?? .null
    case .texts: try row.texts(column).map(Value.texts) ?? .null
    case .timestamp: try row.timestamp(column).map(Value.timestamp) ?? .null
    case .vector: try row.vector(column).map(Value.vector) ?? .null
    case .json: try row.json(column).map(Value.json) ?? .null
    }
  }

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
    case .integers(let numbers): JSON.array(numbers.map { .integer($0) }).text.databaseValue
    }
  }

  /// `id` is a 64-bit integer.
  package var idMaximum: Int64 { .max }

  /// The largest id of a table.
  package func largestID(in table: String, notAbove limit: Int64) throws -> Int64 {
    try read { db in
      try Int64.fetchOne(
        db, sql: "SELECT coalesce(max(id), 0) FROM \(table.quotedIdentifier) WHERE id <= ?", arguments: [limit])
        ?? 0
    }
  }

  /// Which of these ids are in use.
  package func usedIDs(_ ids: [Int64], in table: String) throws -> Set<Int64> {
    guard try embeddingSpace() != nil else { return [] }
    let wanted = JSON.array(ids.map { .integer($0) }).text
    return try read { db in
      Set(
        try db.ids("SELECT id FROM \(table.quotedIdentifier) WHERE id IN (SELECT value FROM json_each(?))", [wanted]))
    }
  }

  /// Inserts rows into a side table.
  package func insert(_ rows: [Record], ids: [Int64], into table: Table) throws {
    let names = table.columns.map(\.name).joined(separator: ", ")
    let places = table.columns.map { $0.name == "agent_type" ? ", \(SQLiteStore.boundAgent)" : ", ?" }.joined()
    try write { db in
      let statement = try db.cachedStatement(sql: "INSERT INTO \(table.name) (id, \(names)) VALUES (?\(places))")
      for (row, id) in zip(rows, ids) {
        let values = [id.databaseValue] + row.values.map(SQLiteStore.bound)
        try statement.execute(arguments: StatementArguments(values))
      }
    }
  }

  /// Nothing to do: AUTOINCREMENT follows the largest id by itself.
  package func reserveIDs(upTo id: Int64, in table: String) throws {}
}
