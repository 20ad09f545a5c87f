import MemoryModel
import MemoryStore

/// The rows that an import is to replace, as a first look at the file has found them.
package struct PlannedReplacements {
  /// What is to take the place of each, as a number that is another one for another row.
  private var coming: [RowName: Int] = [:]
  private var rows: [PlannedRows] = []

  /// Nothing is replaced.
  init() {}

  /// Notes what the rows that will be replaced are like. Belongs into the transaction that has found them.
  init(_ coming: [RowName: Int], in store: MemoryStore) throws {
    self.coming = coming
    rows = try Dictionary(grouping: coming.keys, by: \.table).map { table, names in
      try PlannedRows(names.map(\.id).sorted(), of: table, in: store)
    }
  }

  /// How many rows will be replaced.
  var count: Int { coming.count }

  /// Which of the replacements can still be made, once others are kept from changing the rows.
  func locked(in store: MemoryStore) throws -> AllowedReplacements {
    let changed = try rows.sorted { $0.table < $1.table }.flatMap { try $0.locked(in: store).leftOut }
    return AllowedReplacements(coming: coming, changed: Set(changed))
  }
}

/// Which rows may take the place of others.
struct AllowedReplacements {
  fileprivate let coming: [RowName: Int]
  /// Rows of the plan that have been changed since, or are gone.
  let changed: Set<RowName>

  /// Whether a row is the one that the plan has for this place.
  func allows(_ name: RowName, _ digest: Int) -> Bool { coming[name] == digest && !changed.contains(name) }
}
