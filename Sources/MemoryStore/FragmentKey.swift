import MemoryModel

/// What makes two fragments the same.
package struct FragmentKey: Sendable, Hashable {
  /// The fragment's category.
  package let category: String
  /// The agent it is for; nil for every agent.
  package let agentType: String?
  /// The sha256 of its content, in hexadecimal.
  package let contentHash: String

  /// The key of a fragment with these parts.
  package init(category: String, agentType: String?, content: String) {
    self.category = category
    self.agentType = PromptFragment.agent(named: agentType)
    self.contentHash = ContentHash.hex(of: content)
  }
}

extension PromptFragment {
  /// What makes it the same as another.
  package var key: FragmentKey { FragmentKey(category: category, agentType: agentType, content: content) }
}
