import Foundation

/// What one search is worth, from 0 to 1, by the places of what it should find.
package enum RetrievalMeasure: String, Sendable, CaseIterable {
  /// The share of the expected memories that is among the first 1, 5 or 10 results.
  case recallAt1 = "recall_at_1"
  case recallAt5 = "recall_at_5"
  case recallAt10 = "recall_at_10"
  /// 1 / the place of the first expected memory; 0 where none was found. Its mean is the MRR.
  case reciprocalRank = "mrr"
  /// The discounted gain of the first 10 results beside that of the best order, with a gain of 1 for each expected memory
  /// (Järvelin and Kekäläinen, "Cumulated Gain-Based Evaluation of IR Techniques", ACM TOIS 2002).
  case discountedGain = "ndcg_at_10"

  /// How many of the first results the measures look at, but for the MRR, which goes as deep as the search.
  package static let resultsJudged = 10

  /// The share that is counted; nil where more than the number of those found counts.
  private var cut: Int? {
    switch self {
    case .recallAt1: 1
    case .recallAt5: 5
    case .recallAt10: 10
    case .reciprocalRank, .discountedGain: nil
    }
  }

  /// Whether it is a mean of shares, whose interval is Wilson's; the others' are drawn.
  var isShare: Bool { cut != nil }

  /// The value of one search.
  ///
  /// - Parameter places: The place of each expected memory from 1; nil for one that was not found. There is at least one.
  package func value(places: [Int?]) -> Double {
    let found = places.compactMap(\.self)
    if let cut { return Double(found.count { $0 <= cut }) / Double(places.count) }
    guard self == .discountedGain else { return found.min().map { 1 / Double($0) } ?? 0 }
    func gain(_ places: some Sequence<Int>) -> Double { places.sorted().reduce(0) { $0 + 1 / log2(Double($1 + 1)) } }
    let judged = RetrievalMeasure.resultsJudged
    return gain(found.filter { $0 <= judged }) / gain(1...min(judged, places.count))
  }
}
