import MemoryCore
import PostgresClient

/// Moving whole tables: reading them in batches and writing rows under their own ids.
extension PostgresStore {
  /// Hands over all memories by id.
  public func readMemories(batchSize: Int, _ body: ([Memory]) throws -> Void) throws {
    try readInSnapshot {
      try inBatches(batchSize) { last in
        try query(
          """
          SELECT \(unsafeSQL: PostgresStore.memoryColumns), embedding::vector FROM memories WHERE id > \(last)
          ORDER BY id LIMIT \(batchSize)
          """
        ).rows.map(PostgresStore.memory)
      } body: {
        try body($0)
      }
    }
  }

  /// Hands over the memories that a run wrote.
  public func readMemories(ofRun run: Int64, batchSize: Int, _ body: ([Memory]) throws -> Void) throws {
    try inBatches(batchSize) { last in
      try query(
        """
        SELECT \(unsafeSQL: PostgresStore.memoryColumns), embedding::vector FROM memories WHERE id > \(last) AND id IN (
          SELECT target_id FROM memsh.run_rows
          WHERE run_id = \(run) AND table_name = 'memories' AND target_id > \(last)
          ORDER BY target_id LIMIT \(batchSize))
        ORDER BY id
        """
      ).rows.map(PostgresStore.memory)
    } body: {
      try body($0)
    }
  }

  /// Hands over the id, user and content of every memory.
  public func readMemoryKeys(_ body: (Int64, String, String) throws -> Void) throws {
    var last: Int64 = .min
    while true {
      let rows = try query(
        "SELECT id, user_id, content FROM memories WHERE id > \(last) ORDER BY id LIMIT 5000"
      ).rows
      for row in rows {
        last = row.integer(0) ?? last
        try body(last, row.text(1) ?? "", row.text(2) ?? "")
      }
      if rows.isEmpty { return }
    }
  }

  /// Hands over all rows of a side table by id.
  public func readRows(of table: SideTable, batchSize: Int, _ body: ([SideRow]) throws -> Void) throws {
    let names = table.columns.map(\.name).joined(separator: ", ")
    try inBatches(batchSize) { last in
      try query(
        """
        SELECT id, \(unsafeSQL: names) FROM \(identifier: table.rawValue) WHERE id > \(last)
        ORDER BY id LIMIT \(batchSize)
        """
      ).rows.map { row in
        SideRow(
          id: row.integer(0) ?? 0,
          values: table.columns.enumerated().map { PostgresStore.value(row, $0.offset + 1, $0.element.type) })
      }
    } body: {
      try body($0)
    }
  }

