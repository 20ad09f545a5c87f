/// A fragment as it is stored.
public struct StoredFragment: Sendable, Equatable {
  /// Its key.
  public let id: Int64
  /// The fragment, its embedding included.
  public var fragment: PromptFragment
  /// When it was changed last.
  public let updatedAt: Timestamp?

  /// Reads a row of `prompt_fragments`; nil for a row without a category or content.
  init?(_ row: SideRow) {
    var named: [String: SideValue] = [:]
    for (column, value) in zip(SideTable.fragments.columns, row.values) { named[column.name] = value }
    func text(_ name: String) -> String? { if case .text(let text)? = named[name] { text } else { nil } }
    guard let category = text("category"), let content = text("content") else { return nil }
    var fragment = PromptFragment(
      category: category, priority: nil, content: content, tags: nil,
      agentType: PromptFragment.agent(named: text("agent_type")),
      contextTier: text("context_tier").flatMap(ContextTier.init(rawValue:)), isActive: nil)
    if case .integer(let priority)? = named["priority"] { fragment.priority = Int(priority) }
    if case .texts(let tags)? = named["tags"] { fragment.tags = tags }
    if case .vector(let vector)? = named["embedding"] { fragment.embedding = vector }
    if case .boolean(let isActive)? = named["is_active"] { fragment.isActive = isActive }
    if case .timestamp(let moment)? = named["updated_at"] { updatedAt = moment } else { updatedAt = nil }
    id = row.id
    self.fragment = fragment
  }
}

/// Lists and changes prompt fragments.
public struct FragmentService {
  private let store: any MemoryStore
  private let author: RepairAuthor
  private let embedder: () throws -> (any Embedder)?

  private static let batchSize = 500

  /// Sets the service up.
  ///
  /// - Parameter embedder: Asked for only when a content's vector is needed; nil leaves fragments without one.
  public init(
    store: any MemoryStore, author: RepairAuthor, embedder: @autoclosure @escaping () throws -> (any Embedder)?
  ) {
    self.store = store
    self.author = author
    self.embedder = embedder
  }

  /// All fragments, by priority, equal ones by id; those without a priority come last.
  public func all() throws -> [StoredFragment] {
    guard try store.embeddingSpace() != nil else { throw MemshError.schemaMissing(store.identity) }
    var fragments: [StoredFragment] = []
    try store.readRows(of: .fragments, batchSize: FragmentService.batchSize) { rows in
      fragments += rows.compactMap(StoredFragment.init)
    }
    func rank(_ stored: StoredFragment) -> Int { stored.fragment.priority ?? .min }
    return fragments.sorted { (rank($1), $0.id) < (rank($0), $1.id) }
  }

  /// The fragments under these ids, in their order.
  ///
  /// - Throws: `not_found` when one is missing.
  public func fragments(_ ids: [Int64]) throws -> [StoredFragment] {
    let all = try all()
    return try ids.map { id in
      guard let fragment = all.first(where: { $0.id == id }) else {
        throw MemshError(.notFound, "there is no fragment \(id)", hint: "`fragments` lists them")
      }
      return fragment
    }
  }

  /// Inserts those that are not there yet, all or none; see ``SeedingService``.
  ///
  /// - Returns: How many were inserted, and whether they have embeddings.
  public func add(_ fragments: [PromptFragment]) throws -> (inserted: Int, hasEmbeddings: Bool) {
    guard try store.embeddingSpace() != nil else { throw MemshError.schemaMissing(store.identity) }
    let usable = try usableEmbedder()
    let inserted = try store.transaction(.commit) {
      let seeding = SeedingService(store: store, embedder: usable)
      let missing = try seeding.missing(fragments)
      guard !missing.isEmpty else { return 0 }
      return try Operation(store, author).inserting(into: SideTable.fragments.rawValue) {
        try seeding.seedReturningIDs(missing).map(\.id)
      }.count
    }
    return (inserted, usable != nil)
  }

  /// Changes a fragment; other content gets another embedding.
  ///
  /// - Returns: The fragment before and after.
  public func edit(
    _ id: Int64, _ change: (inout PromptFragment) -> Void
  ) throws -> (before: StoredFragment, after: StoredFragment) {
    let before = try fragments([id])[0]
    var after = before
    change(&after.fragment)
    // Before the transaction: an embedding server may take its time, and others want to write.
    if after.fragment.content != before.fragment.content {
      after.fragment.embedding = try usableEmbedder()?.embed([after.fragment.content]).first
    }
    guard after != before else { return (before, before) }
    return try store.transaction(.commit) {
      guard try fragments([id])[0] == before else {
        throw MemshError(.storeBusy, "somebody else has just changed fragment \(id)", hint: "look at it and try again")
      }
      try Operation(store, author).changing([id], of: SideTable.fragments.rawValue) {
        try store.update(after.fragment, id: id)
      }
      return (before, try fragments([id])[0])
    }
  }

