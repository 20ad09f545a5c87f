import Database
import MemoryModel

/// How a migration is to be done.
package struct MigrationOptions: Sendable {
  /// What to do with the source's vectors.
  package var embeddings = EmbeddingMode.auto
  /// The model that the source's vectors come from, where the source does not say.
  package var sourceModel: String?
  /// The vector index to build; nil for the store's choice.
  package var index: VectorIndexMethod?
  /// Whether tables that are refilled get no vector index that they do not have.
  package var buildsNoOtherIndex = false
  /// Whether the four tables are emptied first.
  package var forceRecreate = false
  /// How the memories are to be laid out; nil leaves it at what there is.
  package var layout: LayoutWish?
  /// Whether the default fragments are inserted.
  package var seedsFragments = true
  /// Whether rows of another store stay what they are to the last value, with or without vectors: for copies.
  package var isVerbatim = false
  /// Whether what was written is read back and compared.
  package var verifies = true
  /// Whether the built-in test at the end is left out.
  package var skipTest = false
  /// Whether to wait for another migration into the same store, or to fail.
  package var waits = true
  /// Where rejected rows are written.
  package var rejectPath: String
  /// When the run begins.
  package var startedAt: Timestamp

  /// Creates the default way of migrating.
  package init(rejectPath: String, startedAt: Timestamp) {
    self.rejectPath = rejectPath
    self.startedAt = startedAt
  }
}

/// What a migration did, or with a dry run would do.
package struct MigrationReport: ChangeReport, Sendable {
  /// How the built-in test ended.
  package enum SystemTestOutcome: String, Sendable { case passed, failed, skipped }

  /// The run's number in the ledger; nil when no row was written.
  package var run: Int64?
  /// The source's place; nil when there was none.
  package var source: String?
  /// The store's place.
  package var target: String
  /// The counts.
  package var counts = RunCounts()
  /// Everything is replaced, whatever has become of it since.
  package var leftOut: [RowName] { [] }
  /// The file with the rejected rows; nil when there are none.
  package var rejectFile: String?
  /// Default fragments inserted.
  package var fragmentsInserted = 0
  /// How the built-in test ended.
  package var systemTest = SystemTestOutcome.skipped
  /// What the built-in test failed with.
  package var systemTestError: MemshError?
  /// Whether every row that the run wrote was read back and found equal, as is also true of none; nil when that was
  /// not asked for, or there was no source.
  package var verified: Bool?
  /// What embedding would take; counted by dry runs only.
  package var effort: EmbeddingEffort?
  /// What the results of the embedder are worth; nil where there is nothing to say.
  package var embedderNotice: String?

  /// Things that went wrong: a failed test.
  package var errors: Int { systemTest == .failed ? 1 : 0 }
}
