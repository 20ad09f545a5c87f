import MemoryModel

/// The parts of a store that a backend still writes itself.
package protocol StoreBackend: Driver, SchemaManaging, MemoryReading, MemoryWriting, VectorReplacing, SQLAnswering,
  RowImaging, Introspecting, Maintaining
{}

/// How a transaction ends when its body has succeeded.
package enum TransactionEnding: Sendable {
  case commit
  /// What was done is undone: for trials that must leave no trace, whatever happens to the process.
  case rollback
  /// Nothing can be written in it; it sees one snapshot from its first statement to its last.
  case readOnly
}

/// What a store may use and how it works. SQLite has one connection and no timeout: Ctrl-C ends its statements.
package struct StoreOptions: Sendable, Equatable {
  /// Connections at a time.
  package var poolSize = 4
  /// How long the answer to a question may take, in seconds; 0 leaves that to the server's own settings.
  package var statementTimeoutSeconds = 0.0
  /// The language that words are reduced to their stems in; nil is that of the store's text index, else english.
  package var textSearchLanguage: String?

  /// The language of a text index when nobody has chosen one.
  package static let defaultLanguage = "english"

  /// The options that a session starts with.
  package init() {}
}

/// What is asked of ``SchemaManaging/vectorSupport(_:)``.
package enum VectorSupportAction: Sendable {
  /// Look only.
  case check
  /// Create what is missing.
  case ensure
  /// Create what is missing and update what is outdated.
  case update
}

/// The part of a store that knows its tables, indexes and extension.
package protocol SchemaManaging: AnyObject {
  /// Reports, and for `.ensure` and `.update` creates, what vectors need.
  ///
  /// - Throws: `pgvector_missing`, `permission_denied`.
  func vectorSupport(_ action: VectorSupportAction) throws -> VectorSupport

  /// Stores vectors, measures distances and builds indexes for real; nothing of it stays.
  ///
  /// - Returns: What was tried, in order.
  func testVectors(dimensions: Int) throws -> [String]

  /// Every table, index and trigger of the memory system with its state. Never writes.
  func schema() throws -> [SchemaObject]

  /// Creates the tables and triggers that are missing, for vectors of `space`, and records the space where none is.
  ///
  /// - Returns: The names of the tables created.
  func createSchema(space: EmbeddingSpace) throws -> [String]

  /// Makes sure that every row can be seen, before something is done with all of them.
  ///
  /// - Throws: `permission_denied` when a policy hides rows from this role.
  func requireEveryRow() throws

  /// Keeps everybody else out of the four tables until the transaction ends.
  func lockTables() throws

  /// Builds the indexes that are missing or invalid.
  ///
  /// Inside a transaction they are part of it; outside, tables in use stay usable meanwhile.
  ///
  /// - Parameter method: The method of the vector indexes; nil for the store's own choice.
  /// - Returns: What came of each vector index, or why there is none.
  func buildIndexes(_ method: VectorIndexMethod?, _ progress: any ProgressReporter) throws -> [VectorIndexOutcome]

  /// The space of the store's vectors: as recorded; else, for a store that others made, `unknown/unknown` with
  /// the dimensions of its column; nil for a store without tables.
  func embeddingSpace() throws -> EmbeddingSpace?
}

