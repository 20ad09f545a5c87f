import Database
import Foundation
import GRDB
import GRDBSQLite
import MemoryModel

/// Finding memories by meaning and by words.
extension SQLiteDriver {
  /// The rows nearest to a vector: the same as from comparing all that pass the filter, unless an approximate answer is
  /// asked for.
  package func search(_ query: VectorQuery, in state: StoreState) throws -> SearchAnswer {
    guard let space = try embeddingSpace(of: state) else { throw MemshError.schemaMissing(identity) }
    return try transaction(.readOnly) {
      try read { db in
        let (best, plan) = try nearest(query, space, db)
        let hits = try best.compactMap { candidate in
          try db.firstRow(
            "SELECT \(SQLiteDriver.columns) FROM memories WHERE id = ?", [candidate.id], of: "memories"
          ) {
            SearchHit(
              memory: try SQLiteDriver.memory($0), similarity: candidate.similarity, score: candidate.similarity)
          }
        }
        return SearchAnswer(hits: hits, plan: plan)
      }
    }
  }

  private func nearest(
    _ query: VectorQuery, _ space: EmbeddingSpace, _ db: Database
  ) throws -> ([Candidate], SearchPlan) {
    let values = query.vector.values
    // A file that is damaged is written anew, and asked once more.
    for _ in 0..<2 where query.limit > 0 && values.count == space.dimensions {
      guard let vectors = try currentVectors(dimensions: space.dimensions, db),
        let quantized = QuantizedQuery(values, codeStride: vectors.file.layout.codeStride)
      else { break }
      do { return try nearest(query, quantized, vectors, db) } catch is VectorFile.Damaged {
        guard discardVectorFile() else { break }
      }
    }
    return (try nearestByBlob(query, db), SearchPlan("exact scan"))
  }

  private func nearest(
    _ query: VectorQuery, _ quantized: QuantizedQuery, _ vectors: CurrentVectors, _ db: Database
  ) throws -> ([Candidate], SearchPlan) {
    var (positions, changed): ([Int]?, [Int64]) = (nil, vectors.changed)
    if let threshold = query.threshold, !query.strategy.isApproximate, try passesMany(query.filter, vectors, db) {
      return try nearest(query, quantized, vectors, atLeast: threshold, db)
    }
    if !query.filter.isEmpty {
      let (conditions, arguments) = SQLiteDriver.conditions(query.filter)
      let wanted = try db.ids("SELECT id FROM memories WHERE 1\(conditions)", arguments)
      (positions, changed) = try vectors.positions(of: wanted.sorted())
    }
    var comparison = try ExactComparison(query, MemoryFilter(), db)
    var details: [String] = []
    if case .approximate(let breadth) = query.strategy {
      let limit = max(breadth ?? SQLiteDriver.signBreadth(rows: vectors.file.layout.rows), query.limit)
      let scan = QuantizedScan(file: vectors.file, query: quantized, positions: positions, outdated: vectors.outdated)
      let nearest = try scan.nearestBySign(limit: limit)
      details.append("the signs left \(counted(nearest.count, "row"))")
      positions = nearest
    }
    let scan = QuantizedScan(file: vectors.file, query: quantized, positions: positions, outdated: vectors.outdated)
    let (candidates, newer) = try compare(changed, in: &comparison) { try scan.candidates(limit: query.limit) }
    for candidate in candidates {
      guard Double(candidate.bound) >= comparison.worst else { break }
      try comparison.compare(vectors.file.ids[candidate.position])
    }
    details.append("\(comparison.compared) of \(positions?.count ?? vectors.file.layout.rows) rows compared exactly")
    if newer > 0 { details.append("\(counted(newer, "row")) newer than the vector file") }
    let name = query.strategy.isApproximate ? "binary scan, re-ranked" : "quantised scan, re-ranked: exact"
    let file = URL(fileURLWithPath: VectorFile.path(ofStore: path)).lastPathComponent
    return (comparison.best, SearchPlan(name, index: file, details: details))
  }

