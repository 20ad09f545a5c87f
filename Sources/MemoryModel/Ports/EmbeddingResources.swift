import Foundation

/// A model that embeds on this machine.
package struct InstalledModel: Sendable, Equatable {
  /// How a model makes vectors.
  package enum Kind: String, Sendable {
    /// Each token has its vector, wherever it stands: instant.
    case fixed = "static"
    /// A network that sees each token beside the others: finds more, takes longer.
    case encoder
  }

  /// Its name: that of its folder.
  package let name: String
  /// Where it is.
  package let folder: String
  /// How it makes vectors.
  package let kind: Kind
  /// The length of its vectors.
  package let dimensions: Int
  /// How many tokens have a vector of their own.
  package let tokens: Int
  /// The size of its weights.
  package let bytes: Int64

  /// Describes a model.
  package init(name: String, folder: String, kind: Kind, dimensions: Int, tokens: Int, bytes: Int64) {
    self.name = name
    self.folder = folder
    self.kind = kind
    self.dimensions = dimensions
    self.tokens = tokens
    self.bytes = bytes
  }

  /// The files that its vectors depend on: all that it has, down to those of its modules.
  package var files: [String] {
    func entries(_ folder: String) -> [String] {
      ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []).filter { !$0.hasPrefix(".") }.sorted()
        .map { folder + "/" + $0 }
    }
    return entries(folder).flatMap { [$0] + entries($0) }
  }

  /// The space of its vectors.
  package var space: EmbeddingSpace { EmbeddingSpace(provider: "local", model: name, dimensions: dimensions) }
}

/// The models on this machine, and which of them is used.
package protocol ModelCatalog {
  /// All models, by name.
  func installed() -> [InstalledModel]

  /// The model to use: the one chosen, else the first; nil when there is none.
  ///
  /// - Throws: `not_found`, `model_unusable` when the chosen one is gone or damaged.
  func inUse() throws -> InstalledModel?

  /// The model that makes the vectors of a space, whatever the space's owner calls it; nil when it is not installed.
  ///
  /// - Throws: `model_unusable`.
  func model(of space: EmbeddingSpace) throws -> InstalledModel?

  /// A model by its name, or by a part of it that no other has.
  ///
  /// - Throws: `not_found`, `model_unusable`.
  func model(named name: String) throws -> InstalledModel

  /// Makes a model the one to use, in this and later sessions.
  ///
  /// - Throws: `not_found`, `model_unusable`, `file_failed`.
  func use(_ name: String) throws -> InstalledModel
}

/// What is in an embedding cache.
package struct CacheStatistics: Sendable, Equatable {
  /// A space, and what there is of it.
  package struct Entry: Sendable, Equatable {
    /// The space.
    package let space: EmbeddingSpace
    /// How many vectors.
    package let vectors: Int64
    /// Their size.
    package let bytes: Int64

    /// Describes an entry.
    package init(space: EmbeddingSpace, vectors: Int64, bytes: Int64) {
      self.space = space
      self.vectors = vectors
      self.bytes = bytes
    }
  }

  /// Where it is.
  package let path: String
  /// By space.
  package let entries: [Entry]
  /// The size of the file.
  package let fileBytes: Int64
  /// How large it may become.
  package let limitBytes: Int64
  /// Texts that were asked for and there.
  package var hits: Int64 = 0
  /// Texts that were asked for and not there, so that they had to be embedded.
  package var misses: Int64 = 0

  /// The share of texts that were there, from 0 to 1; nil when none was ever asked for.
  package var hitRate: Double? { hits + misses == 0 ? nil : Double(hits) / Double(hits + misses) }

  /// Describes a cache.
  package init(path: String, entries: [Entry], fileBytes: Int64, limitBytes: Int64) {
    self.path = path
    self.entries = entries
    self.fileBytes = fileBytes
    self.limitBytes = limitBytes
  }
}

/// Vectors that were paid for and are kept.
package protocol VectorCache: AnyObject {
  /// What is there.
  ///
  /// - Throws: `cache_failed`.
  func statistics() throws -> CacheStatistics

  /// Removes everything.
  ///
  /// - Returns: How many vectors there were.
  /// - Throws: `cache_failed`.
  func clear() throws -> Int

  /// Removes what was not used for longest until the cache is below its limit.
  ///
  /// - Returns: How many vectors went.
  /// - Throws: `cache_failed`.
  func prune() throws -> Int
}
