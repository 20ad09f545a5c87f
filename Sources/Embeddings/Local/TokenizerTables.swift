import MemoryModel

/// What a tokenizer is made of, whichever files it was read from: a vocabulary and merges in tables, and the rest, which
/// is small, as JSON in the terms of `tokenizer.json`.
struct TokenizerTables {
  /// What the file says of itself, by top-level key, apart from `model`.
  var settings: [String: JSON] = [:]
  /// The settings of `model`, apart from `vocab` and `merges`.
  var model: [String: JSON] = [:]
  /// The vocabulary.
  var vocabulary: Vocabulary
  /// What pairs of tokens merge into; nil for a tokenizer that does not merge.
  var pairs: PairTable?
}
