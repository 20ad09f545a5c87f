/// What is known of a run when it begins.
package struct RunStart: Sendable, Equatable {
  /// The source's kind and place, free of secrets.
  package let source: String
  /// What identifies the source's state: see ``SourceDescription/fingerprint``.
  package let fingerprint: String
  /// The space its vectors are stored in.
  package let space: EmbeddingSpace
  /// When it began.
  package let startedAt: Timestamp

  /// Creates the start of a run.
  package init(source: String, fingerprint: String, space: EmbeddingSpace, startedAt: Timestamp) {
    self.source = source
    self.fingerprint = fingerprint
    self.space = space
    self.startedAt = startedAt
  }
}

/// A run as the ledger has it.
package struct RunRecord: Sendable, Equatable {
  /// The run's number.
  package let id: Int64
  /// The source's place.
  package let source: String
  /// When it began.
  package let startedAt: Timestamp

  /// A record whose fields are shown in this order.
  package init(id: Int64, source: String, startedAt: Timestamp) {
    self.id = id
    self.source = source
    self.startedAt = startedAt
  }
}

/// How one source row was migrated.
package struct RunRow: Sendable, Equatable {
  /// The table the row stands in.
  package let table: String
  /// The row's key in its source.
  package let sourceKey: String
  /// The row's id in the store.
  package let targetID: Int64
  /// The sha256 of the content as migrated, in hexadecimal; empty for rows without content.
  package let contentHash: String

  /// Creates a ledger row.
  package init(table: String, sourceKey: String, targetID: Int64, contentHash: String) {
    self.table = table
    self.sourceKey = sourceKey
    self.targetID = targetID
    self.contentHash = contentHash
  }
}

/// A row of a run that is still in the store.
package struct RunRowState: Sendable, Equatable {
  /// The table it stands in.
  package let table: String
  /// Its id.
  package let id: Int64
  /// Whether somebody changed it since: its content differs, or it was updated after the run.
  package let isChanged: Bool
  /// The beginning of its content.
  package let excerpt: String

  /// Creates a state.
  package init(table: String, id: Int64, isChanged: Bool, excerpt: String) {
    self.table = table
    self.id = id
    self.isChanged = isChanged
    self.excerpt = excerpt
  }
}

/// A source row that an earlier run migrated and that is still in the store.
package struct MigratedRow: Sendable, Equatable {
  /// The row's key in its source.
  package let sourceKey: String
  /// The sha256 of the content as it was migrated.
  package let contentHash: String
  /// The source of that run.
  package let source: String
  /// Whose memory it is now.
  package let userID: String
  /// Its id in the store.
  package let id: Int64

  /// Creates an entry.
  package init(sourceKey: String, contentHash: String, source: String, userID: String, id: Int64) {
    self.id = id
    self.sourceKey = sourceKey
    self.contentHash = contentHash
    self.source = source
    self.userID = userID
  }
}
