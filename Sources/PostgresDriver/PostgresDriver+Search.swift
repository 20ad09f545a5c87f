import Database
import MemoryModel
import PostgresClient

/// Finding memories by meaning.
extension PostgresDriver {
  /// The rows nearest to a vector.
  ///
  /// The vector index answers where it pays, with an over-fetch that the exact distance re-ranks. A filter that few rows
  /// pass is answered exactly, from those rows; one that many pass by a scan of the index that goes on until it has
  /// enough of them (pgvector 0.8), or by comparing all.
  package func search(_ query: VectorQuery, in state: StoreState) throws -> SearchAnswer {
    let index = vectorIndex(dimensions: query.vector.dimensions, in: state)
    let known = state.tables[Table.memories.name]?.rowEstimate.map(Int.init(clamping:))
    /// How many rows pass the filter: counted only where a few rows in the table do not make it unnecessary.
    func passing() throws -> Int {
      if let known, query.filter.isEmpty || known <= PostgresDriver.exactRows { return known }
      return try countOfPassing(query.filter)
    }
    guard let index, query.strategy != .exact, query.limit <= PostgresDriver.indexedLimitMaximum else {
      return try searchExactly(query, reason: index == nil ? "no vector index" : nil, rows: passing())
    }
    // The index of a table with fewer rows than are wanted would give them all, as comparing them does.
    if query.strategy == .automatic, let known, known <= query.limit {
      return try searchExactly(query, reason: "the store has about \(known) rows", rows: known)
    }
    if !query.filter.isEmpty {
      let rows = try passing()
      guard rows > PostgresDriver.exactRows, index.version.hasIterativeScan else {
        return try searchExactly(
          query, reason: "at most \(min(rows, PostgresDriver.exactRows)) rows pass the filter", rows: rows)
      }
    }
    // The threshold comes last: what the index gives up on is no different from what it has not found.
    var wide = query
    wide.threshold = nil
    var answer = try search(wide, with: index)
    // Rows that pass may all be far away, or hide behind deleted ones: the scan of the index ends at some point.
    guard answer.hits.count == query.limit || query.strategy != .automatic else {
      return try searchExactly(
        query, reason: "the index found only \(counted(answer.hits.count, "row"))", rows: passing())
    }
    if let threshold = query.threshold {
      answer.hits.removeAll { $0.score < threshold - PostgresDriver.thresholdSlack }
    }
    return answer
  }

  /// The largest limit that an index scan serves; hnsw's ef_search ends at 1,000.
  private static let indexedLimitMaximum = 400
  /// So many rows are compared in a few milliseconds, and exactly.
  private static let exactRows = 10_000
  /// pgvector computes distances from 32-bit products; a threshold of exactly 1 must still let equal vectors in.
  private static let thresholdSlack = 1e-7

  /// The vector index on memories, and how to ask it.
  private struct VectorIndex {
    let method: VectorIndexMethod
    let shape: VectorIndexShape
    let version: PgvectorVersion

    /// The setting that says how far it looks.
    var parameter: String { method == .hnsw ? "hnsw.ef_search" : "ivfflat.probes" }
  }

  private func vectorIndex(dimensions: Int, in state: StoreState) -> VectorIndex? {
    guard let index = state.validIndex("memories_embedding_idx"), let version = state.pgvectorVersion,
      let method = VectorIndexMethod(rawValue: index.method),
      let shape = VectorIndexShape(dimensions: dimensions, version: version),
      // An index that others made for another distance or another type would not be taken for this question.
      index.definition.contains(" \(shape.operatorClass)")
    else { return nil }
    return VectorIndex(method: method, shape: shape, version: version)
  }

  /// How many rows pass, as far as it matters.
  private func countOfPassing(_ filter: MemoryFilter) throws -> Int {
    let count = try query(
      """
      SELECT count(*) FROM (SELECT 1 FROM memories WHERE embedding IS NOT NULL\(filter.conditions())
        LIMIT \(PostgresDriver.exactRows + 1)) AS passing
      """
    ).first?.integer(0)
    return Int(count ?? 0)
  }