  /// Takes fragments out.
  ///
  /// - Parameter cascade: Whether rows of other tables that refer to them may go, too.
  /// - Throws: `confirmation_required` when rows of other tables would go.
  public func delete(_ ids: [Int64], cascade: Bool = false) throws {
    try store.transaction(.commit) {
      _ = try fragments(ids)
      try Operation(store, author, allowsLosses: cascade).delete(ids, from: SideTable.fragments.rawValue)
    }
  }

  /// The rows of other tables that would go with fragments.
  ///
  /// - Throws: `confirmation_required` when there are some and they may not.
  public func losses(deleting ids: [Int64], cascade: Bool) throws -> [DependentRows] {
    try store.losses(deleting: ids, from: SideTable.fragments.rawValue, allowed: cascade)
  }

  /// The embedder; nil leaves a fragment without a vector.
  ///
  /// - Throws: `embedding_space_mismatch` when it is of another space than the store.
  private func usableEmbedder() throws -> (any Embedder)? {
    guard let embedder = try embedder(), let space = try store.embeddingSpace() else { return nil }
    guard embedder.space == space else { throw embedder.space.mismatch(storeSpace: space) }
    return embedder
  }
}

extension PromptFragment {
  /// The fragment as a file of fragments has it; the embedding is left out, because it belongs to one store.
  public var json: JSON {
    .object([
      JSON.Member("category", .string(category)), JSON.Member("priority", priority.map { .integer($0) } ?? .null),
      JSON.Member("content", .string(content)),
      JSON.Member("tags", tags.map { .array($0.map(JSON.string)) } ?? .null),
      JSON.Member("agent_type", .optional(agentType)), JSON.Member("context_tier", .optional(contextTier?.rawValue)),
      JSON.Member("is_active", isActive.map(JSON.bool) ?? .null),
    ])
  }

  /// Reads what ``json`` writes; everything but category and content may be left out, or null.
  ///
  /// - Throws: `source_unreadable`, which names the key that is wrong.
  public init(json: JSON) throws {
    func wrong(_ what: String) -> MemshError {
      MemshError(
        .sourceUnreadable, what,
        hint: "a fragment has category, content, and perhaps priority, tags, agent_type, context_tier, is_active")
    }
    guard case .object(let members) = json else { throw wrong("a fragment is no object") }
    let known = ["category", "priority", "content", "tags", "agent_type", "context_tier", "is_active"]
    if let other = members.first(where: { !known.contains($0.key) }) { throw wrong("a fragment has no '\(other.key)'") }
    guard let category = json[key: "category"]?.stringValue, !category.isEmpty, category.count <= 100,
      let content = json[key: "content"]?.stringValue, !content.isEmpty
    else { throw wrong("a fragment lacks its category (up to 100 characters) or its content") }
    self.init(category: category, content: content)
    for key in known where json[key: key] == .null {
      switch key {
      case "priority": priority = nil
      case "tags": tags = nil
      case "context_tier": contextTier = nil
      case "is_active": isActive = nil
      default: break
      }
    }
    func value(_ key: String) -> JSON? { json[key: key].flatMap { $0 == .null ? nil : $0 } }
    if let value = value("priority") {
      guard let number = value.doubleValue, let priority = Int32(exactly: number) else {
        throw wrong("the priority of '\(category)' is no whole number")
      }
      self.priority = Int(priority)
    }
    if let value = value("tags") {
      guard case .array(let tags) = value, tags.allSatisfy({ $0.stringValue != nil }) else {
        throw wrong("the tags of '\(category)' are no list of words")
      }
      self.tags = tags.compactMap(\.stringValue)
    }
    if let value = value("agent_type") {
      guard let agent = value.stringValue, !agent.isEmpty, agent.count <= 100 else {
        throw wrong("the agent_type of '\(category)' is no name")
      }
      agentType = PromptFragment.agent(named: agent)
    }
    if let value = value("context_tier") {
      guard let tier = value.stringValue.flatMap(ContextTier.init(rawValue:)) else {
        throw wrong("the context_tier of '\(category)' is not core, standard or full")
      }
      contextTier = tier
    }
    if let value = value("is_active") {
      guard case .bool(let flag) = value else { throw wrong("is_active of '\(category)' is not true or false") }
      isActive = flag
    }
  }
}
