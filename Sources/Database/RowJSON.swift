import MemoryModel

/// Rows as JSON objects: how they are exported and imported.
package enum RowJSON {
  /// A memory; nothing is left out but, if so wanted, the embedding.
  package static func json(_ memory: Memory, embeddings: Bool) -> JSON {
    let fields = memory.fields
    var members: [JSON.Member] = [
      JSON.Member("table", .string("memories")), JSON.Member("id", .integer(memory.id)),
      JSON.Member("user_id", .string(fields.userID)), JSON.Member("content", .string(fields.content)),
      JSON.Member("metadata", fields.metadata ?? .null), JSON.Member("category", .optional(fields.category)),
      JSON.Member("importance_score", fields.importanceScore.map(number) ?? .null),
      JSON.Member("access_count", fields.accessCount.map { .integer($0) } ?? .null),
      JSON.Member("last_accessed_at", .optional(fields.lastAccessedAt?.iso8601)),
      JSON.Member("created_at", .optional(fields.createdAt?.iso8601)),
      JSON.Member("updated_at", .optional(fields.updatedAt?.iso8601)),
    ]
    if embeddings { members.append(JSON.Member("embedding", fields.embedding.map(json) ?? .null)) }
    return .object(members)
  }

  /// A row of a side table.
  package static func json(_ row: SideRow, of table: SideTable, embeddings: Bool) -> JSON {
    var members = [JSON.Member("table", .string(table.rawValue)), JSON.Member("id", .integer(row.id))]
    for (column, value) in zip(table.columns, row.values) where embeddings || column.type != .vector {
      members.append(JSON.Member(column.name, json(value)))
    }
    return .object(members)
  }

  /// The shortest digits that read back as the same 32-bit floats; null for a vector with NaN or infinity, which JSON and
  /// pgvector cannot hold.
  private static func json(_ vector: Vector) -> JSON {
    vector.isFinite ? .array(vector.values.map { .number("\($0)") }) : .null
  }

  private static func json(_ value: SideValue) -> JSON {
    switch value {
    case .null: .null
    case .integer(let value): .integer(value)
    case .double(let value): number(value)
    case .text(let value): .string(value)
    case .boolean(let value): .bool(value)
    case .texts(let values): .array(values.map(JSON.string))
    case .timestamp(let value): .string(value.iso8601)
    case .vector(let value): json(value)
    }
  }

  /// JSON has no NaN and no infinity: those are strings.
  private static func number(_ value: Double) -> JSON { value.isFinite ? .double(value) : .string("\(value)") }

  // MARK: Reading

  /// What is wrong with a row.
  package struct Unreadable: Error {
    package let reason: String

    package init(reason: String) {
      self.reason = reason
    }
  }

  /// A memory and its id, if it has one. What is left out gets the column's default; null is NULL.
  package static func memory(_ json: JSON, now: Timestamp) throws -> (id: Int64?, fields: MemoryFields) {
    try refuseUnknown(json, known: memoryKeys)
    guard let user = try text(json, "user_id"), (1...MemoryFields.userIDLimit).contains(user.unicodeScalars.count)
    else { throw Unreadable(reason: "user_id is no text of 1 to \(MemoryFields.userIDLimit) characters") }
    guard let content = try text(json, "content") else { throw Unreadable(reason: "content is missing") }
    let category = try text(json, "category")
    guard category.map({ $0.unicodeScalars.count <= MemoryFields.categoryLimit }) ?? true else {
      throw Unreadable(reason: "category is longer than \(MemoryFields.categoryLimit) characters")
    }
    let metadata = json[key: "metadata"] ?? .object([])
    guard metadata.hasStorableNumbers else { throw Unreadable(reason: "metadata has a number of too many digits") }
    func has(_ key: String) -> Bool { json[key: key] != nil }
    let created = has("created_at") ? try moment(json, "created_at") : now
    guard metadata.nesting <= JSON.storableNesting else {
      throw Unreadable(reason: "metadata is nested deeper than \(JSON.storableNesting) levels")
    }
    return (
      try integer(json, "id"),
      MemoryFields(
        userID: user, content: content, embedding: try vector(json),
        metadata: metadata == .null ? nil : metadata,
        category: category,
        importanceScore: has("importance_score")
          ? try double(json, "importance_score") : MemoryFields.defaultImportance,
        accessCount: has("access_count") ? try integer(json, "access_count") : 0,
        lastAccessedAt: try moment(json, "last_accessed_at"), createdAt: created,
        updatedAt: has("updated_at") ? try moment(json, "updated_at") : created)
    )
  }

  /// A row of a side table and its id, if it has one. What is left out gets the column's default.
  package static func row(_ json: JSON, of table: SideTable, now: Timestamp) throws -> (id: Int64?, values: [SideValue])
  {
    try refuseUnknown(json, known: ["table", "id"] + table.columns.map(\.name))
    let values = try table.columns.map { column -> SideValue in
      switch column.type {
      case .integer: try integer(json, column.name).map(SideValue.integer) ?? .null
      case .double: try double(json, column.name).map(SideValue.double) ?? .null
      case .text: try text(json, column.name).map(SideValue.text) ?? .null
      case .boolean:
        if case .bool(let flag)? = json[key: column.name] { .boolean(flag) } else { .null }
      case .texts: try texts(json, column.name).map(SideValue.texts) ?? .null
      case .timestamp: try moment(json, column.name).map(SideValue.timestamp) ?? .null
      case .vector: try vector(json).map(SideValue.vector) ?? .null
      }
    }
    let defaults = defaults(table, now: now)
    let filled = try zip(table.columns, values).map { column, value -> SideValue in
      guard value == .null else { return value }
      if table.required.contains(column.name) { throw Unreadable(reason: "\(column.name) is missing") }
      return json[key: column.name] == nil ? defaults[column.name] ?? .null : .null
    }
    if table == .fragments, let tier = try text(json, "context_tier"), ContextTier(rawValue: tier) == nil {
      throw Unreadable(reason: "context_tier is not core, standard or full")
    }
    return (try integer(json, "id"), filled)
  }

  /// The defaults of the columns that have one other than NULL.
  private static func defaults(_ table: SideTable, now: Timestamp) -> [String: SideValue] {
    var defaults: [String: SideValue] = ["created_at": .timestamp(now)]
    guard table == .fragments else { return defaults }
    defaults["updated_at"] = .timestamp(now)
    defaults["priority"] = .integer(Int64(PromptFragment.defaultPriority))
    defaults["tags"] = .texts([])
    defaults["context_tier"] = .text(ContextTier.standard.rawValue)
    defaults["is_active"] = .boolean(true)
    return defaults
  }

  package static let memoryKeys = [
    "table", "id", "user_id", "content", "metadata", "category", "importance_score", "access_count", "last_accessed_at",
    "created_at", "updated_at", "embedding",
  ]

  private static func refuseUnknown(_ json: JSON, known: [String]) throws {
    guard case .object(let members) = json else { throw Unreadable(reason: "the row is no object") }
    if let other = members.first(where: { !known.contains($0.key) }) {
      throw Unreadable(reason: "there is no column '\(other.key)'")
    }
  }

  private static func value(_ json: JSON, _ key: String) -> JSON? {
    json[key: key].flatMap { $0 == .null ? nil : $0 }
  }

  private static func text(_ json: JSON, _ key: String) throws -> String? {
    guard let value = value(json, key) else { return nil }
    guard let text = value.stringValue else { throw Unreadable(reason: "\(key) is no text") }
    return text
  }

  private static func texts(_ json: JSON, _ key: String) throws -> [String]? {
    guard let value = value(json, key) else { return nil }
    guard let texts = value.arrayValue?.map(\.stringValue), texts.allSatisfy({ $0 != nil }) else {
      throw Unreadable(reason: "\(key) is no list of texts")
    }
    return texts.compactMap(\.self)
  }

  private static func integer(_ json: JSON, _ key: String) throws -> Int64? {
    guard let value = value(json, key) else { return nil }
    guard let number = value.integerValue else { throw Unreadable(reason: "\(key) is no whole number") }
    return Int64(number)
  }

  private static func double(_ json: JSON, _ key: String) throws -> Double? {
    guard let value = value(json, key) else { return nil }
    guard let number = value.doubleValue ?? value.stringValue.flatMap(Double.init) else {
      throw Unreadable(reason: "\(key) is no number")
    }
    return number
  }

  private static func moment(_ json: JSON, _ key: String) throws -> Timestamp? {
    guard let text = try text(json, key) else { return nil }
    guard let moment = Timestamp(parsing: text) else {
      throw Unreadable(reason: "\(key) is no moment: '\(text.prefix(40))'")
    }
    return moment
  }

  private static func vector(_ json: JSON) throws -> Vector? {
    guard let value = value(json, "embedding") else { return nil }
    guard let items = value.arrayValue else { throw Unreadable(reason: "embedding is no list of numbers") }
    let floats = try items.map { item -> Float in
      guard case .number(let digits) = item, let float = Float(digits), float.isFinite else {
        throw Unreadable(reason: "embedding has something that is no 32-bit number: \(item.text.prefix(20))")
      }
      return float
    }
    return Vector(floats)
  }
}
