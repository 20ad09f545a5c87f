import MemoryModel

/// What each database does in its own way: finding memories by meaning and by words.
package protocol Searching: AnyObject {
  /// The rows nearest to a vector under cosine, best first, equal ones by id.
  func search(_ query: VectorQuery, in state: StoreState) throws -> SearchAnswer

  /// The rows that have words of a text, best first, equal ones by id.
  func search(_ query: TextQuery, in state: StoreState) throws -> SearchAnswer

  /// The words that a text and a memory have in common.
  func sharedWords(of text: String, with memory: Int64, in state: StoreState) throws -> SharedWords

  /// The memories of a user among which those are that have at least a share of a text's words: all of a user with few; of
  /// another those with the text's rarest words.
  ///
  /// - Parameter share: From 0 to 1, of the words of ``ScreenedTexts/lettersMinimum`` letters or more.
  /// - Returns: nil where no index tells, so that each of the user's memories may be one.
  func texts(
    sharing share: Double, of text: String, userID: String, in state: StoreState
  ) throws -> ScreenedTexts?

  /// Whether few of the rows have a word, see ``SharedWords``; false where no index tells that quickly.
  func isRare(_ word: String, in state: StoreState) throws -> Bool

  /// Whether there is an index of words for the language in use.
  ///
  /// - Throws: `usage` when the language that was chosen is not known.
  func hasTextIndex(in state: StoreState) throws -> Bool

  /// How the vector index on memories can be asked; nil when there is none.
  func indexBreadths(in state: StoreState) throws -> IndexBreadths?

  /// The ids of memories with an embedding, drawn at random, `count` at most.
  func sampleOfEmbedded(_ count: Int) throws -> [Int64]
}
