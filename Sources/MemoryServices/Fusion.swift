import MemoryModel

/// How much the words weigh in a search by words and by meaning.
package enum Weighing: Sendable, Equatable {
  /// A weight that somebody chose, from 0 to 1.
  case chosen(Double)
  /// Almost all of it, or none where the words of the query tell too little; see ``SharedWords/tell(in:isRare:)``.
  case automatic(wordsTell: Bool)

  /// The weight, from 0 to 1.
  package var wordsWeight: Double {
    switch self {
    case .chosen(let weight): weight
    case .automatic(let wordsTell): wordsTell ? Fusion.automaticWeight : 0
    }
  }
}

/// How the rows found by meaning and those found by words become one order.
///
/// Each half's scores are scaled over its first ``candidates`` rows and joined as a convex combination, which Bruch, Gai and
/// Ingber, "An Analysis of Fusion Functions for Hybrid Retrieval", ACM TOIS 2023, find better than fusing ranks. As there, a
/// half is scaled by the most that its score can be, where there is such a thing: rows that are all little like the query
/// say little. The scores by words are squared, for what they are sure of, and their first row has a lead: another one comes
/// before it only where meaning speaks clearly for that.
///
/// No score depends on how many more rows the halves give, so that the pages of an answer go together.
struct Fusion {
  /// How many rows of each half have a score above 0.
  static let candidates = 100
  /// What the words weigh where they tell enough. This and the lead were measured on LoCoMo's questions, with a model of
  /// vectors for words and with a sentence transformer; weights near it do about as well.
  static let automaticWeight = 0.7
  /// How much of their weight the words give their first row beforehand.
  static let lead = 0.2

  /// How much the words weigh, from 0 to 1; meaning has the rest.
  let wordsWeight: Double

  /// Both halves, each best first, as one list, best first.
  ///
  /// Equal scores go by similarity, then id; behind all that have a score the rows are in the order of their better place.
  func joined(byMeaning: [SearchHit], byWords: [SearchHit]) -> [SearchHit] {
    var hits: [Int64: SearchHit] = [:]
    for (index, (hit, scaled)) in zip(byMeaning, Fusion.scaled(byMeaning, most: 1)).enumerated() {
      var joined = Fusion.unscored(hit)
      joined.vectorRank = index + 1
      joined.vectorPart = (1 - wordsWeight) * scaled
      hits[hit.memory.id] = joined
    }
    for (index, (hit, scaled)) in zip(byWords, Fusion.scaled(byWords, most: nil)).enumerated() {
      var joined = hits[hit.memory.id] ?? Fusion.unscored(hit)
      joined.textRank = index + 1
      joined.textScore = hit.score
      let lead = index == 0 ? Fusion.lead : 0
      joined.textPart = wordsWeight * ((1 - Fusion.lead) * scaled * scaled + lead)
      hits[hit.memory.id] = joined
    }
    return hits.values
      .map { hit in
        var hit = hit
        hit.score = (hit.vectorPart ?? 0) + (hit.textPart ?? 0)
        return hit
      }
      .sorted(by: precedes)
  }

  private static func unscored(_ hit: SearchHit) -> SearchHit {
    SearchHit(memory: hit.memory, similarity: hit.similarity, score: 0)
  }

  /// The scores from 0 for the worst candidate to 1 for the most that a score can be: 1 for all where they are equal, 0
  /// behind them.
  ///
  /// - Parameter most: The most that a score can be; nil for the best that there is.
  private static func scaled(_ hits: [SearchHit], most: Double?) -> [Double] {
    let scores = hits.prefix(candidates).map(\.score)
    guard let best = scores.max(), let worst = scores.min() else { return [] }
    let range = max(most ?? best, best) - worst
    let scaled = scores.map { best > worst ? ($0 - worst) / range : 1 }
    return scaled + [Double](repeating: 0, count: hits.count - scaled.count)
  }

  private func precedes(_ left: SearchHit, _ right: SearchHit) -> Bool {
    if left.score != right.score { return left.score > right.score }
    if left.score == 0 {
      let places = (place(left), place(right))
      if places.0 != places.1 { return places.0 < places.1 }
    }
    let similarities = (left.similarity ?? -2, right.similarity ?? -2)
    return similarities.0 != similarities.1
      ? similarities.0 > similarities.1 : left.memory.id < right.memory.id
  }

  /// The better of a row's places; what only a half without weight has found comes behind all others.
  private func place(_ hit: SearchHit) -> (Int, Int) {
    let weighing = [wordsWeight < 1 ? hit.vectorRank : nil, wordsWeight > 0 ? hit.textRank : nil]
    let all = [hit.vectorRank, hit.textRank].compactMap(\.self).min() ?? .max
    return (weighing.compactMap(\.self).min() ?? .max, all)
  }
}

extension SharedWords {
  /// Whether a memory found by these words is probably what the query means, and not merely one with a word of it.
  ///
  /// Two words in common tell enough, and so does one where the query has no other. Otherwise the one must be a name, have
  /// a digit or a sign, stand in quotes, or be rare.
  func tell(in query: String, isRare: (String) throws -> Bool) rethrows -> Bool {
    func stems(_ words: [String]) -> Int {
      Set(words.map { WordForms.stem($0.lowercased().unicodeScalars.map(\.value)) }).count
    }
    if stems(shared) > 1 || stems(telling) <= 1 { return true }
    return try shared.contains { try SharedWords.isMarked($0, in: query) || isRare($0) }
  }

  /// Whether a word is a name, by a capital letter inside the query, has a digit or a sign, or stands in quotes.
  private static func isMarked(_ word: String, in query: String) -> Bool {
    if word.contains(where: { !$0.isLetter }) { return true }
    let lowercased = word.lowercased()
    let areCapitalsTelling = query.contains(where: \.isLowercase)
    let words = query.split { !$0.isLetter && !$0.isNumber }
    return words.enumerated().contains { index, written in
      guard written.lowercased() == lowercased else { return false }
      let isCapital = written.first?.isUppercase ?? false
      return index > 0 && isCapital && areCapitalsTelling || isQuoted(written, in: query)
    }
  }

  private static func isQuoted(_ word: Substring, in query: String) -> Bool {
    let before = query[..<word.startIndex].count(where: quotationMarks.contains)
    return !before.isMultiple(of: 2) && query[word.endIndex...].contains(where: quotationMarks.contains)
  }

  private static let quotationMarks: Set<Character> = ["\"", "“", "”", "„", "«", "»", "`"]
}
