import Database
import MemoryModel
import MemoryStore

/// How an evaluation is to be done.
package struct EvaluationOptions: Sendable {
  /// The ways of searching, in their order.
  package var modes = SearchMode.allCases
  /// How many results are looked through for what is expected.
  package var depth = 100
  /// How many of the weakest queries are named.
  package var weakest = 10
  /// Whose memories are searched where a query does not say; nil for those of all.
  package var userID: String?
  /// How much the words weigh in a hybrid search; nil leaves it to the query.
  package var wordsWeight: Double?

  /// All modes, 100 results deep.
  package init() {}
}

/// Searches for queries whose answers are known, and measures what is found.
package struct EvaluationService {
  /// An embedder, and what it is called in the result.
  package typealias NamedEmbedder = (name: String, embedder: any Embedder)

  private let store: MemoryStore
  private let embedders: [NamedEmbedder]
  private let options: EvaluationOptions
  private let progress: any ProgressReporter
  private let interruption: Interruption
  private let name: String

  private static let batchSize = 100

  /// Sets evaluating up.
  ///
  /// - Parameters:
  ///   - embedders: They make the queries' vectors; none are needed where only words count.
  ///   - name: The file's name, for errors.
  package init(
    store: MemoryStore, embedders: [NamedEmbedder], _ options: EvaluationOptions, progress: any ProgressReporter,
    interruption: Interruption, name: String
  ) {
    self.store = store
    self.embedders = embedders
    self.options = options
    self.progress = progress
    self.interruption = interruption
    self.name = name
  }

  /// Reads queries without searching for them: so that what is wrong with a line is known before a long work.
  ///
  /// - Returns: How many there are.
  /// - Throws: `import_failed` with the file and the line.
  package func check(_ next: @escaping ImportService.Lines) throws -> Int {
    var lines = JSONLines(next)
    var count = 0
    while let batch = try batch(&lines) {
      try interruption.check()
      count += batch.count
    }
    return count
  }

  /// Reads queries and measures the searches for them.
  ///
  /// - Parameters:
  ///   - total: How many there are; 0 where nobody knows.
  ///   - next: The lines of the file; nil at the end.
  /// - Throws: `import_failed` with the file and the line; `not_found` when no expected memory is there;
  ///   `embedding_space_mismatch`, and what embedders and store fail with.
  package func evaluate(total: Int, _ next: @escaping ImportService.Lines) throws -> Evaluation {
    let space = try store.requireTables()
    for (_, embedder) in embedders where !EvaluationService.fits(embedder.space, vectorsOf: space) {
      throw store.mismatch(embedder.space, storeSpace: space)
    }
    var ways = waysToSearch
    var evaluation = Evaluation(depth: options.depth)
    evaluation.weakestMode = ways.first { $0.mode == .hybrid }?.mode ?? ways.first?.mode ?? .hybrid
    let told = ways.firstIndex { $0.mode == evaluation.weakestMode }
    var lines = JSONLines(next)
    while let batch = try batch(&lines) {
      let expected = try ExpectedMemories(batch, in: store, defaultUser: options.userID)
      evaluation.queries += batch.count
      evaluation.missing += expected.missing.count
      evaluation.firstMissing += expected.missing.prefix(Evaluation.missingNamed - evaluation.firstMissing.count)
      let texts = expected.queries.map(\.query.text)
      let vectors = try embedders.map { try EvaluationService.vectors(of: texts, $0.embedder) }
      for (index, query) in expected.queries.enumerated() {
        try interruption.check()
        progress.progress("Searching", done: Int64(evaluation.measured), total: Int64(total))
        for (number, way) in ways.enumerated() {
          let vector = way.embedder.map { vectors[$0][index] }
          let hits = try search(query, way.mode, KnownVector(vector, of: space))
          let found = query.found(in: hits)
          for (place, measure) in RetrievalMeasure.allCases.enumerated() {
            ways[number].values[place].append(measure.value(places: found.places))
          }
          if number == told { evaluation.note(query, found, first: hits.first?.memory, atMost: options.weakest) }
        }
        evaluation.measured += 1
      }
    }
    evaluation.finish(atMost: options.weakest)
    evaluation.results = try results(of: ways, evaluation)
    return evaluation
  }

  /// A way of searching, and what it was worth for each query so far, by measure.
  private struct Way {
    let mode: SearchMode
    /// The number of the embedder; nil where only words count.
    let embedder: Int?
    var values = [[Double]](repeating: [], count: RetrievalMeasure.allCases.count)
  }

  /// By words once; everything else with each embedder.
  private var waysToSearch: [Way] {
    let first = options.modes.map { Way(mode: $0, embedder: $0 == .lexical ? nil : 0) }
    let others = embedders.indices.dropFirst().flatMap { embedder in
      options.modes.filter { $0 != .lexical }.map { Way(mode: $0, embedder: embedder) }
    }
    return first + others
  }

  /// Whether vectors of a space can be compared with those of a store: they are of its space, or of the same length where
  /// nobody recorded which model made the store's.
  package static func fits(_ space: EmbeddingSpace, vectorsOf store: EmbeddingSpace) -> Bool {
    space == store || !store.hasModel && space.dimensions == store.dimensions
  }

  private func batch(_ lines: inout JSONLines) throws -> [ExpectedMemories.Line]? {
    var batch: [ExpectedMemories.Line] = []
    do {
      while batch.count < EvaluationService.batchSize, let json = try lines.next() {
        batch.append((lines.line, try EvaluationQuery(json)))
      }
    } catch let error as RowJSON.Unreadable {
      throw MemshError(
        .importFailed, "\(name):\(lines.line): \(error.reason)", hint: error.hint ?? "`help eval` shows what a line is")
    }
    return batch.isEmpty ? nil : batch
  }

  private static func vectors(of texts: [String], _ embedder: any Embedder) throws -> [Vector] {
    guard !texts.isEmpty else { return [] }
    let vectors = try embedder.embedQueries(texts)
    guard vectors.count == texts.count else {
      throw MemshError(.embedderFailed, "the embedder gave \(vectors.count) vectors for \(texts.count) queries")
    }
    return vectors
  }

  private func search(
    _ query: ExpectedMemories.Query, _ mode: SearchMode, _ embedder: KnownVector
  ) throws -> [SearchHit] {
    var request = SearchRequest(.text(query.query.text))
    (request.mode, request.limit, request.wordsWeight) = (mode, options.depth, options.wordsWeight)
    request.filter.userID = query.userID
    return try SearchService(store: store, embedder: embedder).search(request).hits
  }

  private func results(of ways: [Way], _ evaluation: Evaluation) throws -> [Evaluation.Result] {
    guard evaluation.queries > 0 else {
      throw MemshError(.importFailed, "\(name) holds no query", hint: "`help eval` shows what a line is")
    }
    guard evaluation.measured > 0 else {
      throw MemshError(
        .notFound, "none of the memories that \(name) expects is in the store",
        hint: "ids are those of one store: `eval --make 100 FILE` drafts queries for this one")
    }
    let drawn = RetrievalMeasure.allCases.enumerated().filter { !$0.element.isShare }
    let columns = ways.flatMap { way in drawn.map { way.values[$0.offset] } }
    let intervals = try Bootstrap.estimates(columns) { try interruption.check() }
    return ways.enumerated().map { number, way in
      var estimates: [RetrievalMeasure: Estimate] = [:]
      for (measure, values) in zip(RetrievalMeasure.allCases, way.values) where measure.isShare {
        estimates[measure] = Wilson.estimate(values.reduce(0, +) / Double(values.count), of: values.count)
      }
      for (place, measure) in drawn.map(\.element).enumerated() {
        estimates[measure] = intervals[number * drawn.count + place]
      }
      return Evaluation.Result(
        mode: way.mode, embedder: way.embedder.map { embedders[$0].name }, estimates: estimates)
    }
  }
}

