import Database
import MemoryModel
import MemoryStore

/// A fragment as it is stored.
package struct StoredFragment: Sendable, Equatable {
  /// Its key.
  package let id: Int64
  /// The fragment, its embedding included.
  package var fragment: PromptFragment
  /// When it was changed last.
  package let updatedAt: Timestamp?

  /// Reads a row of `prompt_fragments`; nil for a row without a category or content.
  init?(_ row: Record) {
    var named: [String: Value] = [:]
    for (column, value) in zip(Table.fragments.columns, row.values) { named[column.name] = value }
    func text(_ name: String) -> String? { if case .text(let text)? = named[name] { text } else { nil } }
    guard let category = text("category"), let content = text("content") else { return nil }
    var fragment = PromptFragment(
      category: category, priority: nil, content: content, tags: nil,
      agentType: PromptFragment.agent(named: text("agent_type")),
      contextTier: text("context_tier").flatMap(ContextTier.init(rawValue:)), isActive: nil)
    if case .integer(let priority)? = named["priority"] { fragment.priority = Int(priority) }
    if case .texts(let tags)? = named["tags"] { fragment.tags = tags }
    if case .vector(let vector)? = named["embedding"] { fragment.embedding = vector }
    if case .boolean(let isActive)? = named["is_active"] { fragment.isActive = isActive }
    if case .timestamp(let moment)? = named["updated_at"] { updatedAt = moment } else { updatedAt = nil }
    id = row.id
    self.fragment = fragment
  }
}

/// What deleting fragments did, or will do.
package struct FragmentDeletion: ChangeReport, Sendable, Equatable {
  /// The fragments that go.
  package var fragments: [StoredFragment]
  package var leftOut: [RowName] = []
  /// Rows of other tables that go, too.
  package var losses: [DependentRows]
  /// Its number in the journal; nil for a plan.
  package var operation: Int64?
}

/// Lists and changes prompt fragments.
package struct FragmentService {
  private let store: MemoryStore
  private let author: RepairAuthor
  private let embedder: () throws -> (any Embedder)?

  private static let batchSize = 500

  /// Sets the service up.
  ///
  /// - Parameter embedder: Asked for only when a content's vector is needed; nil leaves fragments without one.
  package init(
    store: MemoryStore, author: RepairAuthor, embedder: @autoclosure @escaping () throws -> (any Embedder)?
  ) {
    self.store = store
    self.author = author
    self.embedder = embedder
  }

  /// All fragments, by priority, equal ones by id; those without a priority come last.
  package func all() throws -> [StoredFragment] {
    try store.requireTables()
    var fragments: [StoredFragment] = []
    try store.readRows(of: .fragments, batchSize: FragmentService.batchSize) { rows in
      fragments += rows.compactMap(StoredFragment.init)
    }
    func rank(_ stored: StoredFragment) -> Int { stored.fragment.priority ?? .min }
    return fragments.sorted { (rank($1), $0.id) < (rank($0), $1.id) }
  }

  /// The fragments under these ids, in their order.
  ///
  /// - Throws: `not_found` when one is missing.
  package func fragments(_ ids: [Int64]) throws -> [StoredFragment] {
    let all = try all()
    return try ids.map { id in
      guard let fragment = all.first(where: { $0.id == id }) else {
        throw MemshError(.notFound, "there is no fragment \(id)", hint: "`fragments` lists them")
      }
      return fragment
    }
  }

  /// Inserts those that are not there yet, all or none; see ``SeedingService``.
  ///
  /// - Returns: How many were inserted, and whether they have embeddings.
  package func add(_ fragments: [PromptFragment]) throws -> (inserted: Int, hasEmbeddings: Bool) {
    try store.requireTables()
    let usable = try usableEmbedder()
    let inserted = try store.transaction(.commit) {
      let seeding = SeedingService(store: store, embedder: usable)
      let missing = try seeding.missing(fragments)
      guard !missing.isEmpty else { return 0 }
      return try Operation(store, author).inserting(into: Table.fragments.name) {
        try seeding.seedReturningIDs(missing).map(\.id)
      }.count
    }
    return (inserted, usable != nil)
  }

  /// Changes a fragment; other content gets another embedding.
  ///
  /// - Returns: The fragment before and after.
  package func edit(
    _ id: Int64, _ change: (inout PromptFragment) -> Void
  ) throws -> (before: StoredFragment, after: StoredFragment) {
    let before = try fragments([id])[0]
    var after = before
    change(&after.fragment)
    // Before the transaction: an embedding server may take its time, and others want to write.
    if after.fragment.content != before.fragment.content {
      after.fragment.embedding = try usableEmbedder()?.embed([after.fragment.content]).first
    }
    guard after != before else { return (before, before) }
    return try store.transaction(.commit) {
      guard try fragments([id])[0] == before else {
        throw MemshError(
          .storeBusy, "another session has just changed fragment \(id)", hint: "look at it and try again")
      }
      try Operation(store, author).changing([id], of: Table.fragments.name) {
        try store.update(after.fragment, id: id)
      }
      return (before, try fragments([id])[0])
    }
  }

  /// Plans to take fragments out.
  ///
  /// - Parameter cascade: Whether rows of other tables that refer to them may go, too.
  /// - Throws: `not_found`; `confirmation_required` when rows of other tables would go.
  package func planDeletion(_ ids: [Int64], cascade: Bool = false) throws -> ChangePlan<FragmentDeletion> {
    let table = Table.fragments.name
    try store.requireTables()
    let (report, planned) = try store.transaction(.readOnly) {
      let ids = Array(Set(ids)).sorted()
      let losses = try store.losses(deleting: ids, from: table, allowed: cascade)
      return (
        FragmentDeletion(fragments: try fragments(ids), losses: losses), try PlannedRows(ids, of: table, in: store)
      )
    }
    return ChangePlan(report, .rows(report.fragments.count, of: table)) {
      try store.transaction(.commit) {
        var report = report
        let operation = Operation(store, author, allowsLosses: cascade)
        let (ids, leftOut) = try planned.locked(in: store)
        try operation.delete(ids, from: table)
        report.fragments.removeAll { !ids.contains($0.id) }
        (report.leftOut, report.losses, report.operation) = (leftOut, operation.losses, operation.number)
        return report
      }
    }
  }

  /// The embedder; nil leaves a fragment without a vector.
  ///
  /// - Throws: `embedding_space_mismatch` when it is of another space than the store.
  private func usableEmbedder() throws -> (any Embedder)? {
    guard let embedder = try embedder(), let space = try store.embeddingSpace() else { return nil }
    guard embedder.space == space else { throw store.mismatch(embedder.space, storeSpace: space) }
    return embedder
  }
}
