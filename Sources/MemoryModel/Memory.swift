/// A row of `memories`: one thing an agent remembers about one user.
package struct Memory: Sendable, Equatable {
  /// The store's own key.
  package let id: Int64
  /// Everything but the key.
  package let fields: MemoryFields

  /// Joins a key and its fields.
  package init(id: Int64, fields: MemoryFields) {
    self.id = id
    self.fields = fields
  }
}

/// The columns of `memories` other than the key: what is known of a memory before a store has numbered it.
///
/// The memory system's applications allow NULL in every column but `id`, `user_id` and `content`: nil is NULL, and is
/// written as NULL again.
package struct MemoryFields: Sendable, Equatable {
  /// Whose memory it is; at most 255 characters.
  package var userID: String
  /// What is remembered; never empty, never with a NUL.
  package var content: String
  /// The content's embedding in the store's space, or nil when it is missing.
  package var embedding: Vector?
  /// A JSON object, or nil.
  package var metadata: JSON?
  /// A label of at most 100 characters, or nil.
  package var category: String?
  /// Weight from 0 to 1.
  package var importanceScore: Double?
  /// How often agents have read it.
  package var accessCount: Int64?
  /// When an agent last read it.
  package var lastAccessedAt: Timestamp?
  /// When it was first stored.
  package var createdAt: Timestamp?
  /// When it was last changed.
  package var updatedAt: Timestamp?

  /// The weight of a memory for which nobody gave one: the column's default on both backends.
  package static let defaultImportance = 0.5
  /// The largest access count: PostgreSQL's `INTEGER`.
  package static let accessCountLimit = Int64(Int32.max)
  /// The longest user id, in characters: `VARCHAR(255)`.
  package static let userIDLimit = 255
  /// The longest category, in characters: `VARCHAR(100)`.
  package static let categoryLimit = 100

  /// Creates the fields of a memory.
  package init(
    userID: String, content: String, embedding: Vector? = nil, metadata: JSON? = .object([]),
    category: String? = nil, importanceScore: Double? = MemoryFields.defaultImportance, accessCount: Int64? = 0,
    lastAccessedAt: Timestamp? = nil, createdAt: Timestamp?, updatedAt: Timestamp?
  ) {
    self.userID = userID
    self.content = content
    self.embedding = embedding
    self.metadata = metadata
    self.category = category
    self.importanceScore = importanceScore
    self.accessCount = accessCount
    self.lastAccessedAt = lastAccessedAt
    self.createdAt = createdAt
    self.updatedAt = updatedAt
  }
}