/// A query's vector that was made before, in the store's space; none where only words count, which ask for none.
private final class KnownVector: Embedder {
  let space: EmbeddingSpace
  let notice: String? = nil
  private let vector: Vector?

  init(_ vector: Vector?, of space: EmbeddingSpace) {
    self.vector = vector
    self.space = space
  }

  func embed(_ texts: [String]) throws -> [Vector] { texts.compactMap { _ in vector } }
}

extension Evaluation {
  /// Notes a query that did not find first what it should.
  fileprivate mutating func note(
    _ query: ExpectedMemories.Query, _ found: (ids: [Int64], places: [Int?]), first: Memory?, atMost limit: Int
  ) {
    let gain = RetrievalMeasure.discountedGain.value(places: found.places)
    guard gain < 1 else { return }
    weakest.append(
      WeakQuery(
        line: query.line, query: query.query.text, userID: query.userID, expected: found.ids, places: found.places,
        gain: gain, first: first))
    if weakest.count >= limit * 2 + 100 { finish(atMost: limit) }
  }

  /// Leaves the weakest queries, in their order.
  fileprivate mutating func finish(atMost limit: Int) {
    func place(_ query: WeakQuery) -> Int { query.places.compactMap(\.self).min() ?? .max }
    weakest.sort {
      if $0.gain != $1.gain { return $0.gain < $1.gain }
      return place($0) != place($1) ? place($0) > place($1) : $0.line < $1.line
    }
    weakest = Array(weakest.prefix(limit))
  }
}