/// The part of a store that answers questions.
package protocol MemoryReading: AnyObject {
  /// The rows nearest to a vector under cosine, best first, equal ones by id.
  func search(_ query: VectorQuery) throws -> SearchAnswer

  /// The rows that have words of a text, best first, equal ones by id.
  func search(_ query: TextQuery) throws -> SearchAnswer

  /// Whether the store has an index of words, so that looking for them is quick.
  func hasTextIndex() throws -> Bool

  /// The ids of memories with an embedding, drawn at random, `count` at most.
  func sampleOfEmbedded(_ count: Int) throws -> [Int64]

  /// How the vector index on memories can be asked; nil when there is none.
  func indexBreadths() throws -> IndexBreadths?

  /// The memories under these ids with their embeddings, by id; ids without a row are left out.
  func memories(_ ids: [Int64]) throws -> [Memory]

  /// Totals over the store, or over one user's memories.
  func statistics(userID: String?) throws -> StoreStatistics

  /// Totals for each value, most memories first; days and importances in their own order, the last `limit` of them.
  func totals(by grouping: Grouping, userID: String?, limit: Int) throws -> [GroupTotals]

  /// How long searches took, over the whole store or one user's.
  func latency(userID: String?) throws -> LatencyStatistics

  /// The searches noted last, newest first.
  func analytics(userID: String?, limit: Int) throws -> [Record]

  /// What the store's tables, indexes and files take.
  func storage() throws -> [StorageEntry]

  /// Values of a kind that begin with a text, in order, `limit` at most. Works along an index, so that a large table
  /// costs no more than a small one with as many values.
  func values(_ kind: StoredValue, beginningWith prefix: String, limit: Int) throws -> [String]

  /// Fragments for an agent (and those for every agent), of a tier or below, active ones only, by priority.
  func fragments(agentType: String, tier: ContextTier) throws -> [PromptFragment]

  /// Category, agent and content of every fragment: what makes one the same as another.
  func fragmentKeys() throws -> Set<FragmentKey>

  /// The ids of memories of a user with exactly this content.
  func memoryIDs(userID: String, content: String) throws -> [Int64]

  /// Hands over the memories that pass a filter with their embeddings, by id, `batchSize` at a time.
  func readMemories(_ filter: MemoryFilter, batchSize: Int, _ body: ([Memory]) throws -> Void) throws

  /// Hands over the id, user and content of every memory, without a particular order.
  func readMemoryKeys(_ body: (_ id: Int64, _ userID: String, _ content: String) throws -> Void) throws

  /// Hands over all rows of a side table by id, `batchSize` at a time.
  func readRows(of table: Table, batchSize: Int, _ body: ([Record]) throws -> Void) throws

  /// Runs `body`; of the rows it reads with ``readMemories(_:batchSize:_:)`` and ``readRows(of:batchSize:_:)`` each is as
  /// the store has it, to the last value.
  ///
  /// - Throws: `store_corrupt`, which names the row and the column, where that is impossible.
  func readingExactly<Value>(_ body: () throws -> Value) throws -> Value

  /// The largest id of a table that is not above `limit`; 0 when there is none.
  func largestID(in table: String, notAbove limit: Int64) throws -> Int64

  /// Which of these ids are in use, or cannot be used.
  func usedIDs(_ ids: [Int64], in table: String) throws -> Set<Int64>

  /// Hands over the memories that a run wrote, with their embeddings but without their metadata, in any order: for
  /// comparing what was written with what is stored.
  func readMemories(ofRun run: Int64, batchSize: Int, _ body: ([Memory]) throws -> Void) throws
}

extension SchemaManaging {
  /// A store without policies hides nothing.
  package func requireEveryRow() throws {}
}

extension MemoryReading {
  /// Where columns have types, every row can be read as it is.
  package func readingExactly<Value>(_ body: () throws -> Value) throws -> Value { try body() }
}

/// What makes two fragments the same.
package struct FragmentKey: Sendable, Hashable {
  /// The fragment's category.
  package let category: String
  /// The agent it is for; nil for every agent.
  package let agentType: String?
  /// The sha256 of its content, in hexadecimal.
  package let contentHash: String

  /// Creates a key from a fragment's own parts.
  package init(category: String, agentType: String?, content: String) {
    self.category = category
    self.agentType = PromptFragment.agent(named: agentType)
    self.contentHash = ContentHash.hex(of: content)
  }
}

extension PromptFragment {
  /// What makes it the same as another.
  package var key: FragmentKey { FragmentKey(category: category, agentType: agentType, content: content) }
}

/// The part of a store that changes rows.
package protocol MemoryWriting: AnyObject {
  /// The largest id that a table can hold.
  var idMaximum: Int64 { get }

  /// Inserts memories in order, in the fastest way the backend has.
  ///
  /// - Parameter ids: The id that each is to have, which must be free; nil for the next free ones.
  /// - Returns: The ids, in the same order.
  func insert(_ memories: [MemoryFields], ids: [Int64]?) throws -> [Int64]

  /// Inserts rows into a side table under ids that are free.
  func insert(_ rows: [Record], ids: [Int64], into table: Table) throws

  /// Inserts fragments.
  ///
  /// - Returns: Their ids, in the same order.
  @discardableResult
  func insert(_ fragments: [PromptFragment]) throws -> [Int64]

  /// Gives a fragment other values, all of them.
  func update(_ fragment: PromptFragment, id: Int64) throws

  /// Makes the next free ids of a table follow this one, at once and for everybody.
  func reserveIDs(upTo id: Int64, in table: String) throws

  /// Notes a search as an agent does: a row of analytics, one more access to each memory found.
  func record(_ event: AnalyticsEvent, accessTo ids: [Int64]) throws

  /// Records that a memory duplicates another.
  ///
  /// - Returns: The record's id.
  @discardableResult
  func insert(_ duplicate: DuplicateRecord) throws -> Int64
}
