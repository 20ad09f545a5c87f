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
  /// What stands in columns that others added to the table.
  package var added: [AddedValue] = []

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

/// The table of memories: its columns, and where their values stand in a memory.
extension MemoryFields {
  /// Every column but the key.
  package static let fields: [Field<MemoryFields>] = [
    Field(.userID, \.userID) { $0.userID = $1 },
    Field(.content, \.content) { $0.content = $1 },
    Field(.metadata, \.metadata) { $0.metadata = $1 },
    Field(.category, \.category) { $0.category = $1 },
    Field(.importance, \.importanceScore) { $0.importanceScore = $1 },
    Field(.accessCount, \.accessCount) { $0.accessCount = $1 },
    Field(.lastAccess, \.lastAccessedAt) { $0.lastAccessedAt = $1 },
    Field(.created, \.createdAt) { $0.createdAt = $1 },
    Field(.updated, \.updatedAt) { $0.updatedAt = $1 },
    Field(.embedding, \.embedding) { $0.embedding = $1 },
  ]

  /// The values of ``Table/columns``, in their order.
  package var values: [Value] { MemoryFields.fields.indices.map { MemoryFields.fields[$0].value(self) } }

  /// Reads a row of an answer, whose columns are ``Table/columns`` from position 1 on.
  ///
  /// - Parameter isRead: Whether each column is read; those that are not are NULL.
  /// - Throws: `store_corrupt` for NULL where a memory has none.
  package init(reading row: any ValueReading, isRead: [Bool]) throws {
    self.init(
      userID: "", content: "", metadata: nil, importanceScore: nil, accessCount: nil, createdAt: nil, updatedAt: nil)
    // All columns are read before one is missed: a value of another type says more of a row than a NULL.
    var missing: Int?
    for index in isRead.indices {
      let isThere =
        try isRead[index]
        ? MemoryFields.fields[index].read(&self, row, index + 1) : !MemoryFields.fields[index].column.isRequired
      if !isThere, missing == nil { missing = index }
    }
    if let missing { throw row.missing(missing + 1) }
  }

  /// Reads a row.
  ///
  /// - Parameter values: One for each of ``Table/columns``.
  /// - Throws: `store_corrupt` for NULL where a memory has none, and for a value of another type.
  package init(values: [Value], added: [AddedValue] = []) throws {
    self.init(userID: "", content: "", createdAt: nil, updatedAt: nil)
    // By index: a copy of a field costs more than all else here.
    for index in values.indices where !MemoryFields.fields[index].set(&self, values[index]) {
      let name = MemoryFields.fields[index].column.name
      throw MemshError(
        .storeCorrupt, "\(name) of a memory is \(values[index] == .null ? "NULL" : "a value of another type")",
        hint: "`doctor` names such rows")
    }
    self.added = added
  }
}

extension MemoryFields {
  /// How many NUL characters it has, which not every database's text can hold.
  package var nulCount: Int {
    userID.nulCount + content.nulCount + (category?.nulCount ?? 0) + (metadata?.nulCount ?? 0) + added.nulCount
  }

  /// The same memory with every NUL replaced by U+FFFD.
  package var replacingNUL: MemoryFields {
    guard nulCount > 0 else { return self }
    var fields = self
    fields.userID = userID.replacingNUL
    fields.content = content.replacingNUL
    fields.category = category?.replacingNUL
    fields.metadata = metadata?.replacingNUL
    fields.added = added.replacingNUL
    return fields
  }

  /// The first column whose value a table does not take, and what is wrong with it; nil for a memory that is acceptable.
  package var refusal: (column: Column, reason: String)? {
    for index in MemoryFields.fields.indices {
      guard let reason = MemoryFields.fields[index].column.refusal(of: MemoryFields.fields[index].value(self)) else {
        continue
      }
      return (MemoryFields.fields[index].column, reason)
    }
    return nil
  }
}

extension Column {
  /// The key of every table.
  package static let id = Column("id", .integer, isRequired: true)
  /// Whose memory it is.
  package static let userID = Column("user_id", .text(limit: MemoryFields.userIDLimit), isRequired: true)
  /// The text of a memory or fragment.
  package static let content = Column("content", .text, isRequired: true)
  /// A JSON object of whatever else is known.
  package static let metadata = Column("metadata", .json, wasRequired: true, default: .value(.json(.object([]))))
  /// The kind of memory.
  package static let category = Column("category", .text(limit: MemoryFields.categoryLimit))
  /// How much it matters, from 0 to 1.
  package static let importance = Column(
    "importance_score", .double, default: .value(.double(MemoryFields.defaultImportance)))
  /// How often agents have found it.
  package static let accessCount = Column("access_count", .integer, wasRequired: true, default: .value(.integer(0)))
  /// When an agent found it last.
  package static let lastAccess = Column("last_accessed_at", .timestamp)
  /// When the row was made.
  package static let created = Column("created_at", .timestamp, wasRequired: true, default: .now)
  /// When the row was changed last; a trigger sets it.
  package static let updated = Column("updated_at", .timestamp, wasRequired: true, default: .now)
  /// The vector of the content; NULL where there is none yet.
  package static let embedding = Column("embedding", .vector)
}

extension Table {
  /// What agents remember.
  package static let memories = Table(
    "memories", columns: MemoryFields.fields.map(\.column),
    indexes: [
      Index("memories_user_idx", .userID), Index("memories_category_idx", .category),
      Index("memories_importance_idx", .importance, isDescending: true),
      Index("memories_access_idx", .lastAccess, isDescending: true), Index("memories_embedding_idx", .embedding),
    ],
    trigger: "update_memories_updated_at", identity: [.userID, .content])
}
