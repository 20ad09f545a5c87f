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
    var answer = try nearest(query, in: state)
    // The threshold comes last: what the index gives up on is no different from what it has not found.
    if let threshold = query.threshold {
      answer.hits.removeAll { $0.score < threshold - PostgresDriver.thresholdSlack }
    }
    return answer
  }

  private func nearest(_ query: VectorQuery, in state: StoreState) throws -> SearchAnswer {
    let index = vectorIndex(dimensions: query.vector.dimensions, in: state)
    let known = state.tables[Table.memories.name]?.rowEstimate.map(Int.init(clamping:))
    let isSmall = known.map { $0 <= PostgresDriver.exactRows } ?? false
    if !query.filter.isEmpty, !isSmall, let answer = try searchAmongFew(query, in: state) { return answer }
    /// How many rows pass the filter: counted only where a few rows in the table do not make it unnecessary.
    func passing() throws -> Passing {
      if let known, query.filter.isEmpty || isSmall {
        return Passing(rows: known, compared: PostgresDriver.exactRows)
      }
      return try self.passing(query.filter, in: state)
    }
    guard let index, query.strategy != .exact, query.limit <= PostgresDriver.indexedLimitMaximum else {
      return try searchExactly(query, reason: index == nil ? "no vector index" : nil, rows: passing().rows, in: state)
    }
    // The index of a table with fewer rows than are wanted would give them all, as comparing them does.
    if query.strategy == .automatic, let known, known <= query.limit {
      return try searchExactly(query, reason: "the store has about \(known) rows", rows: known, in: state)
    }
    if !query.filter.isEmpty, query.strategy == .automatic || !index.version.hasIterativeScan {
      let passing = try passing()
      guard passing.rows > passing.compared, index.version.hasIterativeScan else {
        let most = min(passing.rows, passing.compared)
        return try searchExactly(
          query, reason: "at most \(most) rows pass the filter", rows: passing.rows, in: state)
      }
    }
    let answer = try search(query, with: index, in: state)
    // Rows that pass may all be far away, or hide behind deleted ones: the scan of the index ends at some point. A breadth
    // that is chosen is to show what it misses.
    var isMeasured = false
    if case .approximate(breadth: .some) = query.strategy { isMeasured = true }
    guard answer.hits.count == query.limit || isMeasured else {
      return try searchExactly(
        query, reason: "the index found only \(counted(answer.hits.count, "row"))", rows: passing().rows, in: state)
    }
    return answer
  }

  /// The largest limit that an index scan serves; hnsw's ef_search ends at 1,000.
  private static let indexedLimitMaximum = 400
  /// So many rows are compared in less time than a statement takes that only counts them.
  private static let fewRows = 200
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

  /// How many rows pass a filter, as far as it matters, and how many are compared rather than looked for in the index.
  private struct Passing {
    let rows: Int
    let compared: Int
  }

  /// Where a user's memories stand in a part whose index knows few others, an index scan meets few rows of others.
  private func passing(_ filter: MemoryFilter, in state: StoreState) throws -> Passing {
    guard filter.userID != nil, state.isByUser else {
      let most = PostgresDriver.exactRows
      return Passing(rows: try count(filter, upTo: most).rows, compared: most)
    }
    let most = PostgresDriver.exactRowsOfPart
    let first = try count(filter, upTo: most)
    let compared = min(PostgresDriver.exactRows, max(most, first.ofPart / PostgresDriver.shareMaximum))
    guard first.rows > most, compared > most else { return Passing(rows: first.rows, compared: compared) }
    return Passing(rows: try count(filter, upTo: compared).rows, compared: compared)
  }

  /// How many rows pass, as far as it matters, and about how many the table has that they stand in. On Citus only the
  /// server of a shard knows the latter.
  private func count(_ filter: MemoryFilter, upTo maximum: Int) throws -> (rows: Int, ofPart: Int) {
    let found = try query(
      """
      SELECT pg_catalog.count(*), pg_catalog.pg_stat_get_live_tuples(pg_catalog.max(part)) FROM (
        SELECT tableoid AS part FROM memories WHERE embedding IS NOT NULL\(filter.conditions())
        LIMIT \(maximum + 1)) AS passing
      """
    ).first
    return (Int(try found?.integer(0) ?? 0), Int(clamping: try found?.integer(1) ?? 0))
  }

  /// The rows nearest to a vector where few pass the filter; nil where more do.
  private func searchAmongFew(_ query: VectorQuery, in state: StoreState) throws -> SearchAnswer? {
    // Without the user they would come from all shards.
    guard state.layout != .citus || query.filter.userID != nil else { return nil }
    let few = PostgresDriver.compared(query, limit: PostgresDriver.fewRows + 1)
    let rows = try self.query(PostgresDriver.best(query, of: few, counted: true)).rows
    guard try rows.first?.integer(11) ?? 0 <= PostgresDriver.fewRows else { return nil }
    return SearchAnswer(
      hits: try PostgresDriver.hits(rows), plan: SearchPlan("exact scan", details: ["few rows pass the filter"]))
  }

  private func search(_ query: VectorQuery, with index: VectorIndex, in state: StoreState) throws -> SearchAnswer {
    let fetched = query.limit * 2 + 20
    var breadth = index.method == .hnsw ? min(1_000, max(100, fetched)) : max(10, query.limit / 10)
    if case .approximate(let chosen?) = query.strategy { breadth = chosen }
    // PostgreSQL takes a table whose vectors are toasted for a small one that is quick to scan.
    var settings = ["enable_seqscan = off", "enable_indexscan = on", "\(index.parameter) = \(breadth)"]
    if index.version.hasIterativeScan { settings.append("\(index.method.rawValue).iterative_scan = relaxed_order") }
    let distance: SQL = "\(raw: index.shape.expression) <=> \(query.vector)\(raw: index.shape.cast)"
    let nearest: SQL = """
      SELECT \(raw: PostgresDriver.plainColumns), embedding::vector <=> \(query.vector) AS distance FROM memories
      WHERE true\(query.filter.conditions()) ORDER BY \(distance) LIMIT \(fetched)
      """
    let hits = try transaction(.commit, settings: reachingShards(settings, in: state)) {
      try PostgresDriver.hits(self.query(PostgresDriver.best(query, of: nearest)).rows)
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
    let nearest = PostgresDriver.best(query, of: PostgresDriver.compared(query))
    // Parallel workers are not planned for a table whose vectors are toasted, because what is left of it is small.
    let settings = [
      "enable_indexscan = off", "enable_seqscan = on", "min_parallel_table_scan_size = 0", "parallel_setup_cost = 0",
      "parallel_tuple_cost = 0",
    ]
    let hits =
      isLarge
      ? try transaction(.commit, settings: reachingShards(settings, in: state)) {
        try PostgresDriver.hits(self.query(nearest).rows)
      } : try PostgresDriver.hits(self.query(nearest).rows)
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

  /// The columns of a memory but its vector, as they are.
  private static let plainColumns = """
    id, user_id, content, metadata, category, importance_score, access_count, last_accessed_at, created_at, updated_at
    """

  /// A statement that compares every row that passes, or the first of them that are met.
  private static func compared(_ query: VectorQuery, limit: Int? = nil) -> SQL {
    let end: SQL = limit.map { " LIMIT \($0)" } ?? ""
    // Sorted by the distance itself, the vector index would be taken; it knows no sum.
    return """
      SELECT \(raw: plainColumns), (embedding::vector <=> \(query.vector)) + '0'::float8 AS distance FROM memories
      WHERE embedding IS NOT NULL\(query.filter.conditions())\(end)
      """
  }

  /// A statement for the best of rows with their distances. What is shown is made of the best only.
  ///
  /// - Parameter counted: Whether how many rows there were stands behind each.
  private static func best(_ query: VectorQuery, of nearest: SQL, counted: Bool = false) -> SQL {
    """
    SELECT 1::float8 - distance, \(raw: memoryColumns)\(raw: counted ? ", rows" : "") FROM (
      SELECT nearest.*\(raw: counted ? ", pg_catalog.count(*) OVER () AS rows" : "") FROM (\(nearest)) AS nearest
      ORDER BY distance, id LIMIT \(query.limit)) AS best
    ORDER BY distance, id
    """
  }

  /// What was found, without vectors that have no direction, which are at no distance.
  private static func hits(_ rows: [PostgresRow]) throws -> [SearchHit] {
    try rows.compactMap { row in
      guard let similarity = try row.double(0), !similarity.isNaN else { return nil }
      let memory = Memory(id: try row.integer(1) ?? 0, fields: try fields(row, from: 2, embedding: nil))
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
