extension PromptFragment {
  /// The fragment as a file of fragments has it; the embedding is left out, because it belongs to one store.
  package var json: JSON {
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
  package init(json: JSON) throws {
    func wrong(_ what: String) -> MemshError {
      MemshError(
        .sourceUnreadable, what,
        hint: "a fragment has category, content, and perhaps priority, tags, agent_type, context_tier, is_active")
    }
    guard case .object(let members) = json else { throw wrong("a fragment is not an object") }
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
        throw wrong("the priority of '\(category)' is not a whole number")
      }
      self.priority = Int(priority)
    }
    if let value = value("tags") {
      guard case .array(let tags) = value, tags.allSatisfy({ $0.stringValue != nil }) else {
        throw wrong("the tags of '\(category)' are not a list of words")
      }
      self.tags = tags.compactMap(\.stringValue)
    }
    if let value = value("agent_type") {
      guard let agent = value.stringValue, !agent.isEmpty, agent.count <= 100 else {
        throw wrong("the agent_type of '\(category)' is not a name")
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
