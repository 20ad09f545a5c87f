import Database
import MemoryModel

extension MemoryStore {
  /// The rows nearest to a vector under cosine, best first, equal ones by id.
  package func search(_ query: VectorQuery) throws -> SearchAnswer {
    try requireTables()
    return try driver.capabilities.search.search(query, in: state())
  }

  /// The rows that have words of a text, best first, equal ones by id.
  package func search(_ query: TextQuery) throws -> SearchAnswer {
    try requireTables()
    return try driver.capabilities.search.search(query, in: state())
  }

  /// The words that a text and a memory have in common.
  package func sharedWords(of text: String, with memory: Int64) throws -> SharedWords {
    try driver.capabilities.search.sharedWords(of: text, with: memory, in: state())
  }

  /// The memories of a user among which those are that have at least a share of a text's words; nil where no index tells.
  package func texts(sharing share: Double, of text: String, userID: String) throws -> ScreenedTexts? {
    try driver.capabilities.search.texts(sharing: share, of: text, userID: userID, in: state())
  }

  /// Whether few of the rows have a word; false where no index tells that quickly.
  package func isRare(_ word: String) throws -> Bool { try driver.capabilities.search.isRare(word, in: state()) }

  /// Whether the store has an index of words, so that looking for them is quick.
  package func hasTextIndex() throws -> Bool { try driver.capabilities.search.hasTextIndex(in: state()) }

  /// How the vector index on memories can be asked; nil when there is none.
  package func indexBreadths() throws -> IndexBreadths? { try driver.capabilities.search.indexBreadths(in: state()) }

  /// The ids of memories with an embedding, drawn at random, `count` at most.
  package func sampleOfEmbedded(_ count: Int) throws -> [Int64] {
    try driver.capabilities.search.sampleOfEmbedded(count)
  }

  /// What the store's tables, indexes and files take.
  package func storage() throws -> [StorageEntry] { try driver.capabilities.maintenance.storage() }
}
