internal import Algorithms
import Database
import MemoryModel
import MemoryStore

/// How good a vector index is on the very data that it indexes.
package struct RecallReport: Sendable {
  /// What one breadth gives.
  package struct Step: Sendable {
    /// The breadth.
    package let breadth: Int
    /// The share of the true `k` nearest rows that the index found, from 0 to 1.
    package let recall: Double
    /// The median time of a search.
    package let median: Duration
    /// The time that 95 % of the searches do not exceed.
    package let percentile95: Duration
  }

  /// What was measured.
  package let breadths: IndexBreadths
  /// How many neighbours were looked for.
  package let neighbours: Int
  /// How many memories were looked for the neighbours of.
  package let sampled: Int
  /// The median time of an exact search.
  package let exactMedian: Duration
  /// What each breadth gives, ascending.
  package let steps: [Step]

  /// The recall that a recommended breadth has at least.
  package static let recommendedRecall = 0.99

  /// The smallest breadth that finds nearly everything; nil when none does.
  package var recommended: Int? { steps.first { $0.recall >= RecallReport.recommendedRecall }?.breadth }
}

/// Measures an index against the truth.
package struct RecallService {
  private let store: MemoryStore
  private let interruption: Interruption

  /// Sets measuring up.
  package init(store: MemoryStore, interruption: Interruption) {
    self.store = store
    self.interruption = interruption
  }

  /// Looks for the neighbours of memories drawn at random, themselves left out, exactly and with each breadth.
  ///
  /// A row counts as found when it is as similar as the last of the true neighbours: which of several equal rows an
  /// index returns is not its fault.
  ///
  /// - Throws: `not_found` when there is no index, or nothing to measure it with.
  package func measure(sample: Int, neighbours: Int) throws -> RecallReport {
    try store.requireTables()
    let ids = try store.sampleOfEmbedded(sample)
    guard let breadths = try store.indexBreadths(), !ids.isEmpty else {
      throw MemshError(
        .notFound, "there is no vector index to measure: every search is exact",
        hint: "`schema --create` builds one on PostgreSQL; SQLite has one from some thousand rows on")
    }
    var times = [[Duration]](repeating: [], count: breadths.values.count + 1)
    var found = [Int](repeating: 0, count: breadths.values.count)
    var wanted = 0
    for batch in ids.chunks(ofCount: RecallService.batchSize) {
      for memory in try store.memories(Array(batch)) {
        try interruption.check()
        guard let vector = memory.fields.embedding, !vector.isZero else { continue }
        func nearest(_ strategy: SearchStrategy, _ column: Int) throws -> [Double] {
          let stopwatch = Stopwatch()
          let answer = try store.search(VectorQuery(vector: vector, limit: neighbours + 1, strategy: strategy))
          times[column].append(stopwatch.elapsed)
          return answer.hits.filter { $0.memory.id != memory.id }.prefix(neighbours).compactMap(\.similarity)
        }
        let truth = try nearest(.exact, 0)
        guard let farthest = truth.last else { continue }
        wanted += truth.count
        for (number, breadth) in breadths.values.enumerated() {
          let similarities = try nearest(.approximate(breadth: breadth), number + 1)
          found[number] += similarities.count { $0 >= farthest - RecallService.equalityTolerance }
        }
      }
    }
    let steps = breadths.values.enumerated().map { number, breadth in
      RecallReport.Step(
        breadth: breadth, recall: wanted == 0 ? 1 : Double(found[number]) / Double(wanted),
        median: RecallService.percentile(50, times[number + 1]),
        percentile95: RecallService.percentile(95, times[number + 1]))
    }
    return RecallReport(
      breadths: breadths, neighbours: neighbours, sampled: times[0].count,
      exactMedian: RecallService.percentile(50, times[0]), steps: steps)
  }

  private static let batchSize = 100
  /// Similarities that differ by less are equal but for rounding.
  private static let equalityTolerance = 1e-7

  /// The nearest-rank percentile.
  private static func percentile(_ percent: Int, _ times: [Duration]) -> Duration {
    guard !times.isEmpty else { return .zero }
    return times.sorted()[max(0, (times.count * percent + 99) / 100 - 1)]
  }
}
