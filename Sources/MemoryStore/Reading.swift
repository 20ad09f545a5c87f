import Database
import MemoryModel

/// What a statement reads of a row: its key, the columns that memsh knows, and those that others added.
struct RowSelection {
  let table: Table
  let places: [AddedPlace]
  /// What stands behind SELECT.
  let columns: SQL
  /// What each of the table's columns holds; nil for one that is left out, to be NULL.
  private let types: [ColumnType?]
  private let isRead: [Bool]

  init(_ table: Table, _ places: [AddedPlace], without omitted: [Column] = []) {
    self.table = table
    self.places = places
    types = table.columns.map { omitted.contains($0) ? nil : $0.type }
    isRead = types.map { $0 != nil }
    let known: [SQL] = table.columns.map { omitted.contains($0) ? "NULL" : "\($0)" }
    columns = SQL.joined(["id"] + known + places.map { "\($0.real)" })
  }

  /// The row of an answer.
  func record(_ row: any Row) throws -> Record {
    var values: [Value] = []
    values.reserveCapacity(types.count)
    for (index, type) in types.enumerated() {
      values.append(try type.map { try row.value(index + 1, of: $0) } ?? .null)
    }
    return Record(id: try row.number(0), values: values, added: try added(row))
  }

  private func added(_ row: any Row) throws -> [AddedValue] {
    guard !places.isEmpty else { return [] }
    let first = types.count + 1
    return try places.enumerated().map { try $1.travelling(row.added(first + $0)) }
  }

  /// The memory of an answer's row.
  func memory(_ row: any Row) throws -> Memory {
    var fields = try MemoryFields(reading: row, isRead: isRead)
    fields.added = try added(row)
    return Memory(id: try row.number(0), fields: fields)
  }
}

extension MemoryStore {
  /// What is read of a row; a column that the table here lacks is NULL.
  func selection(of table: Table, without omitted: [Column] = []) throws -> RowSelection {
    let real = try state().tables[table.name]
    return RowSelection(
      table, try addedPlaces(in: table),
      without: table.columns.filter { omitted.contains($0) || real?.column($0.name) == nil })
  }

  /// The memories under these ids with their embeddings, by id; ids without a row are left out.
  package func memories(_ ids: [Int64]) throws -> [Memory] {
    try requireTables()
    let selection = try selection(of: .memories)
    return try driver.rows(
      "SELECT \(selection.columns) FROM \(Table.memories) WHERE id \(among: ids) ORDER BY id", of: Table.memories.name,
      selection.memory)
  }

  /// The same with the values of some columns only, among them those that a memory needs.
  package func memories(_ ids: [Int64], only columns: [Column]) throws -> [Memory] {
    try requireTables()
    let selection = try selection(of: .memories, only: columns)
    return try driver.rows(
      "SELECT \(selection.columns) FROM \(Table.memories) WHERE id \(among: ids) ORDER BY id", of: Table.memories.name,
      selection.memory)
  }

  private func selection(of table: Table, only columns: [Column]) throws -> RowSelection {
    let real = try state().tables[table.name]
    return RowSelection(
      table, [], without: table.columns.filter { !columns.contains($0) || real?.column($0.name) == nil })
  }

  /// Hands over the memories that pass a filter by id, `batchSize` at a time, with the values of some columns only, among
  /// them those that a memory needs.
  package func readMemories(
    _ filter: MemoryFilter, only columns: [Column], batchSize: Int, _ body: ([Memory]) throws -> Void
  ) throws {
    try readMemories(filter, selection(of: .memories, only: columns), order: "id", batchSize: batchSize, body)
  }

  /// Hands over the memories that pass a filter with their embeddings, by id, `batchSize` at a time.
  ///
  /// - Parameters:
  ///   - byUser: Whether those of a user come one behind the other, by id among themselves.
  ///   - embeddings: Whether embeddings are read; otherwise there are none.
  package func readMemories(
    _ filter: MemoryFilter, byUser: Bool = false, embeddings: Bool = true, batchSize: Int,
    _ body: ([Memory]) throws -> Void
  ) throws {
    let selection = try selection(of: .memories, without: embeddings ? [] : [.embedding])
    let order: SQL = byUser ? "\(Column.userID), id" : "id"
    try readMemories(filter, selection, order: order, batchSize: batchSize, body)
  }

  private func readMemories(
    _ filter: MemoryFilter, _ selection: RowSelection, order: SQL, batchSize: Int, _ body: ([Memory]) throws -> Void
  ) throws {
    // Answered first, because the conditions are not those of a large answer.
    let condition: SQL = filter.isEmpty ? "" : " WHERE id \(among: try memoryIDs(matching: filter))"
    try stream(
      "SELECT \(selection.columns) FROM \(Table.memories)\(condition) ORDER BY \(order)", of: .memories,
      batchSize: batchSize, selection.memory, bytes: MemoryStore.bytes, body)
  }

