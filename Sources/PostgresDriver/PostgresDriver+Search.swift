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
    let exactRows = PostgresDriver.comparedRows(for: query.filter, in: state)
    /// How many rows pass the filter: counted only where a few rows in the table do not make it unnecessary.
    func passing() throws -> Int {
      if let known, query.filter.isEmpty || known <= exactRows { return known }
      return try countOfPassing(query.filter, upTo: exactRows)
    }
    guard let index, query.strategy != .exact, query.limit <= PostgresDriver.indexedLimitMaximum else {
      return try searchExactly(query, reason: index == nil ? "no vector index" : nil, rows: passing(), in: state)
    }
    // The index of a table with fewer rows than are wanted would give them all, as comparing them does.
    if query.strategy == .automatic, let known, known <= query.limit {
      return try searchExactly(query, reason: "the store has about \(known) rows", rows: known, in: state)
    }
    if !query.filter.isEmpty {
      let rows = try passing()
      guard rows > exactRows, index.version.hasIterativeScan else {
        return try searchExactly(
          query, reason: "at most \(min(rows, exactRows)) rows pass the filter", rows: rows, in: state)
      }
    }
    // The threshold comes last: what the index gives up on is no different from what it has not found.
    var wide = query
    wide.threshold = nil
    var answer = try search(wide, with: index, in: state)
    // Rows that pass may all be far away, or hide behind deleted ones: the scan of the index ends at some point.
    guard answer.hits.count == query.limit || query.strategy != .automatic else {
      return try searchExactly(
        query, reason: "the index found only \(counted(answer.hits.count, "row"))", rows: passing(), in: state)
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
  /// In a part of which one user has at least a share of 1 / ``shareMaximum``, the index finds that user's sooner than so
  /// many are compared.
  private static let exactRowsOfPart = 2_000
  private static let shareMaximum = 8
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

  /// How many rows are compared rather than looked for in the index.
  ///
  /// Where a user's memories stand in a partition whose index knows no others, an index scan meets few rows of others.
  private static func comparedRows(for filter: MemoryFilter, in state: StoreState) -> Int {
    guard filter.userID != nil, state.layout == .partitioned, state.isByUser,
      let largest = state.partitions.compactMap(\.rowEstimate).max()
    else { return exactRows }
    return min(exactRows, max(exactRowsOfPart, Int(clamping: largest) / shareMaximum))
  }

  /// How many rows pass, as far as it matters.
  private func countOfPassing(_ filter: MemoryFilter, upTo maximum: Int) throws -> Int {
    let count = try query(
      """
      SELECT count(*) FROM (SELECT 1 FROM memories WHERE embedding IS NOT NULL\(filter.conditions())
        LIMIT \(maximum + 1)) AS passing
      """
    ).first?.integer(0)
    return Int(count ?? 0)
  }

  private func search(_ query: VectorQuery, with index: VectorIndex, in state: StoreState) throws -> SearchAnswer {
    let fetched = query.limit * 2 + 20
    var breadth = index.method == .hnsw ? min(1_000, max(100, fetched)) : max(10, query.limit / 10)
    if case .approximate(let chosen?) = query.strategy { breadth = chosen }
    // PostgreSQL takes a table whose vectors are toasted for a small one that is quick to scan.
    var settings = ["enable_seqscan = off", "enable_indexscan = on", "\(index.parameter) = \(breadth)"]
    if index.version.hasIterativeScan { settings.append("\(index.method.rawValue).iterative_scan = relaxed_order") }
    let vector = SQL("\(query.vector)")
    let distance = SQL(
      "\(raw: index.shape.expression) <=> \(vector)\(raw: index.shape.cast)")
    let hits = try transaction(.commit, settings: reachingShards(settings, in: state)) {
      try self.hits(
        of: query,
        nearest: """
          SELECT id AS nearest_id, user_id::text AS nearest_user, embedding::vector <=> \(vector) AS distance FROM memories
          WHERE true\(query.filter.conditions()) ORDER BY \(distance) LIMIT \(fetched)
          """, in: state)
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
  private func searchExactly(
    _ query: VectorQuery, reason: String?, rows: Int, in state: StoreState
  ) throws -> SearchAnswer {
    let isLarge = rows > PostgresDriver.exactRows
    let vector = SQL("\(query.vector)")
    // Sorted by the distance itself, the vector index would be taken; it knows no sum.
    let nearest: SQL = """
      SELECT id AS nearest_id, user_id::text AS nearest_user,
        (embedding::vector <=> \(vector)) + '0'::float8 AS distance FROM memories
      WHERE embedding IS NOT NULL\(query.filter.conditions())
      """
    // Parallel workers are not planned for a table whose vectors are toasted, because what is left of it is small.
    let settings = [
      "enable_indexscan = off", "enable_seqscan = on", "min_parallel_table_scan_size = 0", "parallel_setup_cost = 0",
      "parallel_tuple_cost = 0",
    ]
    let hits =
      isLarge
      ? try transaction(.commit, settings: reachingShards(settings, in: state)) {
        try self.hits(of: query, nearest: nearest, in: state)
      } : try self.hits(of: query, nearest: nearest, in: state)
    return SearchAnswer(
      hits: hits,
      plan: SearchPlan(
        "exact scan", details: [reason, isLarge ? "parallel where the server has workers" : nil].compactMap(\.self)))
  }

  /// The settings of a transaction, which reach the servers that the rows stand on.
  func reachingShards(_ settings: [String], in state: StoreState) -> [String] {
    state.layout == .citus ? [PostgresDriver.reachesShards] + settings : settings
  }

  /// With it, what `SET LOCAL` sets is set on the other servers as well.
  static let reachesShards = "citus.propagate_set_commands = 'local'"

  /// The condition that a memory is the one of a row found, by its user as well where that tells in which part it stands.
  static func isFound(_ id: String, user: String, _ filter: MemoryFilter, in state: StoreState) -> SQL {
    let isSame: SQL = "memories.id = \(raw: id)"
    guard state.isByUser else { return isSame }
    // The user that the planner knows leaves one part.
    let known: SQL = filter.userID.map { " AND \(Column.userID, of: "memories") = \($0)" } ?? ""
    return "\(isSame) AND \(Column.userID, of: "memories") = \(raw: user)\(known)"
  }

  private func hits(of query: VectorQuery, nearest: SQL, in state: StoreState) throws -> [SearchHit] {
    let farthest = query.threshold.map { 1 - $0 + PostgresDriver.thresholdSlack } ?? 3
    return try self.query(
      """
      WITH nearest AS (\(nearest)),
        best AS MATERIALIZED (SELECT * FROM nearest WHERE distance < 'NaN' AND distance <= \(farthest)
          ORDER BY distance, nearest_id LIMIT \(query.limit))
      SELECT 1::float8 - best.distance, \(raw: PostgresDriver.memoryColumns)
      FROM best JOIN memories ON \(PostgresDriver.isFound("nearest_id", user: "nearest_user", query.filter, in: state))
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
