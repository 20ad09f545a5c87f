import MemoryModel

/// A cache that embedding can do without: when it cannot be used, that is said once, and everything is computed.
final class OptionalCache {
  private var cache: EmbeddingCache?
  private let server: String
  private let withoutCache: (MemshError) -> Void

  /// - Parameter server: Who computes what is kept.
  init(_ cache: EmbeddingCache?, server: String, _ withoutCache: @escaping (MemshError) -> Void) {
    self.server = server
    self.cache = cache
    self.withoutCache = withoutCache
  }

  /// The vectors of those texts that are there.
  func vectors(for texts: [String], in space: EmbeddingSpace) -> [Vector?] {
    attempt { try $0.vectors(for: texts, in: space, of: server) } ?? texts.map { _ in nil }
  }

  /// Counts texts that were asked for.
  func noteLookups(hits: Int, misses: Int) {
    attempt { try $0.noteLookups(hits: hits, misses: misses) }
  }

  /// Keeps vectors.
  func store(_ vectors: [Vector], for texts: [String], in space: EmbeddingSpace) {
    attempt { try $0.store(vectors, for: texts, in: space, of: server) }
  }

  @discardableResult
  private func attempt<Value>(_ body: (EmbeddingCache) throws -> Value) -> Value? {
    guard let cache else { return nil }
    do { return try body(cache) } catch {
      self.cache = nil
      withoutCache(
        error as? MemshError ?? MemshError(.cacheFailed, "the embedding cache cannot be used", cause: "\(error)"))
      return nil
    }
  }
}