  /// Compares rows that the file does not have, while a scan looks for candidates among the others: on another thread
  /// where they are many.
  ///
  /// - Returns: The candidates, and how many of the rows have a vector.
  private func compare(
    _ changed: [Int64], in comparison: inout ExactComparison,
    whileScanning scan: @escaping () throws -> [QuantizedScan.Candidate]
  ) throws -> (candidates: [QuantizedScan.Candidate], newer: Int) {
    guard changed.count > SQLiteDriver.fewChanges else {
      let newer = try comparison.compare(changed)
      return (try scan(), newer)
    }
    return try Overlap.pulling(capacity: 1, producers: [{ hand in try hand(scan()) }]) { next in
      let newer = try comparison.compare(changed)
      return (try next() ?? [], newer)
    }
  }

  /// So few rows are compared sooner than a thread begins.
  private static let fewChanges = 50

  /// From so many vectors on a filter that many rows pass is asked of the rows that are similar enough, not the other way
  /// round: listing the ids of half a million takes longer than comparing a million vectors.
  private static let manyRows = 16_000

  /// Whether a filter lets about one of eight rows pass, or more: so many of some that are spread over all.
  private func passesMany(_ filter: MemoryFilter, _ vectors: CurrentVectors, _ db: Database) throws -> Bool {
    let ids = vectors.file.ids
    guard !filter.isEmpty, ids.count >= SQLiteDriver.manyRows else { return false }
    let (conditions, arguments) = SQLiteDriver.conditions(filter)
    let statement = try db.cachedStatement(sql: "SELECT 1 FROM memories WHERE id = ?\(conditions)")
    let sample = stride(from: 0, to: ids.count, by: ids.count / SQLiteDriver.sampledRows)
    let passing = try sample.count { try statement.firstRow([ids[$0]] + arguments) { _ in true } ?? false }
    return passing * 8 >= SQLiteDriver.sampledRows
  }

  private static let sampledRows = 256

  /// The nearest of the rows that are similar enough and pass the filter.
  private func nearest(
    _ query: VectorQuery, _ quantized: QuantizedQuery, _ vectors: CurrentVectors, atLeast threshold: Double,
    _ db: Database
  ) throws -> ([Candidate], SearchPlan) {
    var comparison = try ExactComparison(query, query.filter, db)
    let scan = QuantizedScan(file: vectors.file, query: quantized, positions: nil, outdated: vectors.outdated)
    let (candidates, _) = try compare(vectors.changed, in: &comparison) { try scan.candidates(atLeast: threshold) }
    for candidate in candidates {
      guard Double(candidate.bound) >= comparison.worst else { break }
      try comparison.compare(vectors.file.ids[candidate.position])
    }
    let file = URL(fileURLWithPath: VectorFile.path(ofStore: path)).lastPathComponent
    return (
      comparison.best,
      SearchPlan(
        "quantised scan, re-ranked: exact", index: file,
        details: ["\(comparison.compared) of \(vectors.file.layout.rows) rows compared exactly"])
    )
  }

  /// How many rows the first pass of an approximate search leaves over: the more there are, the more are as near by their
  /// signs. `recall` measures what that is worth.
  static func signBreadth(rows: Int) -> Int { max(1_000, rows / 100) }

  private func nearestByBlob(_ query: VectorQuery, _ db: Database) throws -> [Candidate] {
    var best = Best<Candidate>(limit: query.limit)
    let cosine = QueryCosine(query.vector)
    let (conditions, arguments) = SQLiteDriver.conditions(query.filter)
    try db.forEachRow(
      "SELECT id, embedding FROM memories WHERE embedding IS NOT NULL\(conditions)", arguments, of: "memories"
    ) { row in
      guard let similarity = cosine.similarity(row, 1), similarity >= query.threshold ?? -2 else { return }
      best.offer(Candidate(id: try row.id(0), similarity: similarity))
    }
    return best.sorted
  }

