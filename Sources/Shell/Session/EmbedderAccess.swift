import ArgumentParser
import Database
import MemoryModel
import MemoryServices

/// Which embedder to use.
package enum EmbedderChoice: String, Sendable, CaseIterable, ExpressibleByArgument {
  case openai, local, hash
}

/// Makes embedders, of the models and servers that are at hand.
package protocol EmbedderAccess: AnyObject {
  /// The embedder that the settings describe; without a choice the first that is available.
  func chosen(_ settings: EmbeddingSettings) throws -> any Embedder
  /// The embedder of a space, where it can be had here: an installed model, a key or server that is set.
  func embedder(of space: EmbeddingSpace, _ settings: EmbeddingSettings) throws -> (any Embedder)?
  /// The embedder of a model on this machine, for vectors that belong to a space.
  func embedder(of model: InstalledModel, in space: EmbeddingSpace) -> any Embedder
  /// How long the vectors of a model are; nil where the model makes any length, or it is not known here.
  ///
  /// - Throws: `not_found` for a model that there is not.
  func vectorLength(of choice: EmbedderChoice, model: String) throws -> Int?
  /// The models that embed on this machine.
  var models: any ModelCatalog { get }
  /// The cache of vectors that were paid for.
  func cache(_ settings: EmbeddingSettings) -> any VectorCache
}
