import Database
import MemoryModel
import MemoryStore

/// Copies a whole store into a file, and back.
package struct BackupService {
  private let progress: any ProgressReporter
  private let interruption: Interruption

  /// Sets copying up.
  package init(progress: any ProgressReporter, interruption: Interruption) {
    self.progress = progress
    self.interruption = interruption
  }

  /// Copies a store, compares the copy with it, and seals it.
  ///
  /// A store that is a file is copied with everything in it, the journal included; of any other the four tables and the
  /// space are.
  ///
  /// - Parameters:
  ///   - store: Opened for reading only, so that it is one snapshot from the first row to the last.
  ///   - copy: A file that is not there yet.
  /// - Throws: `verification_failed`, and what either store fails with.
  package func backUp(_ store: MemoryStore, into copy: MemoryStore, at moment: Timestamp) throws {
    let space = try store.requireTables()
    if let file = store.file {
      try file.copyFile(to: copy.identity.location)
    } else {
      try transfer(store, space: space, into: copy, at: moment)
      guard try areAlike(store, copy), try copy.embeddingSpace() == space else {
        throw MemshError(
          .verificationFailed, "the copy in \(copy.identity.location) differs from \(store.identity.location)",
          hint: "no backup was made; look at the disk, then try again")
      }
    }
    try copy.seal()
  }

  /// Replaces everything in a store by what a backup has, in one transaction.
  ///
  /// - Parameter beforeReplacing: Called when the backup has been found good, before anything changes.
  /// - Throws: `store_corrupt` for a damaged backup, `foreign_objects` when something of others would go; then nothing
  ///   has changed.
  package func restore(
    _ backup: MemoryStore, into store: MemoryStore, at moment: Timestamp,
    beforeReplacing: @escaping () throws -> Void
  ) throws {
    try backup.checkSeal()
    try refuseLosses(backup, into: store)
    let space = try backup.requireTables()
    if let file = store.file {
      try file.replaceContent(withFileAt: backup.identity.location, beforeReplacing: beforeReplacing)
      store.forgetState()
      try file.removeSeal()
    } else {
      try transfer(backup, space: space, into: store, at: moment, replacing: beforeReplacing) {
        try verifyRestored(backup, in: store)
      }
    }
  }

  /// Moves all rows as they are: no fragments are seeded, nothing is computed anew.
  ///
  /// - Parameters:
  ///   - beforeReplacing: Given when what the target has is to go; called before it does.
  ///   - beforeCommitting: Called when everything is in; what it throws takes it out again.
  package func transfer(
    _ store: MemoryStore, space: EmbeddingSpace, into target: MemoryStore, at moment: Timestamp,
    filter: MemoryFilter = MemoryFilter(), replacing beforeReplacing: (() throws -> Void)? = nil,
    beforeCommitting: (() throws -> Void)? = nil
  ) throws {
    // Nothing can be rejected: the rows come from a store.
    var options = MigrationOptions(rejectPath: "", startedAt: moment)
    options.embeddings = .keep
    options.isVerbatim = true
    options.seedsFragments = false
    options.skipTest = true
    options.forceRecreate = beforeReplacing != nil
    // An index that the store lacks is one that somebody left out.
    options.buildsNoOtherIndex = true
    let service = MigrationService(
      store: target, embedder: NoEmbedder(space: space), progress: Silence(progress), interruption: interruption,
      options: options, beforeEmptying: beforeReplacing, beforeCommitting: beforeCommitting)
    _ = try service.run(from: StoreSource(store, isShared: true, filter: filter))
  }

  /// Whether two stores have the same rows. Both are read at the same time, each on a thread of its own.
  private func areAlike(_ left: MemoryStore, _ right: MemoryStore) throws -> Bool {
    var digests: [[UInt8]] = []
    try Overlap.run(
      capacity: 1,
      producers: [left, right].map { store in
        { hand in try hand(store.transaction(.readOnly) { try digest(store, added: true) }) }
      },
      consume: { (digest: [UInt8]) in digests.append(digest) })
    return digests.count == 2 && digests[0] == digests[1]
  }

  /// Makes sure that a store has the rows of a backup, where something of others that runs by itself may have made other
  /// ones of them.
  private func verifyRestored(_ backup: MemoryStore, in store: MemoryStore) throws {
    let triggers = try store.triggersOfOthers()
    guard !triggers.isEmpty, try digest(backup, added: false) != digest(store, added: false) else { return }
    throw MemshError.changed(by: triggers, in: store.identity)
  }

  /// The sha256 of all rows.
  ///
  /// - Parameter added: Whether the columns that others added count: where rows have been put into a table that has them,
  ///   they may have a default that the backup does not know.
  private func digest(_ store: MemoryStore, added: Bool) throws -> [UInt8] {
    try store.requireEveryRow()
    var digest = ValueDigest()
    try store.readingExactly {
      try store.readMemories(batchSize: MigrationService.batchSize) { memories in
        try interruption.check()
        for memory in memories {
          digest.add(memory.id, memory.fields.values, added ? memory.fields.added : [], of: .memories)
        }
      }
      for table in Table.side {
        try store.readRows(of: table, batchSize: MigrationService.batchSize) { rows in
          try interruption.check()
          for row in rows { digest.add(row.id, row.values, added ? row.added : [], of: table) }
        }
      }
    }
    return digest.finalize()
  }

  /// Passes counts on, but not the lines of a migration: a backup is none.
  private final class Silence: ProgressReporter {
    private let progress: any ProgressReporter

    init(_ progress: any ProgressReporter) { self.progress = progress }

    func report(_ event: WorkEvent) {}

    func progress(_ stage: String, done: Int64, total: Int64, bytes: Int64?) {
      progress.progress("Copying", done: done, total: total, bytes: bytes)
    }
  }

  /// Stands for the space of a store whose vectors are only copied.
  private final class NoEmbedder: Embedder {
    let space: EmbeddingSpace
    let notice: String? = nil

    init(space: EmbeddingSpace) {
      self.space = EmbeddingSpace(provider: "none", model: "none", dimensions: space.dimensions)
    }

    func embed(_ texts: [String]) throws -> [Vector] { [] }
  }
}
