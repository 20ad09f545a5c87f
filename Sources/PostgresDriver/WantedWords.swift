import Database

/// The words of a query, and the questions to the index of words that find rows worth scoring.
///
/// The index tells quickly which rows have a word, but reading every row with a frequent one takes long in a large table.
/// So the rarest words say which rows take part, as many as have about ``rowsMaximum`` rows together; of the others it is
/// only asked which of these rows have them, too. Rare are words here among the rows that may be found: one that none of
/// those has says nothing of them, and where they are few, all words say which take part.
struct WantedWords {
  /// A word as the index has it.
  struct Word {
    /// The word.
    let lexeme: String
    /// The word as a query of one word.
    let query: String
    /// How many rows have it; an estimate, or too few, above ``WantedWords/rowsMaximum``.
    let having: Int
    /// How many of the rows that pass the filter do, known as well as that.
    let passing: Int
  }

  /// So many rows are looked at for each word.
  static let rowsMaximum = 10_000
  /// So many rows, those that promise most, are scored by how often they have each word; the others as if they had it as
  /// often as their length makes likely.
  static let scoredRows = 300

  /// The words, the rarest first.
  let lexemes: [String]
  /// What each word weighs, see ``BM25``.
  let weights: [Double]
  /// The queries that find the rows which have each word, and take part.
  let queries: [String]
  /// Whether no more than ``rowsMaximum`` rows have the words that say which take part.
  let areRare: Bool
  /// The weight that all rows have which take part.
  let common: Double
  /// What a row that a query finds has beside the common weight.
  let additions: [Double]

  /// Words, and how many rows there are; nil when no row that passes has one of them.
  ///
  /// - Parameter passing: How many rows pass the filter, as far as that is known.
  init?(_ words: [Word], total: Int, passing: Int) {
    let words = words.filter { $0.passing > 0 }.sorted { ($0.passing, $0.lexeme) < ($1.passing, $1.lexeme) }
    guard !words.isEmpty else { return nil }
    lexemes = words.map(\.lexeme)
    weights = words.map { BM25.weight(having: $0.having, of: total) }
    var rows = 0
    let deciding = words.enumerated().prefix { index, word in
      rows += word.passing
      return index == 0 || rows <= WantedWords.rowsMaximum || passing <= WantedWords.rowsMaximum
    }.count
    let any = words.prefix(deciding).map(\.query).joined(separator: " | ")
    queries = words.enumerated().map { $0.offset < deciding ? $0.element.query : "(\(any)) & \($0.element.query)" }
    areRare = words.prefix(deciding).reduce(0) { $0 + $1.having } <= WantedWords.rowsMaximum
    // Of a word with too many rows only some are found by itself, but all that are found have it.
    common = deciding == 1 ? weights[0] : 0
    additions = deciding == 1 ? [0] + weights.dropFirst() : weights
  }
}
