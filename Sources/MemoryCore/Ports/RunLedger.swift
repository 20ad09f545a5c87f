/// The part of a store that remembers migrations: what came from where, and under which id it stands now.
public protocol RunLedger: AnyObject {
  /// Waits for, and takes, the right to migrate into this store until the transaction ends.
  func lockForMigration() throws

  /// Opens a run in the ledger.
  ///
  /// - Returns: The run's number.
  func beginRun(_ run: RunStart) throws -> Int64

  /// Notes which source row became which memory.
  func record(_ rows: [RunRow], run: Int64) throws

  /// Closes a run with its counts.
  func finishRun(_ run: Int64, counts: RunCounts) throws

  /// Rows of earlier runs that are still there, for any of these source keys.
  func migratedRows(sourceKeys: [String]) throws -> [MigratedRow]
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

/// How one source row was migrated.
public struct RunRow: Sendable, Equatable {
  /// The row's key in its source.
  public let sourceKey: String
  /// The memory's id in the store.
  public let memoryID: Int64
  /// The sha256 of the content as migrated, in hexadecimal.
  public let contentHash: String

  /// Creates a ledger row.
  public init(sourceKey: String, memoryID: Int64, contentHash: String) {
    self.sourceKey = sourceKey
    self.memoryID = memoryID
    self.contentHash = contentHash
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

  /// Creates an entry.
  public init(sourceKey: String, contentHash: String, source: String) {
    self.sourceKey = sourceKey
    self.contentHash = contentHash
    self.source = source
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
  /// NUL characters replaced by U+FFFD.
  public var nulReplaced: Int64 = 0
  /// Kept embeddings that are zero: they have no direction, and no search finds them.
  public var zeroVectors: Int64 = 0

  /// Creates empty counts.
  public init() {}
}
