import Database
import MemoryModel

extension MemoryStore {
  /// The rows nearest to a vector under cosine, best first, equal ones by id.
  package func search(_ query: VectorQuery) throws -> SearchAnswer { try backend.search(query) }

  /// The rows that have words of a text, best first, equal ones by id.
  package func search(_ query: TextQuery) throws -> SearchAnswer { try backend.search(query) }

  /// Whether the store has an index of words, so that looking for them is quick.
  package func hasTextIndex() throws -> Bool { try backend.hasTextIndex() }

  /// The ids of memories with an embedding, drawn at random, `count` at most.
  package func sampleOfEmbedded(_ count: Int) throws -> [Int64] { try backend.sampleOfEmbedded(count) }

  /// How the vector index on memories can be asked; nil when there is none.
  package func indexBreadths() throws -> IndexBreadths? { try backend.indexBreadths() }

  /// The memories under these ids with their embeddings, by id; ids without a row are left out.
  package func memories(_ ids: [Int64]) throws -> [Memory] { try backend.memories(ids) }

  /// Totals over the store, or over one user's memories.
  package func statistics(userID: String?) throws -> StoreStatistics { try backend.statistics(userID: userID) }

  /// Totals for each value, most memories first; days and importances in their own order, the last `limit` of them.
  package func totals(by grouping: Grouping, userID: String?, limit: Int) throws -> [GroupTotals] {
    try backend.totals(by: grouping, userID: userID, limit: limit)
  }

  /// How long searches took, over the whole store or one user's.
  package func latency(userID: String?) throws -> LatencyStatistics { try backend.latency(userID: userID) }

  /// The searches noted last, newest first.
  package func analytics(userID: String?, limit: Int) throws -> [Record] {
    try backend.analytics(userID: userID, limit: limit)
  }

  /// What the store's tables, indexes and files take.
  package func storage() throws -> [StorageEntry] { try backend.storage() }

  /// Values of a kind that begin with a text, in order, `limit` at most. Works along an index, so that a large table
  /// costs no more than a small one with as many values.
  package func values(_ kind: StoredValue, beginningWith prefix: String, limit: Int) throws -> [String] {
    try backend.values(kind, beginningWith: prefix, limit: limit)
  }

  /// Fragments for an agent (and those for every agent), of a tier or below, active ones only, by priority.
  package func fragments(agentType: String, tier: ContextTier) throws -> [PromptFragment] {
    try backend.fragments(agentType: agentType, tier: tier)
  }

  /// Category, agent and content of every fragment: what makes one the same as another.
  package func fragmentKeys() throws -> Set<FragmentKey> { try backend.fragmentKeys() }

  /// The ids of memories of a user with exactly this content.
  package func memoryIDs(userID: String, content: String) throws -> [Int64] {
    try backend.memoryIDs(userID: userID, content: content)
  }

  /// Hands over the memories that pass a filter with their embeddings, by id, `batchSize` at a time.
  package func readMemories(_ filter: MemoryFilter, batchSize: Int, _ body: ([Memory]) throws -> Void) throws {
    try backend.readMemories(filter, batchSize: batchSize, body)
  }

  /// Hands over the id, user and content of every memory, without a particular order.
  package func readMemoryKeys(_ body: (_ id: Int64, _ userID: String, _ content: String) throws -> Void) throws {
    try backend.readMemoryKeys(body)
  }

  /// Hands over all rows of a side table by id, `batchSize` at a time.
  package func readRows(of table: Table, batchSize: Int, _ body: ([Record]) throws -> Void) throws {
    try backend.readRows(of: table, batchSize: batchSize, body)
  }

  /// Runs `body`; of the rows it reads with ``readMemories(_:batchSize:_:)`` and ``readRows(of:batchSize:_:)`` each is as
  /// the store has it, to the last value.
  ///
  /// - Throws: `store_corrupt`, which names the row and the column, where that is impossible.
  package func readingExactly<Value>(_ body: () throws -> Value) throws -> Value { try backend.readingExactly(body) }

  /// The largest id of a table that is not above `limit`; 0 when there is none.
  package func largestID(in table: String, notAbove limit: Int64) throws -> Int64 {
    try backend.largestID(in: table, notAbove: limit)
  }

  /// Which of these ids are in use, or cannot be used.
  package func usedIDs(_ ids: [Int64], in table: String) throws -> Set<Int64> { try backend.usedIDs(ids, in: table) }

  /// Hands over the memories that a run wrote, with their embeddings but without their metadata, in any order: for
  /// comparing what was written with what is stored.
  package func readMemories(ofRun run: Int64, batchSize: Int, _ body: ([Memory]) throws -> Void) throws {
    try backend.readMemories(ofRun: run, batchSize: batchSize, body)
  }
}
