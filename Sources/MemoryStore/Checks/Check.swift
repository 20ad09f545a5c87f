import Database
import MemoryModel

/// Something that can be wrong with a store: what it is, how it is found and how it is put right.
///
/// Each is one value in a file of its family, and stands in ``all``.
package struct Check: Sendable {
  /// How bad it is.
  package enum Severity: String, Sendable {
    /// Something gives wrong answers, or fails.
    case error
    /// Something is slower or less useful than it could be, or looks wrong.
    case warning
  }

  /// How it is put right.
  package enum Remedy: Sendable {
    /// Rows `t` get other values, which another relation may give: its name and text, and which of its rows fits.
    case values([Assignment], from: (relation: SQL, match: SQL)? = nil)
    /// Rows are deleted.
    case deletion
    /// Rows are merged into the ones they duplicate.
    case merging
    /// Embeddings are computed; one that is there is taken out first.
    case embedding(isThere: Bool)
    /// Tables, indexes or the like are made anew; no row changes.
    case rebuilding(@Sendable (MemoryStore, any ProgressReporter) throws -> Void)

    /// Whether rows go.
    package var losesRows: Bool {
      switch self {
      case .deletion, .merging: true
      case .values, .embedding, .rebuilding: false
      }
    }

    /// Whether it is about something else than rows.
    package var isRebuilding: Bool { if case .rebuilding = self { true } else { false } }

    /// Whether rows are merged.
    package var isMerging: Bool { if case .merging = self { true } else { false } }

    /// Whether it takes an embedder.
    package var isEmbedding: Bool { if case .embedding = self { true } else { false } }
  }

  /// How it is looked for.
  enum Search: Sendable {
    /// In the rows `t` of the table, by a condition, for vectors of so many dimensions.
    case rows(@Sendable (_ dimensions: Int) -> SQL)
    /// In anything else: what has it, in words; nil where this kind of store cannot have it.
    case objects(@Sendable (MemoryStore) throws -> [String]?)
  }

  /// Its name in commands and answers. Part of the contract with automation: never rename one.
  package let name: String
  /// How bad it is.
  package let severity: Severity
  /// The table whose rows have it; nil when it is not about rows.
  package let table: Table?
  /// What is wrong, for people.
  package let what: String
  /// What `doctor --fix` does about it.
  package let fix: String
  /// Why `doctor --fix all` leaves it alone, so that its name must be given; nil for a plain repair.
  ///
  /// A plain repair makes anew what can be computed, or replaces what says nothing to anybody. What loses something that
  /// may have a meaning, gives something to another user, or decides which of two values is right, is for a person
  /// who knows the application.
  package let needsNameBecause: String?
  /// How it is put right.
  package let remedy: Remedy
  /// What a fix joins the groups of; nil for a fix that joins none.
  package let joins: Grouping?

  /// Whether rows are compared with each other, so that it is no part of one pass over them.
  package let comparesRows: Bool

  let search: Search
  /// Whether only a database can have it whose columns hold what is not of their type.
  let isAgainstType: Bool

  /// A check of rows, by a condition.
  init(
    _ name: String, _ severity: Severity, in table: Table, _ what: String, fix: String, byNameBecause: String? = nil,
    isAgainstType: Bool = false, comparesRows: Bool = false, joins: Grouping? = nil, finds condition: SQL,
    _ remedy: Remedy
  ) {
    self.init(
      name, severity, in: table, what, fix: fix, byNameBecause: byNameBecause, isAgainstType: isAgainstType,
      comparesRows: comparesRows, joins: joins, finds: { _ in condition }, remedy)
  }

  /// A check of rows, by a condition that depends on how many dimensions the store's vectors have.
  init(
    _ name: String, _ severity: Severity, in table: Table, _ what: String, fix: String, byNameBecause: String? = nil,
    isAgainstType: Bool = false, comparesRows: Bool = false, joins: Grouping? = nil,
    finds condition: @escaping @Sendable (_ dimensions: Int) -> SQL,
    _ remedy: Remedy
  ) {
    (self.name, self.severity, self.table, self.what, self.fix) = (name, severity, table, what, fix)
    (self.isAgainstType, self.comparesRows, self.joins, self.remedy) = (isAgainstType, comparesRows, joins, remedy)
    needsNameBecause = byNameBecause
    search = .rows(condition)
  }

  /// A check of anything else.
  init(
    _ name: String, _ severity: Severity, _ what: String, fix: String,
    finds: @escaping @Sendable (MemoryStore) throws -> [String]?,
    rebuilds: @escaping @Sendable (MemoryStore, any ProgressReporter) throws -> Void
  ) {
    (self.name, self.severity, self.what, self.fix) = (name, severity, what, fix)
    (table, needsNameBecause, joins, isAgainstType, comparesRows) = (nil, nil, nil, false, false)
    search = .objects(finds)
    remedy = .rebuilding(rebuilds)
  }

  /// A check of what only the database itself can look at.
  init(_ name: String, _ severity: Severity, _ what: String, fix: String, of part: MaintainedPart) {
    self.init(name, severity, what, fix: fix) { store in
      try store.driver.capabilities.maintenance.maintenance(of: part)?.find()
    } rebuilds: { store, progress in
      try store.driver.capabilities.maintenance.maintenance(of: part)?.mend(progress)
    }
  }
}

extension Check: Hashable, CustomStringConvertible {
  package static func == (left: Check, right: Check) -> Bool { left.name == right.name }
  package func hash(into hasher: inout Hasher) { hasher.combine(name) }
  package var description: String { name }

  /// The check of a name; nil for another one.
  package static func named(_ name: String) -> Check? { all.first { $0.name == name } }
}

/// What a check found.
package struct Finding: Sendable, Equatable {
  /// The check.
  package let check: Check
  /// The rows that have it; empty where it is not about rows.
  package var ids: [Int64] = []
  /// The objects that have it: names of indexes, and what is wrong with them.
  package var objects: [String] = []
  /// What a fix does to which values, each with how many rows have it, where that says more than the rows' ids.
  package var values: [String] = []

  /// How many rows or objects have it.
  package var count: Int { ids.count + objects.count }
}
