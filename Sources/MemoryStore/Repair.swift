import Database
import MemoryModel

/// Changing memories one by one or many at a time.
extension MemoryStore {
  /// Keeps others from changing or deleting rows until the transaction ends, waiting some seconds for sessions that
  /// hold them.
  package func lockRows(_ ids: [Int64], of table: String) throws {
    guard let lock = driver.dialect.rowLock else { return }
    try driver.capabilities.images.prepareRepair()
    // Rows that stand on other servers cannot be locked one by one.
    let statement: SQL =
      try isDistributed(table)
      ? "LOCK TABLE \(name: table) IN SHARE ROW EXCLUSIVE MODE"
      : "SELECT 1 FROM \(name: table) WHERE id \(among: ids) ORDER BY id \(raw: lock)"
    try driver.executeSoon(
      statement,
      failing: { error in
        guard error.code == .storeBusy else { return error }
        return MemshError(
          .storeBusy, "another session holds a lock on rows of \(table)",
          hint: "nothing was changed; try again when its transaction has ended", cause: error.cause)
      }, check: nil)
  }

  /// Whether the rows of a table stand on other servers, each user's on one.
  func isDistributed(_ table: String) throws -> Bool { try state().tables[table]?.isDistributed ?? false }

  /// Makes sure that a statement reached all rows that it was to.
  ///
  /// - Throws: `store_failed`, which names rows that a trigger or rule kept from it.
  func check(_ reached: [Int64], reached ids: [Int64], of table: String, _ what: String) throws {
    guard reached != ids else { return }
    let reached = Set(reached)
    let missed = ids.filter { !reached.contains($0) }
    guard missed.isEmpty else { throw MemshError.rowsNotWritten(missed, of: table, what) }
  }

  /// Gives memories other values, all the same ones. `updated_at` follows.
  package func update(_ changes: [MemoryChange], memories ids: [Int64]) throws {
    guard !changes.isEmpty, !ids.isEmpty else { return }
    let table = Table.memories
    if changes.contains(where: { $0.column == .userID }), try isDistributed(table.name) {
      var values: [String: SQL] = [Column.updated.name: SQL.now]
      for change in changes { values[change.column.name] = change.value == .null ? "NULL" : "\(change.value)" }
      return try replace(ids, of: table.name, with: values, "changed")
    }
    let assignments = SQL.joined(changes.map { "\(name: $0.column.name) = \($0.value)" })
    let updated = try driver.changing("UPDATE \(table) SET \(assignments) WHERE id \(among: ids) RETURNING id")
    try check(updated, reached: ids, of: table.name, "changed")
  }

  /// Gives rows other values where one of them says on which server a row stands, so that it cannot be changed: the rows
  /// go, and others come under the same ids.
  ///
  /// - Parameters:
  ///   - values: The new values, by their columns.
  ///   - rows: What the values are taken from, where they are not the same for all rows.
  ///   - found: What `found` is in them: it is selected before the rows go.
  ///   - what: What was to happen to the rows, for an error.
  package func replace(
    _ ids: [Int64], of table: String, with values: [String: SQL], from rows: ImageRows? = nil, found: SQL? = nil,
    _ what: String
  ) throws {
    let columns = try driver.capabilities.images.imageColumns(of: table).filter { !$0.isGenerated }.map(\.name)
    let names = SQL.joined(columns.map { "\(name: $0)" })
    let selected = SQL.joined(columns.map { values[$0] ?? "gone.\(name: $0)" })
    let source: SQL = rows.map { ", \($0.source) WHERE gone.id = \($0.id)" } ?? ""
    let first: SQL = found.map { "found AS MATERIALIZED (\($0)), " } ?? ""
    let replaced = try driver.changing(
      """
      WITH \(first)gone AS (DELETE FROM \(name: table) WHERE id \(among: ids) RETURNING *)
      INSERT INTO \(name: table) (\(names)) \(raw: driver.dialect.overridingKeys)
      SELECT \(selected) FROM gone\(source) RETURNING id
      """)
    try check(replaced, reached: ids, of: table, what)
  }

  /// Gives each memory its own importance. `updated_at` follows.
  package func setImportance(_ ids: [Int64], to importances: [Double]) throws {
    guard !ids.isEmpty else { return }
    // Where the statement sets the time, no trigger has to write every row a second time.
    let time: SQL =
      try state().tables[Table.memories.name]?.column(Column.updated.name)?.isGenerated == false
      ? ", \(name: Column.updated.name) = \(.now)" : ""
    let updated = try driver.changing(
      """
      UPDATE \(Table.memories) SET \(name: Column.importance.name) = v.column2\(time)
      FROM \(dialect: { $0.rows(ids, importances, as: "v") }) WHERE id = v.column1 RETURNING id
      """)
    try check(updated, reached: ids, of: Table.memories.name, "changed")
  }

  /// The rows of `memory_duplicates` that refer to these memories.
  package func duplicateIDs(ofOriginals ids: [Int64]) throws -> [Int64] {
    try driver.ids(
      "SELECT id FROM \(Table.duplicates) WHERE \(name: Column.original.name) \(among: ids) ORDER BY id")
  }

  /// The hashes of the duplicates that are recorded for a memory.
  package func duplicateHashes(ofOriginal id: Int64) throws -> [String] {
    try driver.rows(
      "SELECT \(Column.duplicateHash) FROM \(Table.duplicates) WHERE \(name: Column.original.name) = \(id)"
    ) { try $0.text(0) }.compactMap(\.self)
  }

  /// Makes rows of `memory_duplicates` refer to another memory.
  package func repoint(duplicates ids: [Int64], to original: Int64) throws {
    let updated = try driver.changing(
      """
      UPDATE \(Table.duplicates) SET \(name: Column.original.name) = \(original) WHERE id \(among: ids) RETURNING id
      """)
    try check(updated, reached: ids, of: Table.duplicates.name, "changed")
  }
}