  /// The rows that have words of a text, by BM25 as FTS5 computes it.
  package func search(_ query: TextQuery, in state: StoreState) throws -> SearchAnswer {
    try transaction(.readOnly) {
      try read { db in
        guard let language = state.textLanguage else { throw MemshError.textIndexMissing }
        guard let words = TextWords.match(TextWords.wanted(query.text, language: language)), query.limit > 0 else {
          return SearchAnswer(hits: [], plan: SearchPlan("full text", index: SearchDDL.textIndex))
        }
        let (conditions, arguments) = SQLiteDriver.conditions(query.filter)
        let found = try db.rows(
          """
          SELECT f.rowid, -bm25(\(SearchDDL.textIndex)) FROM \(SearchDDL.textIndex) f
          \(conditions.isEmpty ? "" : "JOIN memories ON memories.id = f.rowid")
          WHERE \(SearchDDL.textIndex) MATCH ?\(conditions)
          ORDER BY bm25(\(SearchDDL.textIndex)), f.rowid LIMIT ?
          """, [words] + arguments + [query.limit]
        ) { (id: try $0.id(0), score: try $0.double(1) ?? 0) }
        let cosine = query.vector.map(QueryCosine.init)
        let hits = try found.compactMap { hit in
          try db.firstRow(
            "SELECT \(SQLiteDriver.columns), embedding FROM memories WHERE id = ?", [hit.id], of: "memories"
          ) { row in
            SearchHit(
              memory: try SQLiteDriver.memory(row), similarity: cosine.flatMap { $0.similarity(row, 10) },
              score: hit.score)
          }
        }
        return SearchAnswer(hits: hits, plan: SearchPlan("full text", index: SearchDDL.textIndex))
      }
    }
  }

  /// The words that a text and a memory have in common, by FTS5's own stemmer.
  package func sharedWords(of text: String, with memory: Int64, in state: StoreState) throws -> SharedWords {
    guard let language = state.textLanguage else { throw MemshError.textIndexMissing }
    let telling = TextWords.wanted(text, language: language)
    return try read { db in
      let statement = try db.cachedStatement(
        sql: "SELECT 1 FROM \(SearchDDL.textIndex) WHERE \(SearchDDL.textIndex) MATCH ? AND rowid = ?")
      let shared = try telling.filter { word in
        try statement.firstRow([TextWords.match([word]), memory]) { _ in true } ?? false
      }
      return SharedWords(telling: telling, shared: shared)
    }
  }

  /// Whether few of the rows have a word, counted in the index and no further than needed.
  package func isRare(_ word: String, in state: StoreState) throws -> Bool {
    guard state.textLanguage != nil else { return false }
    return try read { db in
      func count(_ sql: String, _ arguments: StatementArguments) throws -> Int {
        try db.firstRow("SELECT count(*) FROM (\(sql))", arguments) { Int(try $0.integer(0) ?? 0) } ?? 0
      }
      let having = try count(
        "SELECT 1 FROM \(SearchDDL.textIndex) WHERE \(SearchDDL.textIndex) MATCH ? LIMIT ?",
        [TextWords.match([word]), SharedWords.rareMaximum + 1])
      guard having <= SharedWords.rareMaximum else { return false }
      let needed = having * SharedWords.rowsForEachRare
      return try count("SELECT 1 FROM memories LIMIT ?", [needed]) == needed
    }
  }

  /// Whether there is a word index.
  package func hasTextIndex(in state: StoreState) -> Bool { state.textLanguage != nil }

  /// Memories drawn at random.
  package func sampleOfEmbedded(_ count: Int) throws -> [Int64] {
    try read { db in
      try db.ids("SELECT id FROM memories WHERE embedding IS NOT NULL ORDER BY random() LIMIT ?", [count])
    }
  }

  /// The first pass of `--approximate`, where there is a file of quantised vectors.
  package func indexBreadths(in state: StoreState) throws -> IndexBreadths? {
    guard let space = try embeddingSpace(of: state) else { return nil }
    return try transaction(.readOnly) {
      try read { db in
        try currentVectors(dimensions: space.dimensions, db).map { vectors in
          let breadth = SQLiteDriver.signBreadth(rows: vectors.file.layout.rows)
          return IndexBreadths(
            index: URL(fileURLWithPath: VectorFile.path(ofStore: path)).lastPathComponent, parameter: "candidates",
            values: [breadth / 10, breadth * 3 / 10, breadth, breadth * 3])
        }
      }
    }
  }

