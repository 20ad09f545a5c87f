import Database
import Foundation
import MemoryModel

/// Names clusters by the words that are common in them and not elsewhere: how many of a cluster's memories have a word,
/// times how much rarer it is in all of them (Grootendorst, "BERTopic", 2022, does so with a cluster as one text).
enum ClusterWords {
  private static let wordsMaximum = 3
  /// So many memories of each cluster are read.
  private static let sampleMaximum = 400
  /// A word is common when one memory of so many has it; in a cluster of many topics no word may be, and then rarer ones name
  /// it.
  private static let oneOf = [20, 100, .max]
  /// A word tells something when a cluster has it more often than usual, by so much.
  private static let usualTimes = 1.1

  /// - Parameters:
  ///   - texts: The texts of some memories.
  ///   - members: The cluster of each.
  /// - Returns: The words of each cluster, the most telling first.
  static func names(of texts: [String], members: [Int32], clusters: Int) -> [[String]] {
    var chosen = [[String]](repeating: [], count: clusters)
    let sizes = members.reduce(into: [Int](repeating: 0, count: clusters)) { $0[Int($1)] += 1 }
    var seen = [Int](repeating: 0, count: clusters)
    for (text, member) in zip(texts, members) {
      let cluster = Int(member)
      // Evenly spread over the cluster.
      let stride = max(1, sizes[cluster] / sampleMaximum)
      if seen[cluster] % stride == 0, chosen[cluster].count < sampleMaximum { chosen[cluster].append(text) }
      seen[cluster] += 1
    }
    let counts = chosen.map { texts in
      texts.concurrentMap { DraftingService.words(of: $0).map { $0.lowercased() } }
        .reduce(into: [String: Int]()) { counts, words in for word in words { counts[word, default: 0] += 1 } }
    }
    // Every cluster counts the same, however large it is.
    var shares: [String: Double] = [:]
    for (counts, texts) in zip(counts, chosen) {
      for (word, count) in counts { shares[word, default: 0] += Double(count) / Double(texts.count) }
    }
    return zip(counts, chosen).map { counts, texts in
      let scored = counts.compactMap { word, count -> (word: String, count: Int, score: Double)? in
        guard count > 1, isWord(word) else { return nil }
        let share = Double(count) / Double(texts.count)
        // Where all clusters have it alike, it names none.
        let usual = (shares[word] ?? share) / Double(clusters)
        guard clusters == 1 || share > usual * usualTimes else { return nil }
        return (word, count, clusters > 1 ? share * log(share / usual) : share)
      }.sorted { ($0.score, $1.word) > ($1.score, $0.word) }
      return oneOf.lazy.map { oneOf in scored.filter { $0.count >= texts.count / oneOf }.prefix(wordsMaximum) }
        .first { !$0.isEmpty }?.map(\.word) ?? []
    }
  }

  /// Numbers name nothing, nor do short words of Latin script, which are mostly grammar.
  private static func isWord(_ word: String) -> Bool {
    word.contains(where: \.isLetter)
      && (word.count >= KeyPhrases.lettersMinimum || !word.utf8.allSatisfy { $0 < 0x80 })
  }
}
