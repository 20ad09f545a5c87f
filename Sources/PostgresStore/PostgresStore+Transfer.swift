import Database
import MemoryModel
import PostgresClient

/// Moving whole tables: reading them in batches and writing rows under their own ids.
extension PostgresStore {
  /// Hands over memories by id.
  package func readMemories(
    _ filter: MemoryFilter, batchSize: Int, _ body: ([Memory]) throws -> Void
  ) throws {
    let ids: SQL
    if filter.isEmpty {
      ids = ""
    } else {
      // COPY binds no values, so the filter is answered first.
      let passing = try query("SELECT id FROM memories WHERE true\(PostgresStore.conditions(filter) ?? "")").rows
        .compactMap { try $0.integer(0).map(String.init) }.joined(separator: ",")
      ids = " WHERE id = ANY('{\(unsafeSQL: passing)}'::int8[])"
    }
    try copyOut(
      "SELECT \(unsafeSQL: PostgresStore.memoryColumns), embedding::vector FROM memories\(ids) ORDER BY id",
      batchSize: batchSize, PostgresStore.memory, body)
  }

  /// Hands over the memories that a run wrote.
  ///
  /// Several connections read a share each, because sending vectors is work that one process of the server does alone.
  package func readMemories(ofRun run: Int64, batchSize: Int, _ body: ([Memory]) throws -> Void) throws {
    let helpers = helpers(upTo: PostgresStore.readersMaximum)
    defer { giveBack(helpers) }
    let query: SQL = """
      SELECT \(unsafeSQL: PostgresStore.columns(metadata: "'{}'")), embedding::vector FROM memories
      WHERE id IN (SELECT target_id FROM \(unsafeSQL: ledger).run_rows
        WHERE run_id = \(unsafeSQL: String(run)) AND table_name = 'memories')
      """
    guard helpers.count > 1 else { return try copyOut(query, batchSize: batchSize, PostgresStore.memory, body) }
    let location = identity.location
    try Overlap.run(
      capacity: helpers.count,
      producers: helpers.enumerated().map { share, helper in
        { hand in
          let part = SQL("\(query) AND id % \(unsafeSQL: String(helpers.count)) = \(unsafeSQL: String(share))")
          try PostgresStore.translating(location) {
            try PostgresStore.copyOut(
              part, from: helper.connection, batchSize: batchSize, PostgresStore.memory, hand)
          }
        }
      }, consume: body)
  }

  /// More readers than this gain nothing: one connection already feeds the comparison of what they read.
  private static let readersMaximum = 3

  /// Hands over the id, user and content of every memory.
  package func readMemoryKeys(_ body: (Int64, String, String) throws -> Void) throws {
    try copyOut("SELECT id::int8, user_id::text, content::text FROM memories") {
      try body(try $0.integer(0) ?? 0, try $0.text(1) ?? "", try $0.text(2) ?? "")
    }
  }

  /// Hands over all rows of a side table by id.
  package func readRows(of table: Table, batchSize: Int, _ body: ([Record]) throws -> Void) throws {
    let columns = table.columns.map { "\($0.name)::\($0.type.postgresName)" }.joined(separator: ", ")
    try copyOut(
      "SELECT id::int8 AS row_id, \(unsafeSQL: columns) FROM \(identifier: table.name) ORDER BY id",
      batchSize: batchSize,
      { row in
        Record(
          id: try row.integer(0) ?? 0,
          values: try table.columns.enumerated().map { try PostgresStore.value(row, $0.offset + 1, $0.element.type) })
      }, body)
  }

  /// Streams the rows of a query, which sees one snapshot however long that takes.
  private func copyOut(_ query: SQL, _ body: (CopiedRow) throws -> Void) throws {
    try withoutStatementTimeout { try use { try $0.copyOut(PostgresStore.copyStatement(query), body) } }
  }

  private func copyOut<Row>(
    _ query: SQL, batchSize: Int, _ row: (CopiedRow) throws -> Row, _ body: ([Row]) throws -> Void
  ) throws {
    try withoutStatementTimeout {
      try use { try PostgresStore.copyOut(query, from: $0, batchSize: batchSize, row, body) }
    }
  }

