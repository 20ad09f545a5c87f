import Database
import MemoryModel
import PostgresClient

extension PostgresDriver {
  /// Builds the indexes that are missing or invalid; outside a transaction CONCURRENTLY, so that others go on.
  package func buildIndexes(
    _ method: VectorIndexMethod?, leavingOut leftOut: Set<String>, _ progress: any ProgressReporter
  ) throws -> [VectorIndexOutcome] {
    let isPartOfTransaction = try isInTransaction()
    return try withoutStatementTimeout {
      guard !isPartOfTransaction else {
        return try buildMissingIndexes(method, leavingOut: leftOut, mode: "", progress)
      }
      return try whileBuildingAlone(progress) {
        try buildMissingIndexes(method, leavingOut: leftOut, mode: "CONCURRENTLY ", progress)
      }
    }
  }

  private func buildMissingIndexes(
    _ method: VectorIndexMethod?, leavingOut leftOut: Set<String>, mode: String, _ progress: any ProgressReporter
  ) throws -> [VectorIndexOutcome] {
    let state = try state()
    let wanting = state.schema.filter { $0.kind == .index && $0.state != .present }
    // That of a partitioned table is not valid until every partition has its own: that is gone on with.
    for object in wanting where object.state == .invalid && !state.isPartitioned(object.table) {
      try execute(unsafeSQL: "DROP INDEX \(mode)\(object.name)")
    }
    for index in SchemaNames.indexes where wanting.contains(where: { $0.name == index.name }) {
      try build(TableIndex(name: index.name, table: index.table, body: "(\(index.columns))"), mode: mode, in: state)
    }
    try buildTextIndex(mode: mode)
    if mode.isEmpty { try renewClusters() }
    let vectorIndexes = SchemaNames.vectorIndexes.filter { index in
      !leftOut.contains(index.name) && wanting.contains { $0.name == index.name }
    }
    let definitions = method == nil && mode.isEmpty ? repairState.removedIndexes : [:]
    repairState.removedIndexes = [:]
    guard !vectorIndexes.isEmpty, let space = try embeddingSpace(), let version = try pgvectorVersion() else {
      return []
    }
    let chosen = method ?? (version.hasHNSW ? .hnsw : .ivfflat)
    switch try shape(chosen, dimensions: space.dimensions, version: version) {
    case .none(let outcome): return [outcome]
    case .some(let shape):
      return try vectorIndexes.map { index in
        guard try length(of: index.table) ?? 0 > 0 else {
          return .noLength(table: index.table)
        }
        let build = VectorIndexBuild(
          name: index.name, table: index.table, definition: definitions[index.name], method: chosen, shape: shape,
          dimensions: space.dimensions)
        return try self.build(build, mode: mode, in: state, progress)
      }
    }
  }

  /// Builds others' ivfflat indexes anew: they look for vectors where those were that they were built over.
  private func renewClusters() throws {
    let indexes = try query(
      """
      SELECT i.oid::regclass::text FROM pg_catalog.unnest(\(Table.names)) AS t(name)
        CROSS JOIN \(parts(of: "to_regclass(t.name)"))
        JOIN pg_index AS x ON x.indrelid = part.oid JOIN pg_class AS i ON i.oid = x.indexrelid
        JOIN pg_am AS m ON m.oid = i.relam
      WHERE m.amname = 'ivfflat' AND i.relkind = 'i' AND pg_catalog.pg_has_role(i.relowner, 'USAGE')
      """
    ).rows.compactMap { try $0.text(0) }
    for index in indexes { try execute(unsafeSQL: "REINDEX INDEX \(index)") }
  }

  /// The form an index takes, or why there can be none.
  private enum ShapeOrReason {
    case some(VectorIndexShape)
    case none(VectorIndexOutcome)
  }

  private func shape(
    _ method: VectorIndexMethod, dimensions: Int, version: PgvectorVersion
  ) throws -> ShapeOrReason {
    guard method != .none else { return .none(.unwanted) }
    guard method != .hnsw || version.hasHNSW else {
      throw MemshError(
        .pgvectorMissing, "this pgvector has no hnsw indexes; they came with 0.5.0",
        hint: "use `--index ivfflat`, or update with `ensure-vector --update`")
    }
    guard let shape = VectorIndexShape(dimensions: dimensions, version: version) else {
      return .none(.tooLong(indexable: version.indexableDimensions, dimensions: dimensions))
    }
    return .some(shape)
  }

