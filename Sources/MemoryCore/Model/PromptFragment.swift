/// How much context an agent is given; each tier includes the ones before it.
public enum ContextTier: String, Sendable, CaseIterable, Comparable {
  case core, standard, full

  /// The most memories a prompt of this tier holds.
  public var memoryLimit: Int {
    switch self {
    case .core: 5
    case .standard: 10
    case .full: 20
    }
  }

  /// The most tokens a prompt of this tier holds.
  public var tokenLimit: Int {
    switch self {
    case .core: 2_000
    case .standard: 4_000
    case .full: 8_000
    }
  }

  /// This tier and those below it.
  public var included: [ContextTier] { ContextTier.allCases.filter { $0 <= self } }

  /// Orders core before standard before full.
  public static func < (left: ContextTier, right: ContextTier) -> Bool { left.memoryLimit < right.memoryLimit }
}

/// A row of `prompt_fragments` without its key: a standing instruction for agents.
///
/// nil is NULL, which the memory system's applications allow in every column but `category` and `content`.
public struct PromptFragment: Sendable, Equatable {
  /// What kind of instruction it is.
  public var category: String
  /// Higher comes first in a prompt.
  public var priority: Int?
  /// The instruction itself.
  public var content: String
  /// Words to find it by.
  public var tags: [String]?
  /// The content's embedding, or nil when it is missing.
  public var embedding: Vector?
  /// The agent it is for; nil for every agent.
  public var agentType: String?
  /// The lowest tier that includes it.
  public var contextTier: ContextTier?
  /// Whether prompts include it at all.
  public var isActive: Bool?

  /// What people write for "every agent", and what memsh 0.1.0 stored for it; stored is NULL.
  public static let everyAgent = "all"
  /// The priority of a fragment for which nobody gave one.
  public static let defaultPriority = 5

  /// The agent of a name that somebody gave, or that a store has: nil for every agent.
  public static func agent(named name: String?) -> String? { name == everyAgent ? nil : name }

  /// Creates a fragment.
  public init(
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
