/// How a migration is to be done.
public struct MigrationOptions: Sendable {
  /// What to do with the source's vectors.
  public var embeddings = EmbeddingMode.auto
  /// The model that the source's vectors come from, where the source does not say.
  public var sourceModel: String?
  /// The vector index to build; nil for the store's choice.
  public var index: VectorIndexMethod?
  /// Whether the four tables are dropped first.
  public var forceRecreate = false
  /// Whether the default fragments are inserted.
  public var seedsFragments = true
  /// Whether rows of another store stay what they are to the last value, with or without vectors: for copies.
  public var isVerbatim = false
  /// Whether what was written is read back and compared.
  public var verifies = true
  /// Whether the built-in test at the end is left out.
  public var skipTest = false
  /// Whether to wait for another migration into the same store, or to fail.
  public var waits = true
  /// Where rejected rows are written.
  public var rejectPath: String
  /// When the run begins.
  public var startedAt: Timestamp

  /// Creates the default way of migrating.
  public init(rejectPath: String, startedAt: Timestamp) {
    self.rejectPath = rejectPath
    self.startedAt = startedAt
  }
}

/// What a migration did, or with a dry run would do.
public struct MigrationReport: Sendable {
  /// How the built-in test ended.
  public enum SystemTestOutcome: String, Sendable { case passed, failed, skipped }

  /// The run's number in the ledger; nil when no row was written.
  public var run: Int64?
  /// The source's place; nil when there was none.
  public var source: String?
  /// The store's place.
  public var target: String
  /// The counts.
  public var counts = RunCounts()
  /// The file with the rejected rows; nil when there are none.
  public var rejectFile: String?
  /// Default fragments inserted.
  public var fragmentsInserted = 0
  /// How the built-in test ended.
  public var systemTest = SystemTestOutcome.skipped
  /// What the built-in test failed with.
  public var systemTestError: MemshError?
  /// Whether every row that the run wrote was read back and found equal, as is also true of none; nil when that was
  /// not asked for, or there was no source.
  public var verified: Bool?
  /// What embedding would take; counted by dry runs only.
  public var effort: EmbeddingEffort?
  /// What the results of the embedder are worth; nil where there is nothing to say.
  public var embedderNotice: String?

  /// Things that went wrong: a failed test.
  public var errors: Int { systemTest == .failed ? 1 : 0 }
}
