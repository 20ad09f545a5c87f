import Database
import MemoryModel
import MemoryStore

/// How memories are looked for.
package enum SearchMode: String, Sendable, CaseIterable {
  /// By meaning: cosine similarity of embeddings.
  case semantic
  /// By words: the store's full-text search.
  case lexical
  /// By both, their ranks fused.
  case hybrid
}

/// What is searched for.
package struct SearchRequest: Sendable, Equatable {
  /// What the memories found are to be like.
  package enum Subject: Sendable, Equatable {
    case text(String)
    /// A memory of the store, which is itself not found.
    case memory(Int64)
  }

  /// What the memories found are to be like.
  package var subject: Subject
  /// How to look; nil is by both for a text where the store has a text index, and by meaning otherwise.
  package var mode: SearchMode?
  /// Which rows take part.
  package var filter = MemoryFilter()
  /// How many rows at the most.
  package var limit = 10
  /// How many of the best rows are left out.
  package var offset = 0
  /// Only rows at least this similar, from -1 to 1; rows without an embedding are never similar.
  package var threshold: Double?
  /// How exact the vector half must be.
  package var strategy = SearchStrategy.automatic

  /// A request with everything else as it is by default.
  package init(_ subject: Subject) {
    self.subject = subject
  }
}

/// What was found, how, and what it took.
package struct SearchReport: Sendable {
  /// The rows, best first.
  package var hits: [SearchHit] = []
  /// How was looked.
  package var mode = SearchMode.semantic
  /// What the store did, one for each half.
  package var plans: [SearchPlan] = []
  /// The time that computing the query's vector took.
  package var embedding = Duration.zero
  /// The time that the store took.
  package var store = Duration.zero
}

