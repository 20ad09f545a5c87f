/// What happens in long work that somebody may want to hear of. The shell makes the sentences.
package enum WorkEvent: Sendable, Equatable {
  /// What has to end first.
  package enum Waiting: Sendable { case migration, indexBuild }

  /// A migration into a store of this kind begins.
  case migrationStarted(Backend)
  /// The store answers.
  case connected(Backend)
  /// The store can hold vectors.
  case vectorsReady(VectorSupport)
  /// Another process is in the way.
  case waiting(Waiting)
  /// Something in the source is left alone, and why.
  case sourceRemark(String)
  /// So many rows are about to be taken over.
  case found(rows: Int64, location: String, table: String)
  /// The source has no rows.
  case sourceEmpty
  /// The four tables are there; those named were made.
  case schemaReady(created: [String])
  /// The rows are in.
  case migrated(MigrationSummary)
  /// Prompt fragments went in without a vector, because no embedder of the space is there.
  case fragmentsWithoutVectors(Int64, EmbeddingSpace)
  /// Default prompt fragments were inserted; 0 when all were there.
  case seeded(Int)
  /// A vector index was built, or was not.
  case vectorIndex(VectorIndexOutcome)
  /// So many memories were read back and are equal.
  case verified(rows: Int64)
  /// What would have happened, had it not been a trial.
  indirect case wouldHave(WorkEvent)
  /// A step of the test of the memory system.
  case systemTest(SystemTestStep)
}

/// What a migration did with the rows of its source.
package struct MigrationSummary: Sendable, Equatable {
  /// The counts.
  package let counts: RunCounts
  /// The space of the store's vectors.
  package let space: EmbeddingSpace
  /// The space of the source's vectors, where they were not kept although nobody asked for others.
  package let spaceNotKept: EmbeddingSpace?
  /// Whether there was an embedder of the store's space.
  package let hasEmbedder: Bool
  /// Texts longer than the model reads.
  package let cutTexts: Int64
  /// Where rejected rows were written; nil when there are none.
  package let rejectFile: String?

  /// Describes what was done.
  package init(
    counts: RunCounts, space: EmbeddingSpace, spaceNotKept: EmbeddingSpace?, hasEmbedder: Bool, cutTexts: Int64,
    rejectFile: String?
  ) {
    self.spaceNotKept = spaceNotKept
    self.counts = counts
    self.space = space
    self.hasEmbedder = hasEmbedder
    self.cutTexts = cutTexts
    self.rejectFile = rejectFile
  }
}

/// What came of a vector index.
package enum VectorIndexOutcome: Sendable, Equatable {
  /// It was built; ivfflat has a number of lists.
  case built(name: String, method: VectorIndexMethod, lists: Int?, rows: Int)
  /// It was built as it had been defined.
  case rebuilt(name: String, rows: Int)
  /// Nobody wanted one.
  case unwanted
  /// The column takes vectors of any length, which no index holds.
  case noLength(table: String)
  /// The vectors are longer than an index holds.
  case tooLong(indexable: Int, dimensions: Int)
}

/// A step of the migration guide's test of a memory system.
package enum SystemTestStep: Sendable, Equatable {
  case started
  case failed
  case cleanedUp
  case passed
  /// No embedder of the store's space is configured.
  case noEmbedder(EmbeddingSpace)
  case embedded(dimensions: Int)
  case stored(id: Int64)
  case found(count: Int, similarity: Double)
  case assembled(memories: Int, fragments: Int)
  case counted(memories: Int64, categories: Int64, averageImportance: Double?, accesses: Int64)
  case deduplicated
  case toldApart
}
