/// The three tables beside `memories`. They are moved row by row as they are, by one piece of code for all.
package enum SideTable: String, Sendable, CaseIterable {
  case fragments = "prompt_fragments"
  case duplicates = "memory_duplicates"
  case analytics = "memory_analytics"

  /// What a column holds.
  package enum ColumnType: Sendable {
    case integer, double, text, boolean, texts, timestamp, vector
  }

  /// The columns other than the key, in the order of ``SideRow/values``.
  package var columns: [(name: String, type: ColumnType)] {
    switch self {
    case .fragments:
      [
        ("category", .text), ("priority", .integer), ("content", .text), ("tags", .texts), ("embedding", .vector),
        ("agent_type", .text), ("context_tier", .text), ("is_active", .boolean), ("created_at", .timestamp),
        ("updated_at", .timestamp),
      ]
    case .duplicates:
      [
        ("original_id", .integer), ("duplicate_hash", .text), ("similarity_score", .double), ("dedup_type", .text),
        ("created_at", .timestamp),
      ]
    case .analytics:
      [
        ("user_id", .text), ("query_text", .text), ("results_count", .integer), ("response_time_ms", .integer),
        ("context_tier", .text), ("created_at", .timestamp),
      ]
    }
  }

  /// The columns that cannot be NULL, whoever made the table.
  package var required: [String] {
    switch self {
    case .fragments: ["category", "content"]
    case .duplicates: ["duplicate_hash"]
    case .analytics: []
    }
  }

  /// A row's values with NULL as the agent of a fragment for every agent, where memsh 0.1.0 wrote a word for it that
  /// applications do not know.
  package func withoutEveryAgent(_ values: [SideValue]) -> [SideValue] {
    guard self == .fragments, let index = columns.firstIndex(where: { $0.name == "agent_type" }),
      values[index] == .text(PromptFragment.everyAgent)
    else { return values }
    var values = values
    values[index] = .null
    return values
  }

  /// The positions of the columns that make two rows the same.
  package var identity: [Int] {
    switch self {
    case .fragments: [0, 2, 5]
    case .duplicates, .analytics: Array(columns.indices)
    }
  }
}

/// A row of a side table.
package struct SideRow: Sendable, Equatable {
  /// The row's key.
  package var id: Int64
  /// One value for each of ``SideTable/columns``.
  package var values: [SideValue]

  /// Creates a row.
  package init(id: Int64, values: [SideValue]) {
    self.id = id
    self.values = values
  }
}

/// A value of a side table.
package enum SideValue: Sendable, Hashable {
  case null
  case integer(Int64)
  case double(Double)
  case text(String)
  case boolean(Bool)
  case texts([String])
  case timestamp(Timestamp)
  case vector(Vector)

  /// The value with every NUL replaced, for databases whose text cannot hold one.
  package var replacingNUL: SideValue {
    switch self {
    case .text(let text): .text(text.replacingNUL)
    case .texts(let texts): .texts(texts.map(\.replacingNUL))
    default: self
    }
  }
}