  /// The conditions of a filter inside a statement of this module.
  static func conditions(_ filter: MemoryFilter) -> (sql: String, arguments: StatementArguments) {
    let (text, values) = filter.conditions().rendered(by: SQLiteDialect())
    return (text, StatementArguments(values.map(SQLiteDriver.bound)))
  }
}

extension SearchStrategy {
  fileprivate var isApproximate: Bool { if case .approximate = self { true } else { false } }
}

/// The cosine of stored blobs to one query.
struct QueryCosine {
  private let query: Vector

  init(_ query: Vector) {
    self.query = query
  }

  /// - Returns: nil for a blob of another length, and for a vector without a direction.
  func similarity(_ row: StoredRow, _ column: Int) -> Double? {
    row.withBytes(column, similarity)
  }

  /// The same of a blob's bytes.
  func similarity(_ bytes: UnsafeRawBufferPointer) -> Double? {
    guard bytes.count == query.dimensions * 4 else { return nil }
    return query.values.withUnsafeBufferPointer { query in
      withUnsafeTemporaryAllocation(of: Float.self, capacity: query.count) { copy in
        // SQLite promises no alignment.
        UnsafeMutableRawBufferPointer(copy).copyMemory(from: bytes)
        let similarity = Cosine.similarityOrNil(query, UnsafeBufferPointer(copy))
        return similarity.flatMap { $0.isFinite ? $0 : nil }
      }
    }
  }
}

/// The best of the rows that were compared by their float32 values.
private struct ExactComparison {
  private let cosine: QueryCosine
  private let statement: Statement
  private let db: Database
  private let threshold: Double
  private var nearest: Best<Candidate>
  private(set) var compared = 0

  /// - Parameter filter: What the rows must pass beside being near.
  init(_ query: VectorQuery, _ filter: MemoryFilter, _ db: Database) throws {
    cosine = QueryCosine(query.vector)
    self.db = db
    let (conditions, arguments) = SQLiteDriver.conditions(filter)
    statement = try db.cachedStatement(sql: "SELECT embedding FROM memories WHERE id = ?\(conditions)")
    try statement.setArguments([0] + arguments)
    threshold = query.threshold ?? -2
    nearest = Best<Candidate>(limit: query.limit)
  }

  var best: [Candidate] { nearest.sorted }

  /// A row less similar than this is not among the best.
  var worst: Double { max(threshold, nearest.worst?.similarity ?? -2) }

  /// Compares a row.
  ///
  /// - Returns: Whether it has a vector and passes the filter.
  @discardableResult
  mutating func compare(_ id: Int64) throws -> Bool {
    guard let similarity = try similarity(of: id) else { return false }
    compared += 1
    if similarity >= threshold { nearest.offer(Candidate(id: id, similarity: similarity)) }
    return true
  }

  /// Compares rows, and counts those that have a vector.
  mutating func compare(_ ids: [Int64]) throws -> Int { try ids.count { try compare($0) } }

  /// By way of SQLite's own functions: thousands of rows may have to be compared, and a row of values takes as long as all
  /// the rest.
  private func similarity(of id: Int64) throws -> Double? {
    let statement = statement.sqliteStatement
    defer { sqlite3_reset(statement) }
    sqlite3_bind_int64(statement, 1, id)
    switch sqlite3_step(statement) {
    case SQLITE_ROW where [SQLITE_BLOB, SQLITE_TEXT].contains(sqlite3_column_type(statement, 0)):
      let start = sqlite3_column_blob(statement, 0)
      let count = start == nil ? 0 : Int(sqlite3_column_bytes(statement, 0))
      return cosine.similarity(UnsafeRawBufferPointer(start: start, count: count))
    case SQLITE_ROW, SQLITE_DONE: return nil
    case let code: throw DatabaseError(resultCode: ResultCode(rawValue: code), message: db.lastErrorMessage)
    }
  }
}
