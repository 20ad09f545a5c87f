import Database
import MemoryModel
import MemoryStore

/// What an agent would be given for a query: standing fragments first, then what is remembered of the user.
package struct AssembledPrompt: Sendable, Equatable {
  /// A fragment or memory that was considered.
  package struct Part<Content: Sendable & Equatable>: Sendable, Equatable {
    /// What it is.
    package let content: Content
    /// Its estimated length in tokens.
    package let tokens: Int
    /// Whether the prompt holds it; otherwise it did not fit into the tier's tokens.
    package let isTaken: Bool
  }

  /// The fragments for the agent and tier, by priority.
  package var fragmentParts: [Part<PromptFragment>] = []
  /// The memories that were found, best first.
  package var memoryParts: [Part<SearchHit>] = []

  /// The fragments taken.
  package var fragments: [PromptFragment] { fragmentParts.filter(\.isTaken).map(\.content) }
  /// The memories taken.
  package var memories: [SearchHit] { memoryParts.filter(\.isTaken).map(\.content) }
  /// The estimated length in tokens, headings included.
  package var tokens: Int { TokenEstimate.tokens(text) }

  /// The prompt as an agent is given it.
  package var text: String {
    let instructions = fragments.map(\.content)
    let remembered = memories.map { "- " + $0.memory.fields.content }
    var sections: [String] = []
    if !instructions.isEmpty { sections.append("# Instructions\n\n" + instructions.joined(separator: "\n\n")) }
    if !remembered.isEmpty { sections.append("# What is remembered\n\n" + remembered.joined(separator: "\n")) }
    return sections.joined(separator: "\n\n")
  }
}

/// Assembles prompts within the limits of a tier.
package struct PromptAssembly {
  private let store: MemoryStore

  /// What the two headings and the lines around them take.
  private static let headingTokens = 20

  /// Sets assembly up.
  package init(store: MemoryStore) {
    self.store = store
  }

  /// Assembles from the memories nearest to a vector.
  ///
  /// - Parameter vector: The query's embedding, in the store's space.
  package func assemble(
    vector: Vector, userID: String, agentType: String, tier: ContextTier
  ) throws -> AssembledPrompt {
    let query = VectorQuery(vector: vector, filter: MemoryFilter(userID: userID), limit: tier.memoryLimit)
    return try assemble(try store.search(query).hits, agentType: agentType, tier: tier)
  }

  /// Takes fragments and memories, in this order, as long as they fit into the tier's tokens.
  ///
  /// - Parameter memories: Best first, not more than the tier holds.
  package func assemble(
    _ memories: [SearchHit], agentType: String, tier: ContextTier
  ) throws -> AssembledPrompt {
    var left = tier.tokenLimit - PromptAssembly.headingTokens
    func part<Content>(_ content: Content, _ text: String) -> AssembledPrompt.Part<Content> {
      // Two for the line breaks and the dash around it.
      let tokens = TokenEstimate.tokens(text) + 2
      let isTaken = tokens <= left
      if isTaken { left -= tokens }
      return AssembledPrompt.Part(content: content, tokens: tokens, isTaken: isTaken)
    }
    var prompt = AssembledPrompt()
    prompt.fragmentParts = try store.fragments(agentType: agentType, tier: tier).map { part($0, $0.content) }
    prompt.memoryParts = memories.prefix(tier.memoryLimit).map { part($0, $0.memory.fields.content) }
    return prompt
  }
}