  private static func copyStatement(_ query: SQL) -> SQL { "COPY (\(query)) TO STDOUT (FORMAT BINARY)" }

  private static func copyOut<Row>(
    _ query: SQL, from connection: PostgresConnection, batchSize: Int, _ row: (CopiedRow) throws -> Row,
    _ body: ([Row]) throws -> Void
  ) throws {
    var batch: [Row] = []
    try connection.copyOut(copyStatement(query)) {
      batch.append(try row($0))
      guard batch.count == batchSize else { return }
      try body(batch)
      batch.removeAll(keepingCapacity: true)
    }
    if !batch.isEmpty { try body(batch) }
  }

  /// The columns of a memory, in the types this module reads; stores that others made may have declared others.
  static let memoryColumns = columns(metadata: "metadata::jsonb")

  private static func columns(metadata: String) -> String {
    """
    id::int8 AS memory_id, user_id::text, content::text, \(metadata)::text, category::text, importance_score::float8, access_count::int8,
      last_accessed_at::timestamp, created_at::timestamp, updated_at::timestamp
    """
  }

  /// A memory from ``memoryColumns``, with its embedding behind them.
  static func memory(_ row: some BinaryRow) throws -> Memory {
    Memory(
      id: try row.integer(0) ?? 0,
      fields: try fields(row, from: 1, embedding: try row.vector(10)))
  }

  /// The fields of a memory from the columns `user_id` to `updated_at`.
  static func fields(_ row: some BinaryRow, from first: Int, embedding: Vector?) throws -> MemoryFields {
    func moment(_ column: Int) throws -> Timestamp? {
      try row.timestamp(first + column).map(Timestamp.init(microseconds:))
    }
    return MemoryFields(
      userID: try row.text(first) ?? "", content: try row.text(first + 1) ?? "", embedding: embedding,
      metadata: try row.text(first + 2).map(JSON.init(stored:)),
      category: try row.text(first + 3), importanceScore: try row.double(first + 4),
      accessCount: try row.integer(first + 5), lastAccessedAt: try moment(6), createdAt: try moment(7),
      updatedAt: try moment(8))
  }

  static func value(_ row: some BinaryRow, _ column: Int, _ type: ColumnType) throws -> Value {
    switch type {
    case .integer: try row.integer(column).map(Value.integer) ?? .null
    case .double: try row.double(column).map(Value.double) ?? .null
    case .text: try row.text(column).map(Value.text) ?? .null
    case .boolean: try row.boolean(column).map(Value.boolean) ?? .null
    case .texts: try row.textArray(column).map(Value.texts) ?? .null
    case .timestamp: try row.timestamp(column).map { .timestamp(Timestamp(microseconds: $0)) } ?? .null
    case .vector: try row.vector(column).map(Value.vector) ?? .null
    case .json: try row.text(column).map { .json(try JSON(stored: $0)) } ?? .null
    }
  }

  /// Which of these ids are in use; one too large for the column counts as used.
  package func usedIDs(_ ids: [Int64], in table: String) throws -> Set<Int64> {
    let fitting = ids.filter { (1...idMaximum).contains($0) }
    let used = try query(
      "SELECT id FROM \(identifier: table) WHERE id = ANY(\(fitting.map(String.init))::text[]::int8[])"
    ).rows.compactMap { try $0.integer(0) }
    return Set(used).union(Set(ids).subtracting(fitting))
  }

  /// Inserts rows into a side table.
  package func insert(_ rows: [Record], ids: [Int64], into table: Table) throws {
    for (row, id) in zip(rows, ids) {
      var columns: SQL = "id"
      var values: SQL = "\(id)"
      for (column, value) in zip(table.columns, row.values) {
        columns = columns + ", \(identifier: column.name)"
        let bound = PostgresStore.bound(value)
        values =
          column.name == "agent_type"
          ? values + ", \(PostgresStore.boundAgent(bound))"
          : values + ", \(bound)\(unsafeSQL: column.type == .vector ? "::vector" : "")"
      }
      try query("INSERT INTO \(identifier: table.name) (\(columns)) VALUES (\(values))")
    }
  }