/// Finds memories by meaning, by words, or by both.
package struct SearchService {
  private let store: MemoryStore
  private let embedder: () throws -> any Embedder

  /// The longest answer a search gives, the rows left out by an offset included.
  package static let limitMaximum = 10_000
  /// How many rows of each half take part in fusing, at least.
  private static let fusedMinimum = 100
  /// The constant of reciprocal-rank fusion, from Cormack, Clarke and Büttcher, "Reciprocal Rank Fusion outperforms
  /// Condorcet and individual Rank Learning Methods", SIGIR 2009.
  static let fusionConstant = 60.0

  /// Sets searching up.
  ///
  /// - Parameter embedder: Asked for only when a text's vector is needed.
  package init(store: MemoryStore, embedder: @autoclosure @escaping () throws -> any Embedder) {
    self.store = store
    self.embedder = embedder
  }

  /// Finds memories.
  ///
  /// - Throws: `schema_missing`, `embedding_space_mismatch`, `not_found` and `invalid_vector` for a memory that is not
  ///   there or has no vector, and what embedder and store fail with.
  package func search(_ request: SearchRequest) throws -> SearchReport {
    let space = try store.requireTables()
    var report = SearchReport()
    report.mode = try request.mode ?? defaultMode(for: request.subject)
    guard request.limit > 0 else { return report }
    let vector = try report.mode == .lexical ? nil : vector(for: request.subject, space, &report)
    let stopwatch = Stopwatch()
    let hits = try ranked(request, vector, &report)
    report.store += stopwatch.elapsed
    report.hits = Array(hits.dropFirst(request.offset).prefix(request.limit))
    return report
  }

  /// The memories of the same user that are nearest to one; none where its embedding has no direction, or another length
  /// than the store's.
  package func neighbours(of memory: Memory, limit: Int) throws -> [SearchHit] {
    guard let vector = memory.fields.embedding, vector.isFinite, !vector.isZero,
      try vector.dimensions == store.requireTables().dimensions
    else { return [] }
    let query = VectorQuery(
      vector: vector, filter: MemoryFilter(userID: memory.fields.userID), limit: limit + 1, threshold: nil,
      strategy: .automatic)
    return Array(try store.search(query).hits.filter { $0.memory.id != memory.id }.prefix(limit))
  }

  private func defaultMode(for subject: SearchRequest.Subject) throws -> SearchMode {
    if case .memory = subject { return .semantic }
    return try store.hasTextIndex() ? .hybrid : .semantic
  }

  private func vector(
    for subject: SearchRequest.Subject, _ space: EmbeddingSpace, _ report: inout SearchReport
  ) throws -> Vector {
    let stopwatch = Stopwatch()
    switch subject {
    case .memory(let id):
      defer { report.store += stopwatch.elapsed }
      guard let memory = try store.memories([id]).first else {
        throw MemshError(.notFound, "there is no memory \(id)", hint: "`search` shows the ids of memories")
      }
      guard let vector = memory.fields.embedding else {
        throw MemshError(
          .invalidVector, "memory \(id) has no embedding to compare with", hint: "`reembed --missing` computes it")
      }
      guard vector.isFinite, !vector.isZero, vector.dimensions == space.dimensions else {
        throw MemshError(
          .invalidVector, "the embedding of memory \(id) has no direction, or another length than the store's",
          hint: "`reembed` computes it anew")
      }
      return vector
    case .text(let text):
      defer { report.embedding += stopwatch.elapsed }
      let embedder = try embedder()
      guard embedder.space == space else { throw embedder.space.mismatch(storeSpace: space) }
      guard let vector = try embedder.embedQuery(text) else {
        throw MemshError(.embedderFailed, "the embedder gave no vector for the query")
      }
      return vector
    }
  }

  private func ranked(
    _ request: SearchRequest, _ vector: Vector?, _ report: inout SearchReport
  ) throws -> [SearchHit] {
    var depth = request.limit + request.offset
    if report.mode == .hybrid { depth = min(max(depth * 2, SearchService.fusedMinimum), SearchService.limitMaximum) }
    var byMeaning: [SearchHit] = []
    if let vector {
      var itself: Int64?
      if case .memory(let id) = request.subject { itself = id }
      let answer = try store.search(
        VectorQuery(
          vector: vector, filter: request.filter, limit: depth + (itself == nil ? 0 : 1),
          threshold: request.threshold, strategy: request.strategy))
      report.plans.append(answer.plan)
      byMeaning = answer.hits.filter { $0.memory.id != itself }
      guard report.mode == .hybrid else { return byMeaning }
    }
    guard case .text(let text) = request.subject else { return byMeaning }
    let answer = try store.search(TextQuery(text: text, filter: request.filter, limit: depth, vector: vector))
    report.plans.append(answer.plan)
    guard vector != nil else { return answer.hits }
    let byWords = answer.hits.filter { hit in request.threshold.map { hit.similarity ?? -2 >= $0 } ?? true }
    return SearchService.fused(byMeaning, byWords)
  }

  /// What a place in one of the lists, from 1, adds to a fused score.
  package static func share(ofRank rank: Int) -> Double { 1 / (fusionConstant + Double(rank)) }

  /// Reciprocal-rank fusion: each list gives a row 1 / (60 + rank); rows with equal sums go by similarity, then id.
  static func fused(_ byMeaning: [SearchHit], _ byWords: [SearchHit]) -> [SearchHit] {
    var hits: [Int64: SearchHit] = [:]
    func add(_ list: [SearchHit], _ rank: WritableKeyPath<SearchHit, Int?>) {
      for (index, hit) in list.enumerated() {
        var fused = hits[hit.memory.id] ?? SearchHit(memory: hit.memory, similarity: hit.similarity, score: 0)
        fused.score += share(ofRank: index + 1)
        fused[keyPath: rank] = index + 1
        hits[hit.memory.id] = fused
      }
    }
    add(byMeaning, \.vectorRank)
    add(byWords, \.textRank)
    return hits.values.sorted { left, right in
      if left.score != right.score { return left.score > right.score }
      let similarities = (left.similarity ?? -2, right.similarity ?? -2)
      return similarities.0 != similarities.1
        ? similarities.0 > similarities.1 : left.memory.id < right.memory.id
    }
  }
}
