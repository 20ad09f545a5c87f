/// The part of a store that remembers migrations: what came from where, and under which id it stands now.
public protocol RunLedger: AnyObject {
  /// Takes the right to migrate into this store until the transaction ends.
  ///
  /// - Throws: `store_busy` when another migration has it.
  func lockForMigration() throws

  /// Whether any migration is recorded.
  func hasRuns() throws -> Bool

  /// Opens a run in the ledger.
  ///
  /// - Returns: The run's number.
  func beginRun(_ run: RunStart) throws -> Int64

  /// Notes which source row became which row here.
  func record(_ rows: [RunRow], run: Int64) throws

  /// Closes a run with its counts.
  func finishRun(_ run: Int64, counts: RunCounts) throws

  /// Memories of earlier, finished runs that are still there, for any of these source keys.
  func migratedRows(sourceKeys: [String]) throws -> [MigratedRow]

  /// The recorded runs, oldest first.
  func runs() throws -> [RunRecord]

  /// The rows of a run that are still there, and whether each is as the run left it.
  func rows(ofRun run: Int64) throws -> [RunRowState]

  /// Deletes rows that a run wrote.
  func deleteRows(_ ids: [Int64], from table: String) throws

  /// Forgets a run, or only those of its rows that are gone.
  func forgetRun(_ run: Int64, entirely: Bool) throws
}

/// What is known of a run when it begins.
public struct RunStart: Sendable, Equatable {
  /// The source's kind and place, free of secrets.
  public let source: String
  /// What identifies the source's state: see ``SourceDescription/fingerprint``.
  public let fingerprint: String
  /// The space its vectors are stored in.
  public let space: EmbeddingSpace
  /// When it began.
  public let startedAt: Timestamp

  /// Creates the start of a run.
  public init(source: String, fingerprint: String, space: EmbeddingSpace, startedAt: Timestamp) {
    self.source = source
    self.fingerprint = fingerprint
    self.space = space
    self.startedAt = startedAt
  }
}

/// A run as the ledger has it.
public struct RunRecord: Sendable, Equatable {
  /// The run's number.
  public let id: Int64
  /// The source's place.
  public let source: String
  /// When it began.
  public let startedAt: Timestamp

  /// Creates a record.
  public init(id: Int64, source: String, startedAt: Timestamp) {
    self.id = id
    self.source = source
    self.startedAt = startedAt
  }
}

/// How one source row was migrated.
public struct RunRow: Sendable, Equatable {
  /// The table the row stands in.
  public let table: String
  /// The row's key in its source.
  public let sourceKey: String
  /// The row's id in the store.
  public let targetID: Int64
  /// The sha256 of the content as migrated, in hexadecimal; empty for rows without content.
  public let contentHash: String

  /// Creates a ledger row.
  public init(table: String, sourceKey: String, targetID: Int64, contentHash: String) {
    self.table = table
    self.sourceKey = sourceKey
    self.targetID = targetID
    self.contentHash = contentHash
  }
}

/// A row of a run that is still in the store.
public struct RunRowState: Sendable, Equatable {
  /// The table it stands in.
  public let table: String
  /// Its id.
  public let id: Int64
  /// Whether somebody changed it since: its content differs, or it was updated after the run.
  public let isChanged: Bool
  /// The beginning of its content.
  public let excerpt: String

  /// Creates a state.
  public init(table: String, id: Int64, isChanged: Bool, excerpt: String) {
    self.table = table
    self.id = id
    self.isChanged = isChanged
    self.excerpt = excerpt
  }
}

/// A source row that an earlier run migrated and that is still in the store.
public struct MigratedRow: Sendable, Equatable {
  /// The row's key in its source.
  public let sourceKey: String
  /// The sha256 of the content as it was migrated.
  public let contentHash: String
  /// The source of that run.
  public let source: String
  /// Whose memory it is now.
  public let userID: String

  /// Creates an entry.
  public init(sourceKey: String, contentHash: String, source: String, userID: String) {
    self.sourceKey = sourceKey
    self.contentHash = contentHash
    self.source = source
    self.userID = userID
  }
}

/// The counts of a run.
public struct RunCounts: Sendable, Equatable {
  /// Memories written.
  public var migrated: Int64 = 0
  /// Source rows that an earlier run had written.
  public var alreadyPresent: Int64 = 0
  /// Source rows written to the reject file instead.
  public var rejected: Int64 = 0
  /// Embeddings taken over.
  public var kept: Int64 = 0
  /// Embeddings computed.
  public var generated: Int64 = 0
  /// Memories written without one.
  public var missing: Int64 = 0
  /// Prompt fragments written without one.
  public var fragmentsMissing: Int64 = 0
  /// Rows of the side tables written.
  public var sideRows: Int64 = 0
  /// NUL characters replaced by U+FFFD.
  public var nulReplaced: Int64 = 0
  /// Kept embeddings that are zero: they have no direction, and no search finds them.
  public var zeroVectors: Int64 = 0

  /// Creates empty counts.
  public init() {}
}
