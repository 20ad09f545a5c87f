/// What memories are counted by.
package enum Grouping: String, Sendable, CaseIterable {
  case user, category, day, month, importance
}

extension Grouping {
  /// Whether the values have an order of their own: of a limited list the last ones are wanted then.
  package var isOrdered: Bool { self != .user && self != .category }
}

/// What is known of the memories with one value.
package struct GroupTotals: Sendable, Equatable {
  /// The user, the category, the day (`2026-11-24`, UTC), the month (`2026-11`), or the lower end of a tenth of importance; nil for NULL.
  package let value: String?
  /// How many there are.
  package let memories: Int64
  /// How many of them have an embedding.
  package let embedded: Int64
  /// Their mean importance; nil when none has one.
  package let averageImportance: Double?
  /// The sum of their access counts.
  package let accesses: Int64
  /// When the newest of them was created.
  package let latest: Timestamp?

  /// Creates totals.
  package init(
    value: String?, memories: Int64, embedded: Int64, averageImportance: Double?, accesses: Int64, latest: Timestamp?
  ) {
    self.value = value
    self.memories = memories
    self.embedded = embedded
    self.averageImportance = averageImportance
    self.accesses = accesses
    self.latest = latest
  }
}

/// How long searches took, as the analytics have it.
package struct LatencyStatistics: Sendable, Equatable {
  /// How many searches have a time.
  package let searches: Int64
  /// Milliseconds that so many percent of them did not exceed (nearest rank): 50, 95, 99 and 100.
  package let percentiles: [(percent: Int, milliseconds: Int64?)]

  /// The percentiles that are told.
  package static let percents = [50, 95, 99, 100]

  /// Creates statistics.
  package init(searches: Int64, percentiles: [(percent: Int, milliseconds: Int64?)]) {
    self.searches = searches
    self.percentiles = percentiles
  }

  /// Whether two say the same.
  package static func == (left: LatencyStatistics, right: LatencyStatistics) -> Bool {
    left.searches == right.searches && left.percentiles.map(\.milliseconds) == right.percentiles.map(\.milliseconds)
  }
}

/// A table, index or file of a store and the room it takes.
package struct StorageEntry: Sendable, Equatable {
  /// Its name.
  package let name: String
  /// `table`, `index` or `file`.
  package let kind: String
  /// How it stands, such as `valid`.
  package let state: String
  /// The bytes it takes, what belongs to it included.
  package let bytes: Int64

  /// Creates an entry.
  package init(name: String, kind: String, state: String, bytes: Int64) {
    self.name = name
    self.kind = kind
    self.state = state
    self.bytes = bytes
  }
}
