/// What an agent would be given for a query: standing fragments first, then what is remembered of the user.
public struct AssembledPrompt: Sendable, Equatable {
  /// The fragments taken, by priority.
  public var fragments: [PromptFragment] = []
  /// The memories taken, best first.
  public var memories: [SearchHit] = []
  /// The estimated length in tokens.
  public var tokens = 0
}

/// Assembles prompts within the limits of a tier.
public struct PromptAssembly {
  private let store: any MemoryStore

  /// Sets assembly up.
  public init(store: any MemoryStore) {
    self.store = store
  }

  /// Takes fragments and memories as long as they fit into the tier's tokens.
  ///
  /// - Parameter vector: The query's embedding, in the store's space.
  public func assemble(
    vector: Vector, userID: String, agentType: String, tier: ContextTier
  ) throws -> AssembledPrompt {
    var prompt = AssembledPrompt()
    for fragment in try store.fragments(agentType: agentType, tier: tier) {
      let tokens = TokenEstimate.tokens(fragment.content)
      guard prompt.tokens + tokens <= tier.tokenLimit else { continue }
      prompt.fragments.append(fragment)
      prompt.tokens += tokens
    }
    let query = VectorQuery(vector: vector, filter: MemoryFilter(userID: userID), limit: tier.memoryLimit)
    for hit in try store.search(query) {
      let tokens = TokenEstimate.tokens(hit.memory.fields.content)
      guard prompt.tokens + tokens <= tier.tokenLimit else { continue }
      prompt.memories.append(hit)
      prompt.tokens += tokens
    }
    return prompt
  }
}
