import Database
import MemoryModel

/// Rows that are to take the place of all that a store has.
package struct ComingRows: Sendable {
  /// The rows of one of the tables.
  package struct OfTable: Sendable {
    /// Whether there are any.
    package var isEmpty = false
    /// The largest id; nil when the rows bring none.
    package var largestID: Int64?
    /// In how many rows a column is NULL, by the columns' names.
    package var nulls: [String: Int64] = [:]
    /// The columns that others added and that the rows have values for.
    package var added: Set<String> = []

    /// Rows of which nothing is known.
    package init() {}
  }

  /// The space of their vectors.
  package let space: EmbeddingSpace
  /// Each table's rows, by its name; a table that is left out gets none.
  package var tables: [String: OfTable]

  /// Describes rows.
  package init(space: EmbeddingSpace, tables: [String: OfTable]) {
    self.space = space
    self.tables = tables
  }
}

/// Giving the four tables other rows, all of them, while everything that others made on them stays.
extension MemoryStore {
  /// What this store has for another one.
  ///
  /// - Parameters:
  ///   - space: The space that the vectors will have.
  ///   - keepsIDs: Whether a row that cannot keep its id may not come at all.
  package func comingRows(space: EmbeddingSpace, keepsIDs: Bool) throws -> ComingRows {
    let state = try driver.state()
    var coming = ComingRows(space: space, tables: [:])
    for table in Table.all {
      guard let real = state.tables[table.name] else { continue }
      var rows = ComingRows.OfTable()
      let known = table.columns.filter { real.column($0.name) != nil }
      let counts = known.map { column -> SQL in "\(function: "count")(\(name: column.name))" }
      try driver.query(
        """
        SELECT \(function: "count")(*), \(function: "max")(id), \(SQL.joined(counts)) FROM \(table)
        """
      ) { row in
        let total = try row.number(0)
        rows.isEmpty = total == 0
        rows.largestID = keepsIDs ? try row.integer(1) : nil
        for (position, column) in known.enumerated() {
          rows.nulls[column.name] = total - (try row.number(position + 2))
        }
      }
      rows.added = Set(state.added(to: table, in: identity.backend).map(\.name))
      coming.tables[table.name] = rows
    }
    return coming
  }

  /// Makes sure that the tables can get these rows, and that nothing of others goes with the rows that they have.
  ///
  /// - Parameters:
  ///   - what: What does it: `restore`.
  ///   - instead: What to do to keep what is there.
  /// - Throws: `foreign_objects`, which names what stands in the way, with the statements that remove it;
  ///   `permission_denied` where a policy hides rows.
  package func refuseRefilling(with coming: ComingRows, _ what: String, instead: String) throws {
    let state = try driver.state()
    guard !state.tables.isEmpty else { return }
    try requireEveryRow()
    let objects =
      try objectsOfOthers().filter { try stands($0, inTheWayOf: coming) }
      + objectsInTheWay(ofVectorsOf: coming.space.dimensions)
      + Table.all.flatMap { table in
        state.tables[table.name].map { unfit(coming.tables[table.name], for: table, $0) } ?? []
      }
    guard objects.isEmpty else { throw MemshError.inTheWay(objects, of: what, instead: instead) }
  }

  /// The triggers of others that run for every row that comes.
  package func triggersOfOthers() throws -> [ForeignObject] {
    try driver.state().tables.isEmpty ? [] : objectsOfOthers().filter { $0.effect == .fires }
  }

  private func stands(_ object: ForeignObject, inTheWayOf coming: ComingRows) throws -> Bool {
    switch object.effect {
    case .none, .fires: return false
    case .prevents, .refers(question: nil): return true
    // The database itself has written the question.
    case .refers(let question?): return try driver.exists(SQL(raw: question))
    case .needsValue:
      return coming.tables.contains { name, rows in
        !rows.isEmpty && object.name.hasPrefix("\(name).")
          && !rows.added.contains(String(object.name.dropFirst(name.count + 1)))
      }
    }
  }

  /// What in the columns of a table does not take some rows.
  private func unfit(
    _ rows: ComingRows.OfTable?, for table: Table, _ real: StoreState.RealTable
  ) -> [ForeignObject] {
    guard let rows, !rows.isEmpty else { return [] }
    func alter(_ column: String, _ change: String) -> String? {
      // SQLite changes no column.
      identity.backend == .sqlite
        ? nil : "ALTER TABLE \(table.name) ALTER \(column.quotedIdentifier) \(change)"
    }
    var objects: [ForeignObject] = []
    if let largest = rows.largestID, let maximum = real.column("id")?.largestNumber, largest > maximum {
      objects.append(
        ForeignObject(
          kind: "column", name: "\(table.name).id, which takes no number as large as \(largest)",
          drop: alter("id", "TYPE bigint"), effect: .prevents))
    }
    for column in table.columns {
      guard let found = real.column(column.name) else {
        objects.append(
          ForeignObject(kind: "missing column", name: "\(table.name).\(column.name)", drop: nil, effect: .prevents))
        continue
      }
      let nulls = rows.nulls[column.name] ?? 0
      if found.isGenerated {
        objects.append(
          ForeignObject(
            kind: "generated column", name: "\(table.name).\(column.name)",
            drop: alter(column.name, "DROP EXPRESSION"), effect: .prevents))
      } else if found.isRequired, nulls > 0, column != .agent {
        // The agent of a fragment for every agent has a word in tables that refuse NULL for it.
        objects.append(
          ForeignObject(
            kind: "NOT NULL", name: "of \(table.name).\(column.name), which is NULL in \(nulls) of the rows",
            drop: alter(column.name, "DROP NOT NULL"), effect: .prevents))
      }
    }
    return objects
  }

  /// Takes all rows out of the four tables, and what memsh keeps of them: the space, the migrations and the journal.
  /// Belongs into a transaction that has locked the tables.
  package func emptyTables() throws {
    // Those first that refer to others.
    let state = try driver.state()
    let tables = (Table.side.reversed() + [.memories]).filter { state.tables[$0.name] != nil }
    let question = driver.dialect.mayTruncate(tables.map(\.name))
    if !tables.isEmpty, let question, try driver.first(question, { try $0.flag(0) }) == true {
      try driver.execute("TRUNCATE \(SQL.joined(tables.map { "\($0)" }))")
    } else {
      for table in tables {
        try driver.execute("DELETE FROM \(table)")
        // A trigger or rule may keep rows without a word.
        guard try !driver.exists("SELECT 1 FROM \(table) LIMIT 1") else {
          throw MemshError.rowsNotWritten([], of: table.name, "deleted")
        }
      }
    }
    for table in OwnTable.allCases.reversed() where state.own[table] != nil {
      // The columns stay, and so does what is known of them; the layout, too.
      let kept: SQL =
        table == .settings ? " WHERE NOT key \(among: [MemoryStore.columnTypesKey, MemoryStore.layoutKey])" : ""
      try driver.execute("DELETE FROM \(table)\(kept)")
    }
    forgetState()
  }
}

extension StoreState.RealColumn {
  /// The largest number that a column takes; nil where it is as large as memsh's own.
  fileprivate var largestNumber: Int64? {
    switch type {
    case "smallint": Int64(Int16.max)
    case "integer": Int64(Int32.max)
    default: nil
    }
  }
}
