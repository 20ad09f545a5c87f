/// A row of `memories`: one thing an agent remembers about one user.
public struct Memory: Sendable, Equatable {
  /// The store's own key.
  public let id: Int64
  /// Everything but the key.
  public let fields: MemoryFields

  /// Joins a key and its fields.
  public init(id: Int64, fields: MemoryFields) {
    self.id = id
    self.fields = fields
  }
}

/// The columns of `memories` other than the key: what is known of a memory before a store has numbered it.
///
/// The memory system's applications allow NULL in every column but `id`, `user_id` and `content`: nil is NULL, and is
/// written as NULL again.
public struct MemoryFields: Sendable, Equatable {
  /// Whose memory it is; at most 255 characters.
  public var userID: String
  /// What is remembered; never empty, never with a NUL.
  public var content: String
  /// The content's embedding in the store's space, or nil when it is missing.
  public var embedding: Vector?
  /// A JSON object, or nil.
  public var metadata: JSON?
  /// A label of at most 100 characters, or nil.
  public var category: String?
  /// Weight from 0 to 1.
  public var importanceScore: Double?
  /// How often agents have read it.
  public var accessCount: Int64?
  /// When an agent last read it.
  public var lastAccessedAt: Timestamp?
  /// When it was first stored.
  public var createdAt: Timestamp?
  /// When it was last changed.
  public var updatedAt: Timestamp?

  /// The weight of a memory for which nobody gave one: the column's default on both backends.
  public static let defaultImportance = 0.5
  /// The largest access count: PostgreSQL's `INTEGER`.
  public static let accessCountLimit = Int64(Int32.max)
  /// The longest user id, in characters: `VARCHAR(255)`.
  public static let userIDLimit = 255
  /// The longest category, in characters: `VARCHAR(100)`.
  public static let categoryLimit = 100

  /// Creates the fields of a memory.
  public init(
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
