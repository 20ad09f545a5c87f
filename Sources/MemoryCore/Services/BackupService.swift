/// Copies a whole store into an empty one, as it is: no fragments are seeded, nothing is computed anew.
public struct BackupService {
  private let progress: any ProgressReporter
  private let interruption: Interruption

  /// Sets copying up.
  public init(progress: any ProgressReporter, interruption: Interruption) {
    self.progress = progress
    self.interruption = interruption
  }

  /// Copies, reads back and compares.
  ///
  /// - Throws: `verification_failed`, and what either store fails with.
  public func backUp(
    _ store: any MemoryStore, space: EmbeddingSpace, into copy: any MemoryStore, at moment: Timestamp
  ) throws {
    // Nothing can be rejected: the rows come from a store.
    var options = MigrationOptions(rejectPath: "", startedAt: moment)
    options.embeddings = .keep
    options.seedsFragments = false
    options.skipTest = true
    let service = MigrationService(
      store: copy, embedder: NoEmbedder(space: space), progress: Silence(progress), interruption: interruption,
      options: options)
    _ = try service.run(from: StoreSource(store, isShared: true))
  }

  /// Passes counts on, but not the lines of a migration: a backup is none.
  private final class Silence: ProgressReporter {
    private let progress: any ProgressReporter

    init(_ progress: any ProgressReporter) { self.progress = progress }

    func line(_ text: String) {}

    func progress(_ stage: String, done: Int64, total: Int64, bytes: Int64?) {
      progress.progress("Backing up", done: done, total: total, bytes: bytes)
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
