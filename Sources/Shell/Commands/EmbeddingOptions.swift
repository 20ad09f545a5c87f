import ArgumentParser
import Database
import MemoryModel
import MemoryServices

/// The option of every command that computes the embeddings of what it writes.
struct EmbeddingOptions: ParsableArguments {
  @Flag(help: "Write it without an embedding; `reembed --missing` computes it later.")
  var noEmbedding = false

  /// Runs what embeds; when no embedder of the store's space can be had, the error names this option, too.
  func offered<Value>(_ body: () throws -> Value) throws -> Value {
    do { return try body() } catch let error as MemshError where error.code == .embeddingSpaceMismatch {
      let way = "`--no-embedding` leaves the embedding out"
      throw MemshError(
        error.code, error.message, hint: error.hint.map { "\($0); \(way)" } ?? way, cause: error.cause)
    }
  }
}
