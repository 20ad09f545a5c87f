import Embeddings
import Foundation
import MemoryModel
import MemoryServices
import Shell

/// Knows every embedder, and makes the one that a session asks for.
final class Embedders: EmbedderAccess, Sendable {
  private let environment: Environment
  private let paths: SessionPaths
  private let interruption: Interruption
  private let console: TerminalConsole

  init(environment: Environment, paths: SessionPaths, interruption: Interruption, console: TerminalConsole) {
    self.environment = environment
    self.paths = paths
    self.interruption = interruption
    self.console = console
    console.redactor.add(environment["OPENAI_API_KEY"])
    console.redactor.add(environment["OPENAI_BASE_URL"].flatMap(Embedders.credentials))
  }

  /// The user and password inside a URL.
  private static func credentials(_ url: String) -> String? {
    guard let scheme = url.firstRange(of: "://"), let at = url.lastIndex(of: "@"), scheme.upperBound < at else {
      return nil
    }
    return String(url[scheme.upperBound..<at])
  }

  func chosen(_ settings: EmbeddingSettings) throws -> any Embedder {
    let choice = settings.choice
    if choice == .openai || choice == nil && (environment["OPENAI_API_KEY"] ?? environment["OPENAI_BASE_URL"]) != nil {
      return try openAIEmbedder(settings)
    }
    let model = choice == .hash ? nil : try settings.model.map(modelFolder.model(named:)) ?? modelFolder.inUse()
    if let model { return localEmbedder(model) }
    guard choice != .local else {
      throw MemshError(
        .embedderUnavailable, "no local model is installed",
        hint: "scripts/fetch-model installs one; or `set embedder hash`")
    }
    return HashingEmbedder(dimensions: settings.dimensions ?? HashingEmbedder.defaultDimensions)
  }

  private func localEmbedder(_ model: InstalledModel, as space: EmbeddingSpace? = nil) -> LocalEmbedder {
    LocalEmbedder(
      model, as: space, prepared: PreparedTokenizers(folder: paths.tokenizers),
      withoutBLAS: { [console] reason in
        let text = "notice: \(reason), so that embedding takes longer; `apt install libopenblas0`, or your system's own"
        console.writeError(text.withVisibleControls + "\n")
      })
  }

  private func openAIEmbedder(_ settings: EmbeddingSettings) throws -> any Embedder {
    var configuration = OpenAIEmbedder.Configuration()
    configuration.baseURL = environment["OPENAI_BASE_URL"]
    configuration.key = environment["OPENAI_API_KEY"]
    guard configuration.key != nil || configuration.baseURL != nil else {
      throw MemshError(
        .embedderUnavailable, "the openai embedder needs a key or a server",
        hint: "export OPENAI_API_KEY, or OPENAI_BASE_URL for a server of your own")
    }
    configuration.model = settings.model ?? configuration.model
    configuration.dimensions = settings.dimensions
    configuration.inFlight = settings.requestsInFlight
    configuration.timeoutSeconds = settings.timeoutSeconds
    configuration.pricePerMillionTokens = settings.pricePerMillionTokens
    return try OpenAIEmbedder(
      configuration, cache: embeddingCache(settings), interruption: interruption,
      withoutCache: { [console] error in
        let text = "notice: \(error.message); going on without it: \(error.cause ?? "")"
        console.writeError(text.withVisibleControls + "\n")
      })
  }

  func embedder(of space: EmbeddingSpace, _ settings: EmbeddingSettings) throws -> (any Embedder)? {
    var settings = settings
    settings.model = space.model
    let embedder: (any Embedder)?
    switch space.provider {
    case "openai":
      guard (environment["OPENAI_API_KEY"] ?? environment["OPENAI_BASE_URL"]) != nil else { return nil }
      if let published = OpenAIModel.named(space.model) {
        settings.dimensions = published.dimensions == space.dimensions ? nil : space.dimensions
        embedder = try openAIEmbedder(settings)
      } else {
        // Whether another server's model can be asked for a length is unknown: it is asked only where its own differs.
        let asked = try openAIEmbedder(settings)
        settings.dimensions = space.dimensions
        embedder = asked.space == space ? asked : try openAIEmbedder(settings)
      }
    case "local", EmbeddingSpace.unknown:
      embedder = try modelFolder.model(of: space).map { localEmbedder($0, as: space) }
    case "hash" where Embedders.hashDimensions.contains(space.dimensions):
      embedder = HashingEmbedder(dimensions: space.dimensions)
    default: return nil
    }
    return embedder.flatMap { $0.space == space ? $0 : nil }
  }

  func embedder(of model: InstalledModel, in space: EmbeddingSpace) -> any Embedder {
    localEmbedder(model, as: space)
  }

  func vectorLength(of choice: EmbedderChoice, model: String) throws -> Int? {
    switch choice {
    case .openai: return OpenAIModel.named(model)?.dimensions
    case .local: return try modelFolder.model(named: model).dimensions
    case .hash:
      guard model == HashingEmbedder.model else {
        throw MemshError(
          .notFound, "the hashing embedder has no model \(model)", hint: "it is hash/\(HashingEmbedder.model)")
      }
      return nil
    }
  }

  /// What `set dimensions` takes.
  private static let hashDimensions = 1...16_000

  var models: any ModelCatalog { modelFolder }

  private var modelFolder: ModelFolder {
    ModelFolder(folder: paths.models)
  }

  func cache(_ settings: EmbeddingSettings) -> any VectorCache { embeddingCache(settings) }

  private func embeddingCache(_ settings: EmbeddingSettings) -> EmbeddingCache {
    EmbeddingCache(path: paths.embeddingCache, limitBytes: Int64(settings.cacheMegabytes) << 20)
  }
}
