/// Which memories of a source are read, and how a system that memsh does not know is to be understood.
package struct SourceSelection: Sendable {
  /// The states that are handed over.
  package var states: Set<RowState> = [.live]
  /// Only this collection or namespace; nil for all.
  package var collection: String?
  /// Which of several systems in one place, by the beginning of its name; nil where there is only one.
  package var system: String?
  /// Which label of a namespace names the user, counted from 1, from the end when negative; nil for the reader's rule.
  package var userLabel: Int?
  /// Whether the selection is for several places, so that what one of them does not have may concern another.
  package var isShared = false
  /// The table that ``mapping`` is about.
  package var table: String?
  /// Which column, or key inside a JSON column (`payload.data`), plays which part.
  package var mapping: [SourceRole: String] = [:]
  /// The SQL condition of rows that live, for a mapping.
  package var liveCondition: String?

  /// Selects the live rows of everything.
  package init() {}
}

/// What a column of a foreign table is to memsh: the words of `--map`.
package enum SourceRole: String, Sendable, CaseIterable {
  case id
  case user
  case content
  case vector
  case metadata
  case category
  case importance
  case accessCount = "access_count"
  case accessed
  case created
  case updated
  case collection
}

extension SourceRole {
  /// All of them in a line, for an error.
  package static var list: String { allCases.map(\.rawValue).joined(separator: ", ") }
}