  private func search(_ query: VectorQuery, with index: VectorIndex) throws -> SearchAnswer {
    let fetched = query.limit * 2 + 20
    var breadth = index.method == .hnsw ? min(1_000, max(100, fetched)) : max(10, query.limit / 10)
    if case .approximate(let chosen?) = query.strategy { breadth = chosen }
    // PostgreSQL takes a table whose vectors are toasted for a small one that is quick to scan.
    var settings = ["enable_seqscan = off", "enable_indexscan = on", "\(index.parameter) = \(breadth)"]
    if index.version.hasIterativeScan { settings.append("\(index.method.rawValue).iterative_scan = relaxed_order") }
    let vector = SQL("\(query.vector)")
    let distance = SQL(
      "\(raw: index.shape.expression) <=> \(vector)\(raw: index.shape.cast)")
    let hits = try transaction(.commit, settings: settings) {
      try self.hits(
        of: query,
        nearest: """
          SELECT id, embedding::vector <=> \(vector) AS distance FROM memories
          WHERE true\(query.filter.conditions()) ORDER BY \(distance) LIMIT \(fetched)
          """)
    }
    let form = index.shape == .vector ? "" : " on halfvec, re-ranked by the exact distance"
    return SearchAnswer(
      hits: hits,
      plan: SearchPlan(
        "\(index.method.rawValue) index\(form)", index: "memories_embedding_idx",
        details: ["\(index.parameter) = \(breadth)"]
          + (query.filter.isEmpty || !index.version.hasIterativeScan
            ? [] : ["iterative: goes on until enough rows pass the filter"])))
  }

  /// - Parameter rows: About how many are compared.
  private func searchExactly(_ query: VectorQuery, reason: String?, rows: Int) throws -> SearchAnswer {
    let isLarge = rows > PostgresDriver.exactRows
    let vector = SQL("\(query.vector)")
    // Sorted by the distance itself, the vector index would be taken; it knows no sum.
    let nearest: SQL = """
      SELECT id, (embedding::vector <=> \(vector)) + '0'::float8 AS distance FROM memories
      WHERE embedding IS NOT NULL\(query.filter.conditions())
      """
    // Parallel workers are not planned for a table whose vectors are toasted, because what is left of it is small.
    let settings = [
      "enable_indexscan = off", "enable_seqscan = on", "min_parallel_table_scan_size = 0", "parallel_setup_cost = 0",
      "parallel_tuple_cost = 0",
    ]
    let hits =
      isLarge
      ? try transaction(.commit, settings: settings) { try self.hits(of: query, nearest: nearest) }
      : try self.hits(of: query, nearest: nearest)
    return SearchAnswer(
      hits: hits,
      plan: SearchPlan(
        "exact scan", details: [reason, isLarge ? "parallel where the server has workers" : nil].compactMap(\.self)))
  }

  private func hits(of query: VectorQuery, nearest: SQL) throws -> [SearchHit] {
    let farthest = query.threshold.map { 1 - $0 + PostgresDriver.thresholdSlack } ?? 3
    return try self.query(
      """
      WITH nearest AS (\(nearest)),
        best AS MATERIALIZED (SELECT * FROM nearest WHERE distance < 'NaN' AND distance <= \(farthest)
          ORDER BY distance, id LIMIT \(query.limit))
      SELECT 1::float8 - best.distance, \(raw: PostgresDriver.memoryColumns) FROM best JOIN memories USING (id)
      ORDER BY best.distance, id
      """
    ).rows.map { row in
      let similarity = try row.double(0) ?? 0
      let memory = Memory(id: try row.integer(1) ?? 0, fields: try PostgresDriver.fields(row, from: 2, embedding: nil))
      return SearchHit(memory: memory, similarity: similarity, score: similarity)
    }
  }

  /// Memories drawn at random.
  package func sampleOfEmbedded(_ count: Int) throws -> [Int64] {
    try query("SELECT id FROM memories WHERE embedding IS NOT NULL ORDER BY random() LIMIT \(count)").rows
      .compactMap { try $0.integer(0) }
  }

  /// How the vector index can be asked.
  package func indexBreadths(in state: StoreState) throws -> IndexBreadths? {
    guard let dimensions = state.vectorDimensions, let index = vectorIndex(dimensions: dimensions, in: state) else {
      return nil
    }
    return IndexBreadths(
      index: "memories_embedding_idx (\(index.method.rawValue))", parameter: index.parameter,
      values: index.method == .hnsw ? [40, 100, 200, 400] : [1, 5, 10, 20, 50])
  }
}
