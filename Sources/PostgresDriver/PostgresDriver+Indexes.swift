import Database
import MemoryModel
import PostgresClient

extension PostgresDriver {
  /// Builds the indexes that are missing or invalid; outside a transaction CONCURRENTLY, so that others go on.
  package func buildIndexes(_ method: VectorIndexMethod?, _ progress: any ProgressReporter) throws
    -> [VectorIndexOutcome]
  {
    let isPartOfTransaction = try isInTransaction()
    return try withoutStatementTimeout {
      guard !isPartOfTransaction else { return try buildMissingIndexes(method, mode: "", progress) }
      return try whileBuildingAlone(progress) {
        try buildMissingIndexes(method, mode: "CONCURRENTLY ", progress)
      }
    }
  }

  private func buildMissingIndexes(
    _ method: VectorIndexMethod?, mode: String, _ progress: any ProgressReporter
  ) throws -> [VectorIndexOutcome] {
    let wanting = try schema().filter { $0.kind == .index && $0.state != .present }
    for object in wanting where object.state == .invalid { try execute(unsafeSQL: "DROP INDEX \(mode)\(object.name)") }
    for index in SchemaNames.indexes where wanting.contains(where: { $0.name == index.name }) {
      try execute(unsafeSQL: "CREATE INDEX \(mode)\(index.name) ON \(index.table) (\(index.columns))")
    }
    try buildTextIndex(mode: mode)
    if mode.isEmpty { try renewClusters() }
    let vectorIndexes = SchemaNames.vectorIndexes.filter { index in wanting.contains { $0.name == index.name } }
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
          dimensions: space.dimensions, mode: mode,
          rows: Int(
            try query("SELECT pg_catalog.count(embedding) FROM \(name: index.table)").first?.integer(0) ?? 0))
        return try run(build, progress)
      }
    }
  }

  /// Builds others' ivfflat indexes anew: they look for vectors where those were that they were built over.
  private func renewClusters() throws {
    let indexes = try query(
      """
      SELECT i.oid::regclass::text FROM pg_catalog.unnest(\(Table.names)) AS t(name)
        JOIN pg_index AS x ON x.indrelid = to_regclass(t.name)::oid JOIN pg_class AS i ON i.oid = x.indexrelid
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

  /// Builds one vector index with the memory and the workers that it can use, and tells how far it is.
  private func run(_ build: VectorIndexBuild, _ progress: any ProgressReporter) throws -> VectorIndexOutcome {
    // A small table is built in a moment; there is nothing to tune or to watch.
    guard build.rows >= VectorIndexBuild.rowsWorthTuning else {
      try execute(unsafeSQL: build.statement)
      return build.outcome
    }
    let limits = try query(
      """
      SELECT current_setting('max_parallel_maintenance_workers')::bigint,
        greatest(pg_size_bytes(current_setting('maintenance_work_mem')),
          pg_size_bytes(current_setting('effective_cache_size')) / 2) / 1048576
      """
    ).first
    let memoryMB = try build.memoryMB(atMost: limits?.integer(1) ?? 0)
    // PostgreSQL takes a table with toasted vectors for small and plans no workers unless the table says so.
    try execute(unsafeSQL: build.tuning(workers: limits?.integer(0) ?? 0, memoryMB: memoryMB))
    defer { cleanUp(build.untuning) }
    try watched(build, progress)
    return build.outcome
  }

  private func watched(_ build: VectorIndexBuild, _ progress: any ProgressReporter) throws {
    let process = try query("SELECT pg_backend_pid()").first?.integer(0) ?? 0
    let observer = helpers(upTo: 1).first
    let phases: SQL = """
      SELECT phase, tuples_done, tuples_total FROM pg_stat_progress_create_index WHERE pid = \(process)::int
      """
    defer { giveBack([observer].compactMap(\.self)) }
    try use { connection in
      try connection.execute(unsafeSQL: build.statement, everyMilliseconds: 500) {
        let row = try? observer.flatMap { try query(phases, over: $0.connection).first }
        guard let row, let done = try? row.integer(1), let total = try? row.integer(2) else { return }
        let phase = (try? row.text(0)) ?? ""
        progress.progress("Building \(build.name) (\(phase))", done: done, total: total)
      }
    }
  }

  /// pgvector's advice: rows/1000 lists up to a million rows, then their square root; never fewer than 10.
  static func ivfflatLists(rows: Int) -> Int {
    max(10, rows < 1_000_000 ? rows / 1_000 : Int(Double(rows).squareRoot()))
  }
}

/// One vector index to be built.
private struct VectorIndexBuild {
  let name: String
  let table: String
  /// How it was defined when it was taken out; nil for a new one.
  let definition: String?
  let method: VectorIndexMethod
  let shape: VectorIndexShape
  let dimensions: Int
  /// `CONCURRENTLY ` or nothing.
  let mode: String
  let rows: Int

  static let rowsWorthTuning = 1_000
  /// The links of an element with m = 16, measured in the build of 300,000 of them.
  private static let bytesOfLinks = 780

  private var lists: Int? { method == .ivfflat ? PostgresDriver.ivfflatLists(rows: rows) : nil }

  private var options: String { lists.map { " WITH (lists = \($0))" } ?? "" }

  var statement: String {
    definition
      ?? "CREATE INDEX \(mode)\(name) ON \(table) USING \(method.rawValue) (\(shape.expression) \(shape.operatorClass))"
      + options
  }

  var outcome: VectorIndexOutcome {
    definition.map { _ in .rebuilt(name: name, rows: rows) }
      ?? .built(name: name, method: method, lists: lists, rows: rows)
  }

  /// The memory that the graph of an hnsw index needs, in MB: the vectors and their links, a fifth more for the rest; at most
  /// what the server says it may use, half of `effective_cache_size`, or what it gives to maintenance anyway.
  func memoryMB(atMost limit: Int64) -> Int64 {
    let bytesPerComponent = shape == .vector ? 4 : 2
    let bytes = Double(rows * (dimensions * bytesPerComponent + VectorIndexBuild.bytesOfLinks)) * 1.2
    return max(64, min(limit, Int64(bytes / 1_048_576)))
  }

  func tuning(workers: Int64, memoryMB: Int64) -> String {
    "SET maintenance_work_mem = '\(memoryMB)MB'; ALTER TABLE \(table) SET (parallel_workers = \(workers))"
  }

  var untuning: String { "RESET maintenance_work_mem; ALTER TABLE \(table) RESET (parallel_workers)" }
}
