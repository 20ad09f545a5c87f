import Database
import MemoryModel
import MemoryStore

/// How memories are looked for.
package enum SearchMode: String, Sendable, CaseIterable {
  /// By meaning: cosine similarity of embeddings.
  case semantic
  /// By words: the store's full-text search.
  case lexical
  /// By both, their scores fused; see ``Fusion``.
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
  /// How much the words weigh beside the meaning, from 0 to 1; nil leaves it to the query and what is found.
  package var wordsWeight: Double?

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
  /// How much the words weighed; nil where only one half was asked.
  package var weighing: Weighing?
  /// The query's words without function words of the language in use; nil where nothing depended on them.
  package var words: [String]?
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
      let embedder = try fittingEmbedder(space)
      guard let vector = try embedder.embedQuery(text) else {
        throw MemshError(.embedderFailed, "the embedder gave no vector for the query")
      }
      return vector
    }
  }

  /// The embedder of a store's space.
  ///
  /// - Throws: What is wrong with the one in use, with the search that needs none.
  private func fittingEmbedder(_ space: EmbeddingSpace) throws -> any Embedder {
    do {
      let embedder = try embedder()
      guard embedder.space == space else { throw store.mismatch(embedder.space, storeSpace: space) }
      return embedder
    } catch let error as MemshError
      where [.embeddingSpaceMismatch, .embedderUnavailable].contains(error.code)
    {
      guard try store.hasTextIndex() else { throw error }
      let words = "`search --mode lexical` goes by words and needs no embedder"
      throw MemshError(
        error.code, error.message, hint: [error.hint, words].compactMap(\.self).joined(separator: "; "),
        cause: error.cause)
    }
  }

  private func ranked(
    _ request: SearchRequest, _ vector: Vector?, _ report: inout SearchReport
  ) throws -> [SearchHit] {
    var depth = request.limit + request.offset
    if report.mode == .hybrid { depth = max(depth, Fusion.candidates) }
    var byMeaning: [SearchHit] = []
    if let vector {
      var itself: Int64?
      if case .memory(let id) = request.subject { itself = id }
      let answer = try store.search(
        VectorQuery(
          vector: vector, filter: request.filter, limit: depth + (itself == nil ? 0 : 1),
          threshold: report.mode == .hybrid ? nil : request.threshold, strategy: request.strategy))
      report.plans.append(answer.plan)
      byMeaning = answer.hits.filter { $0.memory.id != itself }
      guard report.mode == .hybrid else { return byMeaning }
    }
    guard case .text(let text) = request.subject else { return byMeaning }
    let answer = try store.search(TextQuery(text: text, filter: request.filter, limit: depth, vector: vector))
    report.plans.append(answer.plan)
    guard vector != nil else { return answer.hits }
    let weighing = try weighing(request, text, best: answer.hits.first, &report)
    report.weighing = weighing
    // Cut off only now: a row's score is to be the same with and without a threshold for what it is scaled by.
    let hits = Fusion(wordsWeight: weighing.wordsWeight).joined(byMeaning: byMeaning, byWords: answer.hits)
    return hits.filter { hit in request.threshold.map { hit.similarity ?? -2 >= $0 } ?? true }
  }

  private func weighing(
    _ request: SearchRequest, _ text: String, best: SearchHit?, _ report: inout SearchReport
  ) throws -> Weighing {
    if let chosen = request.wordsWeight { return .chosen(chosen) }
    guard let best else { return .automatic(wordsTell: false) }
    let words = try store.sharedWords(of: text, with: best.memory.id)
    report.words = words.telling
    return .automatic(wordsTell: try words.tell(in: text, isRare: store.isRare))
  }
}