  /// One snapshot for a read that takes many statements.
  private func readInSnapshot(_ body: () throws -> Void) throws {
    let isInTransaction = try use { $0.isInTransaction }
    guard !isInTransaction else { return try body() }
    try transaction(.rollback) {
      try execute(unsafeSQL: "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
      try body()
    }
  }

  private func inBatches<Row: Identified>(
    _ size: Int, _ fetch: (Int64) throws -> [Row], body: ([Row]) throws -> Void
  ) throws {
    var last: Int64 = .min
    while true {
      let rows = try fetch(last)
      guard let final = rows.last else { return }
      last = final.id
      try body(rows)
    }
  }

  /// The columns of a memory, in the types this module reads; stores that others made may have declared others.
  static let memoryColumns = """
    id, user_id::text, content::text, metadata::jsonb, category::text, importance_score::float8, access_count::int8,
      last_accessed_at::timestamp, created_at::timestamp, updated_at::timestamp
    """

  /// A memory from ``memoryColumns``, with its embedding behind them.
  static func memory(_ row: PostgresRow) throws -> Memory {
    Memory(
      id: row.integer(0) ?? 0,
      fields: try fields(row, from: 1, embedding: row.bytes(10).flatMap(Vector.init(postgresBytes:))))
  }

  /// The fields of a memory from the columns `user_id` to `updated_at`.
  static func fields(_ row: PostgresRow, from first: Int, embedding: Vector?) throws -> MemoryFields {
    func moment(_ column: Int) -> Timestamp? { row.timestamp(first + column).map(Timestamp.init(microseconds:)) }
    return MemoryFields(
      userID: row.text(first) ?? "", content: row.text(first + 1) ?? "", embedding: embedding,
      metadata: try row.text(first + 2).map(JSON.init(stored:)) ?? .object([]),
      category: row.text(first + 3), importanceScore: row.double(first + 4), accessCount: row.integer(first + 5) ?? 0,
      lastAccessedAt: moment(6), createdAt: moment(7) ?? Timestamp(microseconds: 0),
      updatedAt: moment(8) ?? Timestamp(microseconds: 0))
  }

  private static func value(_ row: PostgresRow, _ column: Int, _ type: SideTable.ColumnType) -> SideValue {
    switch type {
    case .integer: row.integer(column).map(SideValue.integer) ?? .null
    case .double: row.double(column).map(SideValue.double) ?? .null
    case .text: row.text(column).map(SideValue.text) ?? .null
    case .boolean: row.boolean(column).map(SideValue.boolean) ?? .null
    case .texts: row.textArray(column).map(SideValue.texts) ?? .null
    case .timestamp: row.timestamp(column).map { .timestamp(Timestamp(microseconds: $0)) } ?? .null
    case .vector: row.bytes(column).flatMap(Vector.init(postgresBytes:)).map(SideValue.vector) ?? .null
    }
  }

  /// Which of these ids are in use; one too large for the column counts as used.
  public func usedIDs(_ ids: [Int64], in table: String) throws -> Set<Int64> {
    let fitting = ids.filter { (1...idMaximum).contains($0) }
    let used = try query(
      "SELECT id FROM \(identifier: table) WHERE id = ANY(\(fitting.map(String.init))::text[]::int[])"
    ).rows.compactMap { $0.integer(0) }
    return Set(used).union(Set(ids).subtracting(fitting))
  }

  /// Inserts rows into a side table.
  public func insert(_ rows: [SideRow], ids: [Int64], into table: SideTable) throws {
    for (row, id) in zip(rows, ids) {
      var columns: SQL = "id"
      var values: SQL = "\(id)"
      for (column, value) in zip(table.columns, row.values) {
        columns = columns + ", \(identifier: column.name)"
        values = values + ", \(PostgresStore.bound(value))\(unsafeSQL: column.type == .vector ? "::vector" : "")"
      }
      try query("INSERT INTO \(identifier: table.rawValue) (\(columns)) VALUES (\(values))")
    }
  }

  private static func bound(_ value: SideValue) -> PostgresValue {
    switch value {
    case .null: .null
    case .integer(let number): .integer(number)
    case .double(let number): .double(number)
    case .text(let text): .text(text)
    case .boolean(let flag): .boolean(flag)
    case .texts(let texts): .textArray(texts)
    case .timestamp(let moment): .timestamp(microseconds: moment.microseconds)
    case .vector(let vector): .binary(vector.postgresBytes)
    }
  }

  /// `id` is SERIAL, a 32-bit integer.
  public var idMaximum: Int64 { Int64(Int32.max) }

  /// The largest id of a table.
  public func largestID(in table: String, notAbove limit: Int64) throws -> Int64 {
    try query("SELECT coalesce(max(id), 0)::int8 FROM \(identifier: table) WHERE id <= \(limit)").first?.integer(0) ?? 0
  }

  /// The next numbers of a table's sequence.
  func nextIDs(_ count: Int, table: String) throws -> [Int64] {
    let ids = try query("SELECT nextval(\(try sequence(of: table))::regclass) FROM generate_series(1, \(count))").rows
      .compactMap { $0.integer(0) }
    guard ids.count == count else { throw MemshError(.storeFailed, "the sequence of \(table) gave too few numbers") }
    return ids
  }

  /// Makes the next free ids follow the largest ones in use.
  public func advanceSequences() throws {
    for table in SchemaNames.tables {
      try query(
        """
        SELECT setval(sequence, largest) FROM (SELECT \(try sequence(of: table))::regclass AS sequence,
          (SELECT max(id) FROM \(identifier: table)) AS largest) AS t
        WHERE largest > coalesce(pg_sequence_last_value(sequence), 0)
        """)
    }
  }

  /// The sequence that numbers a table: the one it owns, else the one its default names.
  private func sequence(of table: String) throws -> String {
    let name = try query(
      """
      SELECT coalesce(pg_get_serial_sequence(\(table), 'id'), (
        SELECT d.refobjid::regclass::text FROM pg_attrdef a
          JOIN pg_depend d ON d.classid = 'pg_attrdef'::regclass AND d.objid = a.oid
          JOIN pg_class c ON d.refclassid = 'pg_class'::regclass AND c.oid = d.refobjid AND c.relkind = 'S'
        WHERE a.adrelid = to_regclass(\(table)) LIMIT 1))
      """
    ).first?.text(0)
    guard let name else {
      throw MemshError(
        .storeFailed, "the column id of \(table) has no sequence that numbers new rows",
        hint: "ALTER TABLE \(table) ALTER id ADD GENERATED BY DEFAULT AS IDENTITY")
    }
    return name
  }
}

/// What has an id to page by.
private protocol Identified {
  var id: Int64 { get }
}

extension Memory: Identified {}
extension SideRow: Identified {}

extension Vector {
  /// Reads pgvector's binary form; nil when it is none.
  init?(postgresBytes bytes: [UInt8]) {
    guard bytes.count >= 4, bytes.count == 4 + 4 * (Int(bytes[0]) << 8 | Int(bytes[1])) else { return nil }
    self.init(
      [Float](unsafeUninitializedCapacity: (bytes.count - 4) / 4) { buffer, count in
        bytes.withUnsafeBytes { raw in
          for index in 0..<(raw.count - 4) / 4 {
            let bits = raw.loadUnaligned(fromByteOffset: 4 + index * 4, as: UInt32.self)
            buffer[index] = Float(bitPattern: UInt32(bigEndian: bits))
          }
        }
        count = (bytes.count - 4) / 4
      })
  }
}
