/// A row of `memory_duplicates` without its key.
package struct DuplicateRecord: Sendable, Equatable {
  /// The memory that is kept.
  package let originalID: Int64
  /// The sha256 of the duplicate's content, in hexadecimal.
  package let contentHash: String
  /// How alike they are, from 0 to 1.
  package let similarity: Double
  /// The layer that found it: `exact`, `fuzzy`, `key_phrase` or `semantic`; nil when a person did. The applications'
  /// tables take no other word.
  package let method: String?

  /// A record whose fields are shown in this order.
  package init(originalID: Int64, contentHash: String, similarity: Double, method: String?) {
    self.originalID = originalID
    self.contentHash = contentHash
    self.similarity = similarity
    self.method = method
  }

  /// The values of the table's columns but the last, which the store sets.
  package var values: [Value] { [.integer(originalID), .text(contentHash), .double(similarity), method.columnValue] }
}

extension Column {
  /// The id of the memory that is repeated.
  package static let original = Column("original_id", .integer, references: "memories")
  /// The SHA-256 of the repeated content, in hexadecimal digits.
  package static let duplicateHash = Column("duplicate_hash", .text(limit: 64), isRequired: true)
  /// How alike the two are, from 0 to 1.
  package static let similarity = Column("similarity_score", .double)
  /// The layer that found it: exact, fuzzy, key_phrase or semantic.
  package static let dedupType = Column("dedup_type", .text(limit: 20))
}

extension Table {
  /// Which memories were found to be duplicates of others.
  package static let duplicates = Table(
    "memory_duplicates", columns: [.original, .duplicateHash, .similarity, .dedupType, .created],
    indexes: [
      Index("memory_duplicates_hash_idx", .duplicateHash), Index("memory_duplicates_original_idx", .original),
    ],
    identity: [.original, .duplicateHash, .similarity, .dedupType, .created])
}
