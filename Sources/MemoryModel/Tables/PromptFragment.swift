/// How much context an agent is given; each tier includes the ones before it.
package enum ContextTier: String, Sendable, CaseIterable, Comparable {
  case core, standard, full

  /// The most memories a prompt of this tier holds.
  package var memoryLimit: Int {
    switch self {
    case .core: 5
    case .standard: 10
    case .full: 20
    }
  }

  /// The most tokens a prompt of this tier holds.
  package var tokenLimit: Int {
    switch self {
    case .core: 2_000
    case .standard: 4_000
    case .full: 8_000
    }
  }

  /// This tier and those below it.
  package var included: [ContextTier] { ContextTier.allCases.filter { $0 <= self } }

  /// Orders core before standard before full.
  package static func < (left: ContextTier, right: ContextTier) -> Bool { left.memoryLimit < right.memoryLimit }
}

/// A row of `prompt_fragments` without its key: a standing instruction for agents.
///
/// nil is NULL, which the memory system's applications allow in every column but `category` and `content`.
package struct PromptFragment: Sendable, Equatable {
  /// What kind of instruction it is.
  package var category: String
  /// Higher comes first in a prompt.
  package var priority: Int?
  /// The instruction itself.
  package var content: String
  /// Words to find it by.
  package var tags: [String]?
  /// The content's embedding, or nil when it is missing.
  package var embedding: Vector?
  /// The agent it is for; nil for every agent.
  package var agentType: String?
  /// The lowest tier that includes it.
  package var contextTier: ContextTier?
  /// Whether prompts include it at all.
  package var isActive: Bool?

  /// What people write for "every agent", and what memsh 0.1.0 stored for it; stored is NULL.
  package static let everyAgent = "all"
  /// The priority of a fragment for which nobody gave one.
  package static let defaultPriority = 5

  /// The agent of a name that somebody gave, or that a store has: nil for every agent.
  package static func agent(named name: String?) -> String? { name == everyAgent ? nil : name }

  /// Creates a fragment.
  package init(
    category: String, priority: Int? = PromptFragment.defaultPriority, content: String, tags: [String]? = [],
    embedding: Vector? = nil, agentType: String? = nil, contextTier: ContextTier? = .standard, isActive: Bool? = true
  ) {
    self.category = category
    self.priority = priority
    self.content = content
    self.tags = tags
    self.embedding = embedding
    self.agentType = agentType
    self.contextTier = contextTier
    self.isActive = isActive
  }
}

extension Column {
  /// The kind of instruction.
  package static let fragmentCategory = Column("category", .text(limit: 100), isRequired: true)
  /// Its place in a prompt: the highest comes first.
  package static let priority = Column(
    "priority", .integer, wasRequired: true, default: .value(.integer(Int64(PromptFragment.defaultPriority))))
  /// Words to find it by.
  package static let tags = Column("tags", .texts, wasRequired: true, default: .value(.texts([])))
  /// The agent that it is for; NULL is every agent.
  package static let agent = Column("agent_type", .text(limit: 100), wasRequired: true)
  /// The smallest tier of prompts that it belongs to.
  package static let fragmentTier = Column(
    "context_tier", .text(limit: 20), wasRequired: true, default: .value(.text(ContextTier.standard.rawValue)),
    allowed: ContextTier.allCases.map(\.rawValue))
  /// Whether agents are given it.
  package static let isActive = Column("is_active", .boolean, wasRequired: true, default: .value(.boolean(true)))
}

extension Table {
  /// What prompts are put together from; an agent of NULL means every agent.
  package static let fragments = Table(
    "prompt_fragments",
    columns: [
      .fragmentCategory, .priority, .content, .tags, .embedding, .agent, .fragmentTier, .isActive, .created, .updated,
    ],
    indexes: [
      Index("prompt_fragments_category_idx", .fragmentCategory), Index("prompt_fragments_agent_idx", .agent),
      Index("prompt_fragments_tier_idx", .fragmentTier),
      Index("prompt_fragments_priority_idx", .priority, isDescending: true),
      Index("prompt_fragments_embedding_idx", .embedding),
    ],
    trigger: "update_prompt_fragments_updated_at", identity: [.fragmentCategory, .content, .agent])
}

extension PromptFragment {
  /// The columns that a fragment brings along; the store gives it its key and its moments.
  package static let columns: [Column] = [
    .fragmentCategory, .priority, .content, .tags, .embedding, .agent, .fragmentTier, .isActive,
  ]

  /// The values of ``columns``, in their order.
  package var values: [Value] {
    [
      .text(category), priority.columnValue, .text(content), tags.columnValue, embedding.columnValue,
      agentType.columnValue, (contextTier?.rawValue).columnValue, isActive.columnValue,
    ]
  }
}