  /// Builds a vector index, on every partition by itself where there are some.
  private func build(
    _ build: VectorIndexBuild, mode: String, in state: StoreState, _ progress: any ProgressReporter
  ) throws -> VectorIndexOutcome {
    var rows = 0
    let whole = TableIndex(name: build.name, table: build.table, body: build.body(rows: 0))
    try self.build(whole, mode: mode, in: state) { name, table, mode in
      let ofTable = Int(
        try query("SELECT pg_catalog.count(embedding) FROM \(raw: table)").first?.integer(0) ?? 0)
      rows += ofTable
      let index = TableIndex(name: name, table: table, body: build.body(rows: ofTable))
      try tuned(index, mode: mode, rows: ofTable, bytesOfVector: build.bytesOfVector, progress)
    }
    return build.outcome(rows: rows)
  }

  /// Builds one index over vectors with the memory and the workers that it can use, and tells how far it is.
  func tuned(
    _ index: TableIndex, mode: String, rows: Int, bytesOfVector: Int, _ progress: any ProgressReporter
  ) throws {
    // A small table is built in a moment; there is nothing to tune or to watch.
    guard rows >= VectorIndexBuild.rowsWorthTuning else { return try execute(unsafeSQL: index.statement(mode: mode)) }
    let limits = try query(
      """
      SELECT current_setting('max_parallel_maintenance_workers')::bigint,
        greatest(pg_size_bytes(current_setting('maintenance_work_mem')),
          pg_size_bytes(current_setting('effective_cache_size')) / 2) / 1048576
      """
    ).first
    let memory = try PostgresDriver.indexMemoryMB(
      rows: rows, bytesOfVector: bytesOfVector, atMost: limits?.integer(1) ?? 0)
    // One at a time: where the table is on other servers, two are refused. PostgreSQL takes a table with toasted vectors
    // for small and plans no workers unless the table says so.
    try execute(unsafeSQL: "SET maintenance_work_mem = '\(memory)MB'")
    defer { cleanUp("RESET maintenance_work_mem") }
    try execute(unsafeSQL: "ALTER TABLE \(index.table) SET (parallel_workers = \(limits?.integer(0) ?? 0))")
    defer { cleanUp("ALTER TABLE \(index.table) RESET (parallel_workers)") }
    try watched(index, mode: mode, progress)
  }

  private func watched(_ index: TableIndex, mode: String, _ progress: any ProgressReporter) throws {
    let process = try query("SELECT pg_backend_pid()").first?.integer(0) ?? 0
    let observer = helpers(upTo: 1).first
    let phases: SQL = """
      SELECT phase, tuples_done, tuples_total FROM pg_stat_progress_create_index WHERE pid = \(process)::int
      """
    defer { giveBack([observer].compactMap(\.self)) }
    try use { connection in
      try connection.execute(unsafeSQL: index.statement(mode: mode), everyMilliseconds: 500) {
        let row = try? observer.flatMap { try query(phases, over: $0.connection).first }
        guard let row, let done = try? row.integer(1), let total = try? row.integer(2) else { return }
        let phase = (try? row.text(0)) ?? ""
        progress.progress("Building \(index.name) (\(phase))", done: done, total: total)
      }
    }
  }

  /// pgvector's advice: rows/1000 lists up to a million rows, then their square root; never fewer than 10.
  static func ivfflatLists(rows: Int) -> Int {
    max(10, rows < 1_000_000 ? rows / 1_000 : Int(Double(rows).squareRoot()))
  }
}

/// A vector index to be built.
private struct VectorIndexBuild {
  let name: String
  let table: String
  /// What stands behind the table in its definition, when it was taken out; nil for a new one.
  let definition: String?
  let method: VectorIndexMethod
  let shape: VectorIndexShape
  let dimensions: Int

  static let rowsWorthTuning = 1_000

  private func lists(rows: Int) -> Int? { method == .ivfflat ? PostgresDriver.ivfflatLists(rows: rows) : nil }

  /// What stands behind the table in its definition.
  func body(rows: Int) -> String {
    let options = lists(rows: rows).map { " WITH (lists = \($0))" } ?? ""
    return definition ?? "USING \(method.rawValue) (\(shape.expression) \(shape.operatorClass))" + options
  }

  func outcome(rows: Int) -> VectorIndexOutcome {
    definition.map { _ in .rebuilt(name: name, rows: rows) }
      ?? .built(name: name, method: method, lists: lists(rows: rows), rows: rows)
  }

  var bytesOfVector: Int { dimensions * (shape == .vector ? 4 : 2) }
}

extension PostgresDriver {
  /// The links of an element with m = 16, measured in the build of 300,000 of them.
  private static let bytesOfLinks = 780

  /// The memory that the graph of an hnsw index needs, in MB: the vectors and their links, a fifth more for the rest; at most
  /// what the server says it may use, half of `effective_cache_size`, or what it gives to maintenance anyway.
  fileprivate static func indexMemoryMB(rows: Int, bytesOfVector: Int, atMost limit: Int64) -> Int64 {
    let bytes = Double(rows * (bytesOfVector + bytesOfLinks)) * 1.2
    return max(64, min(limit, Int64(bytes / 1_048_576)))
  }
}