  /// Sums up the memories that a run wrote, in any order, to compare what was written with what is stored.
  ///
  /// - Parameters:
  ///   - columns: What is read of each, behind its id.
  ///   - checksum: Computes the CRC-32C of a vector in pgvector's binary form, where the database does not.
  ///   - start: The sum of no memories.
  ///   - add: Adds one, of whose embedding it gets the checksum, on any thread.
  ///   - body: Takes the sum of some hundred at a time.
  package func sumMemories<Sum: Sendable>(
    ofRun run: Int64, _ columns: [Column], checksum: @escaping @Sendable (Vector) -> UInt32, from start: Sum,
    adding add: @escaping @Sendable (inout Sum, any Row, UInt32?) throws -> Void, _ body: (Sum) throws -> Void
  ) throws {
    let computed = driver.dialect.checksum(ofVector: .embedding, by: try state().vectorExtension)
    let isComputed = computed != nil
    let read = SQL.joined(["id"] + columns.map { "\($0)" } + [computed ?? "\(Column.embedding)"])
    let place = columns.count + 1
    let ledger: SQL = "FROM \(OwnTable.runRows) WHERE run_id = \(run) AND table_name = \(Table.memories.name)"
    var range: (first: Int64?, last: Int64?, count: Int64) = (nil, nil, 0)
    try driver.stream(
      "SELECT \(function: "min")(target_id), \(function: "max")(target_id), \(function: "count")(*) \(ledger)",
      of: Table.memories.name, exactly: false
    ) { range = (try $0.integer(0), try $0.integer(1), try $0.number(2)) }
    guard let first = range.first, let last = range.last else { return }
    let count = range.count
    // Where the run's ids have no gap, they are read as ranges: looking up each row by its id takes half as long again.
    let isDense = last &- first == count - 1
    let shares = driver.dialect.shares
    let statements = (0..<shares).map { share -> SQL in
      if isDense {
        let (lower, upper) = (first + count * share / shares, first + (count * (share + 1) / shares - 1))
        return "SELECT \(read) FROM \(Table.memories) WHERE id BETWEEN \(lower) AND \(upper)"
      }
      let part: SQL = shares > 1 ? " AND target_id % \(shares) = \(share)" : ""
      // The ledger's rows first, by themselves: the table of memories may be on other machines.
      return """
        WITH wanted AS MATERIALIZED (SELECT target_id \(ledger)\(part))
        SELECT \(read) FROM \(Table.memories) WHERE id IN (SELECT target_id FROM wanted)
        """
    }
    try driver.sum(
      statements, of: Table.memories.name, from: start,
      adding: { sum, row in
        try add(
          &sum, row,
          isComputed ? row.integer(place).map(UInt32.init(truncatingIfNeeded:)) : row.vector(place).map(checksum))
      }, body)
  }

  /// Hands over the id, user and content of every memory, without a particular order.
  package func readMemoryKeys(_ body: (_ id: Int64, _ userID: String, _ content: String) throws -> Void) throws {
    try driver.stream(
      "SELECT id, \(Column.userID), \(Column.content) FROM \(Table.memories)", of: Table.memories.name,
      exactly: readsExactly
    ) { try body($0.number(0), $0.string(1), $0.string(2)) }
  }

  /// The users of the memories under these ids; ids without a row are left out.
  package func users(ofMemories ids: [Int64]) throws -> [Int64: String] {
    let rows = try driver.rows(
      "SELECT id, \(Column.userID) FROM \(Table.memories) WHERE id \(among: ids)", of: Table.memories.name
    ) { (try $0.number(0), try $0.text(1) ?? "") }
    return Dictionary(rows, uniquingKeysWith: { first, _ in first })
  }

  /// The memories that have exactly one of these contents, with their users, by id.
  package func memories(withContents contents: [String]) throws -> [(id: Int64, userID: String, content: String)] {
    guard !contents.isEmpty else { return [] }
    return try driver.rows(
      """
      SELECT id, \(Column.userID), \(Column.content) FROM \(Table.memories)
      WHERE \(Column.content) \(among: contents) ORDER BY id
      """, of: Table.memories.name
    ) { (try $0.number(0), try $0.text(1) ?? "", try $0.string(2)) }
  }

  /// Whether a table has more rows than so many.
  package func hasRows(in table: String, besides count: Int) throws -> Bool {
    try driver.exists("SELECT 1 FROM \(name: table) LIMIT 1 OFFSET \(count)")
  }

