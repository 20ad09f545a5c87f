/// The counts of a run.
package struct RunCounts: Sendable, Equatable {
  /// Memories written.
  package var migrated: Int64 = 0
  /// Source rows that an earlier run had written.
  package var alreadyPresent: Int64 = 0
  /// Source rows written to the reject file instead.
  package var rejected: Int64 = 0
  /// Embeddings taken over.
  package var kept: Int64 = 0
  /// Embeddings of the source's that were not taken over.
  package var notKept: Int64 = 0
  /// Embeddings computed.
  package var generated: Int64 = 0
  /// Memories written without one.
  package var missing: Int64 = 0
  /// Prompt fragments written without one.
  package var fragmentsMissing: Int64 = 0
  /// Rows of the side tables written.
  package var sideRows: Int64 = 0
  /// NUL characters replaced by U+FFFD.
  package var nulReplaced: Int64 = 0
  /// Kept embeddings that are zero: they have no direction, and no search finds them.
  package var zeroVectors: Int64 = 0

  /// Creates empty counts.
  package init() {}
}

extension RunCounts {
  /// The counts as ledgers record them.
  package var json: JSON {
    .object([
      JSON.Member("migrated", .integer(migrated)), JSON.Member("already_present", .integer(alreadyPresent)),
      JSON.Member("rejected", .integer(rejected)), JSON.Member("kept", .integer(kept)),
      JSON.Member("generated", .integer(generated)), JSON.Member("missing", .integer(missing + fragmentsMissing)),
    ])
  }
}