  private static func bound(_ value: Value) -> PostgresValue {
    switch value {
    case .null: .null
    case .integer(let number): .integer(number)
    case .double(let number): .double(number)
    case .text(let text): .text(text)
    case .boolean(let flag): .boolean(flag)
    case .texts(let texts): .textArray(texts)
    case .timestamp(let moment): .timestamp(microseconds: moment.microseconds)
    case .vector(let vector): .binary(vector.postgresBytes)
    case .json(let json): .text(json.text)
    case .bytes(let bytes): .binary(bytes)
    case .integers(let numbers): .textArray(numbers.map(String.init))
    }
  }

  /// `id` is SERIAL, a 32-bit integer, unless others made it a BIGSERIAL.
  package var idMaximum: Int64 {
    let type = (try? columnTypes(of: "memories"))?["id"]
    return type == PostgresType.int8 ? .max : Int64(Int32.max)
  }

  /// The largest id of a table.
  package func largestID(in table: String, notAbove limit: Int64) throws -> Int64 {
    try query("SELECT coalesce(pg_catalog.max(id), 0)::int8 FROM \(identifier: table) WHERE id <= \(limit)").first?
      .integer(0) ?? 0
  }

  /// The next numbers of a table's sequence.
  func nextIDs(_ count: Int, table: String) throws -> [Int64] {
    let ids = try query("SELECT nextval(\(try sequence(of: table))::regclass) FROM generate_series(1::int8, \(count))")
      .rows
      .compactMap { try $0.integer(0) }
    guard ids.count == count else { throw MemshError(.storeFailed, "the sequence of \(table) gave too few numbers") }
    return ids
  }

  /// Makes the next free ids follow this one.
  package func reserveIDs(upTo id: Int64, in table: String) throws {
    try query(
      """
      SELECT setval(sequence, \(id)) FROM (SELECT \(try sequence(of: table))::regclass AS sequence) AS t
      WHERE \(id) > coalesce(pg_catalog.pg_sequence_last_value(sequence), 0)
      """)
  }

  /// The sequence that numbers a table: the one it owns, else the one its default names.
  private func sequence(of table: String) throws -> String {
    if let known = sequences[table] { return known }
    let name = try query(
      """
      SELECT coalesce(pg_get_serial_sequence(\(table), 'id'), (
        SELECT d.refobjid::regclass::text FROM pg_attrdef a
          JOIN pg_depend d ON d.classid = 'pg_attrdef'::regclass::oid AND d.objid = a.oid
          JOIN pg_class c ON d.refclassid = 'pg_class'::regclass::oid AND c.oid = d.refobjid AND c.relkind = 'S'
        WHERE a.adrelid = to_regclass(\(table))::oid LIMIT 1))
      """
    ).first?.text(0)
    guard let name else {
      throw MemshError(
        .storeFailed, "the column id of \(table) has no sequence that numbers new rows",
        hint: "ALTER TABLE \(table) ALTER id ADD GENERATED BY DEFAULT AS IDENTITY")
    }
    sequences[table] = name
    return name
  }
}

extension ColumnType {
  /// The type this module reads; stores that others made may have declared another.
  fileprivate var postgresName: String {
    switch self {
    case .integer: "int8"
    case .double: "float8"
    case .text: "text"
    case .boolean: "boolean"
    case .texts: "text[]"
    case .timestamp: "timestamp"
    case .vector: "vector"
    case .json: "jsonb"
    }
  }
}

extension BinaryRow {
  /// A `vector`; nil for NULL.
  func vector(_ column: Int) throws -> Vector? {
    try value(column, "a vector") { Vector(postgresBytes: $0) }
  }
}

extension Vector {
  /// Reads pgvector's binary form; nil when it is none.
  init?(postgresBytes bytes: UnsafeRawBufferPointer) {
    guard bytes.count >= 4,
      case let dimensions = Int(UInt16(bigEndian: bytes.loadUnaligned(as: UInt16.self))),
      bytes.count == 4 + 4 * dimensions
    else { return nil }
    self.init(
      [Float](unsafeUninitializedCapacity: dimensions) { buffer, count in
        for index in 0..<dimensions {
          let bits = bytes.loadUnaligned(fromByteOffset: 4 + index * 4, as: UInt32.self)
          buffer[index] = Float(bitPattern: UInt32(bigEndian: bits))
        }
        count = dimensions
      })
  }
}
