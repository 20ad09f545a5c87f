/// A row of `memory_analytics`: one search of an agent's.
package struct AnalyticsEvent: Sendable, Equatable {
  /// Whose memories were searched; nil for everybody's.
  package let userID: String?
  /// What was looked for.
  package let query: String
  /// How many memories were found.
  package let results: Int
  /// How long it took, in milliseconds.
  package let milliseconds: Int
  /// The tier of the prompt that it was for; nil for a plain search.
  package let tier: ContextTier?

  /// Creates an event.
  package init(userID: String?, query: String, results: Int, milliseconds: Int, tier: ContextTier? = nil) {
    self.userID = userID
    self.query = query
    self.results = results
    self.milliseconds = milliseconds
    self.tier = tier
  }
}

extension Column {
  /// Whose memories were searched; NULL for those of all users.
  package static let searchUser = Column("user_id", .text(limit: MemoryFields.userIDLimit))
  /// What was searched for.
  package static let queryText = Column("query_text", .text)
  /// How many memories were found.
  package static let resultCount = Column("results_count", .integer)
  /// How long the search took, in milliseconds.
  package static let responseTime = Column("response_time_ms", .integer)
  /// The tier of the prompt that it was for.
  package static let searchTier = Column("context_tier", .text(limit: 20))
}

extension Table {
  /// The searches that were noted.
  package static let analytics = Table(
    "memory_analytics", columns: [.searchUser, .queryText, .resultCount, .responseTime, .searchTier, .created],
    indexes: [
      Index("memory_analytics_user_idx", .searchUser), Index("memory_analytics_time_idx", .created, isDescending: true),
    ],
    identity: [.searchUser, .queryText, .resultCount, .responseTime, .searchTier, .created])
}

extension AnalyticsEvent {
  /// The values of the table's columns but the last, which the store sets.
  package var values: [Value] {
    [
      userID.columnValue, .text(query), .integer(Int64(results)), .integer(Int64(milliseconds)),
      (tier?.rawValue).columnValue,
    ]
  }
}
