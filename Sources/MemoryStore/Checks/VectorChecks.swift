import Database
import MemoryModel

/// What can be wrong with embeddings. All of them are put right by computing them.
extension Check {
  /// What is compared or computed, in the order in which it is done. Duplicates come behind the others: their merging notes
  /// only a part of the rows, which the others must have noted whole.
  static let ofVectors = [
    embeddingNotFinite, embeddingLength, embeddingZero, embeddingMixed, fragmentEmbeddingInvalid, exactDuplicates,
    embeddingMissing, fragmentEmbeddingMissing,
  ]

  package static let embeddingNotFinite = Check(
    "embedding_not_finite", .error, in: .memories, "embeddings with NaN or infinity", fix: "compute them anew",
    isAgainstType: true, finds: { "\(dimensions: .embedding) = \($0) AND \(norm: .embedding) = \(-1.0)" },
    .embedding(isThere: true))

  package static let embeddingLength = Check(
    "embedding_length", .error, in: .memories, "embeddings of another length than the store's",
    fix: "compute them anew", finds: { "\(dimensions: .embedding) <> \($0)" }, .embedding(isThere: true))

  package static let embeddingZero = Check(
    "embedding_zero", .warning, in: .memories, "embeddings that are zero: no search finds them",
    fix: "compute them anew", finds: { "\(dimensions: .embedding) = \($0) AND \(norm: .embedding) = \(0.0)" },
    .embedding(isThere: true))

  package static let embeddingMixed = Check(
    "embedding_mixed", .warning, in: .memories,
    "embeddings not of length one, where nearly all are: they may be of another model", fix: "compute them anew",
    byNameBecause: "a model may well give vectors of any length",
    finds: { dimensions in
      func distance(_ row: String) -> SQL { "\(function: "abs")(\(norm: .embedding, of: row) - \(1.0))" }
      return """
        \(dimensions: .embedding) = \(dimensions) AND \(norm: .embedding) > \(0.0) AND \(distance("t")) > \(0.01)
          AND (SELECT \(function: "avg")(CASE WHEN \(distance("m")) <= \(0.01) THEN 1 WHEN \(distance("m")) > \(0.01) THEN 0 END)
            FROM memories AS m) >= 0.9
        """
    }, .embedding(isThere: true))

  package static let embeddingMissing = Check(
    "embedding_missing", .warning, in: .memories, "memories without an embedding: search by meaning misses them",
    fix: "compute them", finds: "t.embedding IS NULL", .embedding(isThere: false))

  package static let fragmentEmbeddingInvalid = Check(
    "fragment_embedding_invalid", .error, in: .fragments,
    "fragments whose embedding has another length or no direction", fix: "compute them anew",
    finds: { "\(dimensions: .embedding) <> \($0) OR \(norm: .embedding) <= \(0.0)" }, .embedding(isThere: true))

  package static let fragmentEmbeddingMissing = Check(
    "fragment_embedding_missing", .warning, in: .fragments, "fragments without an embedding", fix: "compute them",
    finds: "t.embedding IS NULL", .embedding(isThere: false))
}