  /// Hands over all rows of a table by id, `batchSize` at a time; none where there is no such table.
  package func readRows(of table: Table, batchSize: Int, _ body: ([Record]) throws -> Void) throws {
    guard try state().tables[table.name] != nil else { return }
    let selection = try selection(of: table)
    try stream(
      "SELECT \(selection.columns) FROM \(table) ORDER BY id", of: table, batchSize: batchSize, selection.record,
      bytes: { _ in 0 }, body
    )
  }

  private func stream<Element>(
    _ sql: SQL, of table: Table, batchSize: Int, _ element: (any Row) throws -> Element,
    bytes: (Element) -> Int, _ body: ([Element]) throws -> Void
  ) throws {
    var (batch, size) = ([Element](), 0)
    try driver.stream(sql, of: table.name, exactly: readsExactly) { row in
      batch.append(try element(row))
      size += bytes(batch[batch.count - 1])
      guard batch.count == batchSize || size >= MemoryStore.bytesAtATime else { return }
      try body(batch)
      batch.removeAll(keepingCapacity: true)
      size = 0
    }
    if !batch.isEmpty { try body(batch) }
  }

  /// Long texts make a batch smaller, because several of them are in memory at a time.
  private static let bytesAtATime = 8 << 20

  private static func bytes(_ memory: Memory) -> Int {
    memory.fields.content.utf8.count + (memory.fields.embedding?.dimensions ?? 0) * MemoryLayout<Float>.size
  }

  /// Runs `body`; of the rows it reads with ``readMemories(_:batchSize:_:)`` and ``readRows(of:batchSize:_:)`` each is as
  /// the store has it, to the last value.
  ///
  /// - Throws: `store_corrupt`, which names the row and the column, where that is impossible.
  package func readingExactly<Value>(_ body: () throws -> Value) rethrows -> Value {
    let before = readsExactly
    readsExactly = true
    defer { readsExactly = before }
    return try body()
  }

  /// The ids of memories of a user with exactly this content.
  package func memoryIDs(userID: String, content: String) throws -> [Int64] {
    try driver.ids(
      """
      SELECT id FROM \(Table.memories) WHERE \(isOf: "\(userID)") AND \(Column.content) = \(content) ORDER BY id
      """)
  }

  /// Fragments for an agent (and those for every agent), of a tier or below, active ones only, by priority.
  package func fragments(agentType: String, tier: ContextTier) throws -> [PromptFragment] {
    let columns = PromptFragment.columns.filter { $0 != .embedding }
    return try driver.rows(
      """
      SELECT \(SQL.reading(columns)) FROM \(Table.fragments)
      WHERE \(Column.isActive) AND (\(Column.agent) \(among: [agentType, PromptFragment.everyAgent])
        OR \(Column.agent) IS NULL) AND \(Column.fragmentTier) \(among: tier.included.map(\.rawValue))
      ORDER BY \(Column.priority) DESC NULLS LAST, id
      """, of: Table.fragments.name
    ) { row in
      PromptFragment(
        category: try row.string(0), priority: try row.integer(1).map { Int($0) }, content: try row.string(2),
        tags: try row.texts(3), agentType: PromptFragment.agent(named: try row.text(4)),
        contextTier: try row.text(5).flatMap(ContextTier.init(rawValue:)), isActive: try row.boolean(6))
    }
  }

  /// Category, agent and content of every fragment: what makes one the same as another.
  package func fragmentKeys() throws -> Set<FragmentKey> {
    Set(
      try driver.rows(
        "SELECT \(SQL.reading([.fragmentCategory, .agent, .content])) FROM \(Table.fragments)",
        of: Table.fragments.name
      ) { FragmentKey(category: try $0.string(0), agentType: try $0.text(1), content: try $0.string(2)) })
  }

  /// The largest id that a table can hold.
  package var idMaximum: Int64 {
    get throws {
      driver.dialect.largestKey(ofType: try state().tables[Table.memories.name]?.column("id")?.type ?? "integer")
    }
  }

  /// The largest id of a table that is not above `limit`; 0 when there is none.
  package func largestID(in table: String, notAbove limit: Int64) throws -> Int64 {
    try driver.first(
      "SELECT coalesce(\(function: "max")(id), 0) FROM \(name: table) WHERE id <= \(limit)", of: table
    ) { try $0.number(0) } ?? 0
  }

  /// Which of these ids are in use, or cannot be used.
  package func usedIDs(_ ids: [Int64], in table: String) throws -> Set<Int64> {
    guard try state().tables[table] != nil else { return [] }
    let maximum = try idMaximum
    let fitting = ids.filter { (1...maximum).contains($0) }
    let used = try driver.ids("SELECT id FROM \(name: table) WHERE id \(among: fitting)")
    return Set(used).union(Set(ids).subtracting(fitting))
  }
}
