import Foundation

/// How rows are ranked by their words: Okapi BM25 (Robertson and Zaragoza, "The Probabilistic Relevance Framework: BM25
/// and Beyond", 2009), with the numbers of SQLite's FTS5 (sqlite.org/fts5.html, "The bm25() function"), so that both
/// databases rank alike.
///
/// A row's score is the sum over the words it has of ``weight(having:of:)`` times ``part(times:length:)``.
package enum BM25 {
  /// How much more a word counts that a row has often.
  private static let k1 = 1.2
  /// How far the length of a row counts.
  private static let b = 0.75
  /// What a word weighs that half of the rows or more have: the formula would give nothing, or less.
  private static let leastWeight = 1e-6

  /// What a word weighs that so many of all rows have.
  package static func weight(having: Int, of total: Int) -> Double {
    let weight = log((Double(total) - Double(having) + 0.5) / (Double(having) + 0.5))
    return weight > 0 ? weight : leastWeight
  }

  /// How much of its weight a word gives a row, from 0 to `k1` + 1, as SQL.
  ///
  /// - Parameters:
  ///   - times: How often the row has the word.
  ///   - length: How long the row is, 1 for as long as the average.
  package static func part(times: SQL, length: SQL) -> SQL {
    "(\(times) * \(k1 + 1) / (\(times) + \(k1) * (\(1 - b) + \(b) * \(length))))"
  }
}
