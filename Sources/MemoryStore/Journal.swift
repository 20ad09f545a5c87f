import Database
import MemoryModel

/// The journal: repairs row by row, before and after, so that they can be taken back.
extension MemoryStore {
  /// Opens an operation, making the journal first where there is none. Belongs into the repair's transaction.
  ///
  /// - Returns: The operation's number.
  package func beginOperation(_ start: OperationStart) throws -> Int64 {
    try driver.capabilities.images.prepareRepair()
    if try mayRead(.journalRows) == nil {
      try driver.capabilities.images.makeJournal()
      forgetState()
    }
    let begun = try driver.changing(
      """
      INSERT INTO \(OwnTable.journal) (at, author, session, command, undoes, space_before)
      VALUES (\(start.at), \(start.author), \(start.session), \(start.command), \(start.undoes.columnValue),
        \((start.spaceBefore?.json).columnValue))
      RETURNING id
      """)
    guard let number = begun.first else { throw MemshError.rowsNotWritten([], of: "the journal", "inserted") }
    return number
  }

  /// Notes how rows are before they are changed, and keeps others from changing them until the transaction ends. Of rows
  /// that the operation has noted already, the first note stays.
  ///
  /// - Parameter columns: The columns that may change; nil for whole rows.
  package func noteBefore(_ ids: [Int64], of table: String, columns: [String]?, in operation: Int64) throws {
    // In a statement of its own: one that waited for a lock still sees what it saw before.
    try lockRows(ids, of: table)
    try driver.capabilities.images.checkJournal(hasRoomFor: ids)
    try driver.executeSoon(
      """
      INSERT INTO \(OwnTable.journalRows) (operation_id, table_name, row_id, before)
      SELECT \(operation), \(table), t.id, \(driver.capabilities.images.image(of: table, columns)) FROM \(name: table) AS t
      WHERE t.id \(among: ids) ORDER BY t.id
      ON CONFLICT (operation_id, table_name, row_id) DO NOTHING
      """)
  }

  /// Notes how rows are after they were changed; those that are as before are forgotten.
  ///
  /// - Parameter check: Takes how many of the rows are there; what it throws keeps the transaction from being committed.
  package func noteAfter(
    _ ids: [Int64], of table: String, columns: [String]?, in operation: Int64, check: ((Int) throws -> Void)? = nil
  ) throws {
    try driver.capabilities.images.prepareRepair()
    try driver.capabilities.images.checkJournal(hasRoomFor: ids)
    try driver.executeSoon(
      """
      INSERT INTO \(OwnTable.journalRows) (operation_id, table_name, row_id, after)
      SELECT \(operation), \(table), t.id, \(driver.capabilities.images.image(of: table, columns)) FROM \(name: table) AS t
      WHERE t.id \(among: ids) ORDER BY t.id
      ON CONFLICT (operation_id, table_name, row_id) DO UPDATE SET after = excluded.after
      """, failing: { $0 }, check: check)
    try driver.executeSoon(
      """
      DELETE FROM \(OwnTable.journalRows) WHERE operation_id = \(operation) AND table_name = \(table)
        AND row_id \(among: ids) AND before = after
      """)
  }

  /// Notes rows that were inserted by what their values add up to, which takes little room.
  ///
  /// - Parameter check: Takes how many of the rows are there; what it throws keeps the transaction from being committed.
  package func noteSums(
    _ ids: [Int64], of table: String, in operation: Int64, check: @escaping (Int) throws -> Void
  ) throws {
    try driver.capabilities.images.prepareRepair()
    try driver.capabilities.images.checkJournal(hasRoomFor: ids)
    let added = try Table.named(table).map { try state().added(to: $0, in: identity.backend).map(\.name) } ?? []
    try driver.executeSoon(
      """
      INSERT INTO \(OwnTable.journalRows) (operation_id, table_name, row_id, after)
      SELECT \(operation), \(table), t.id, \(sum(RowSum(added: added), of: table)) FROM \(name: table) AS t
      WHERE t.id \(among: ids) ORDER BY t.id
      """, failing: { $0 }, check: check)
  }

  /// What rows add up to, as it stands in the journal; rows that are not there are left out.
  ///
  /// - Throws: `undo_conflict` when a column that counts is gone.
  package func sums(_ ids: [Int64], of table: String, _ sum: RowSum) throws -> [Int64: JSON] {
    try driver.capabilities.images.prepareRepair()
    let present = try driver.capabilities.images.imageColumns(of: table)
    if let gone = sum.added.first(where: { name in !present.contains { $0.name.utf8.elementsEqual(name.utf8) } }) {
      throw MemshError.columnOfSumsGone(gone, of: table)
    }
    var sums: [Int64: JSON] = [:]
    try driver.query(
      """
      SELECT t.id, CAST(\(self.sum(sum, of: table)) AS text) FROM \(name: table) AS t WHERE t.id \(among: ids)
      """, of: table
    ) { sums[try $0.number(0)] = try $0.json(1) }
    return sums
  }

  private func sum(_ sum: RowSum, of table: String) throws -> SQL {
    try driver.capabilities.images.sum(of: table, sum.columns(of: table), in: sum.frame)
  }

  /// Notes that an operation was taken back by another; nil makes it stand again.
  ///
  /// - Throws: `undo_conflict` when another session has just taken it back: now, or when the transaction ends.
  package func markUndone(_ operation: Int64, by undo: Int64?) throws {
    guard let undo else {
      return try driver.executeSoon("UPDATE \(OwnTable.journal) SET undone_by = NULL WHERE id = \(operation)")
    }
    try driver.executeSoon(
      "UPDATE \(OwnTable.journal) SET undone_by = \(undo) WHERE id = \(operation) AND undone_by IS NULL",
      failing: { $0 }, check: { if $0 != 1 { throw MemshError.undoneMeanwhile(operation) } })
  }

  /// Operations, newest first. Empty for a store without a journal.
  package func operations(_ selection: OperationSelection, limit: Int) throws -> [OperationRecord] {
    guard try mayRead(.journal) != nil else { return [] }
    let condition: SQL =
      switch selection {
      case .all: "1 = 1"
      case .number(let number): "j.id = \(number)"
      case .session(let session): "j.session = \(session)"
      }
    return try driver.rows(
      """
      SELECT j.id, j.command, j.author, j.session, \(Column.at, of: "j"), j.undoes, \(Column.spaceBefore, of: "j"),
        j.undone_by, (SELECT \(function: "count")(*) FROM \(OwnTable.journalRows) AS r WHERE r.operation_id = j.id)
      FROM \(OwnTable.journal) AS j WHERE \(condition) ORDER BY j.id DESC LIMIT \(limit)
      """, of: "the journal"
    ) { row in
      var start = OperationStart(
        command: try row.string(1), author: try row.string(2), session: try row.string(3), at: try row.moment(4))
      start.undoes = try row.integer(5)
      start.spaceBefore = try row.text(6).flatMap(EmbeddingSpace.init(jsonText:))
      return OperationRecord(
        id: try row.number(0), start: start, undoneBy: try row.integer(7), rows: try row.number(8))
    }
  }

  /// The places of the rows that an operation changed, the last change first: all of them, because they are small.
  ///
  /// - Parameter what: Only rows of these tables, and to which this happened; nil for all.
  package func journalPositions(
    ofOperation operation: Int64, _ what: (tables: [String], kind: JournalRow.Kind)?
  ) throws -> [Int64] {
    let kind: SQL = what.map { " AND table_name \(among: $0.tables) AND \(raw: $0.kind.condition)" } ?? ""
    return try driver.ids(
      "SELECT position FROM \(OwnTable.journalRows) WHERE operation_id = \(operation)\(kind) ORDER BY position DESC")
  }

  /// The rows at some places, the last change first.
  package func journalRows(at positions: [Int64]) throws -> [JournalRow] {
    try journalRows("position \(among: positions)", limit: positions.count)
  }

  /// All rows that an operation changed, the last change first.
  package func journalRows(ofOperation operation: Int64) throws -> [JournalRow] {
    try journalRows("operation_id = \(operation)", limit: .max)
  }

  /// What was done to a row, newest first. A role without rights on the journal still sees the row, but not this.
  package func journalRows(table: String, id: Int64, limit: Int) throws -> [JournalRow] {
    guard try mayRead(.journalRows) == true else { return [] }
    return try journalRows("table_name = \(table) AND row_id = \(id)", limit: limit)
  }

  /// Whose memories those were that repairs have given to other users, by their ids, before the first of these repairs.
  package func usersBeforeRepairs(ofMemories ids: [Int64]) throws -> [Int64: String] {
    guard !ids.isEmpty, try mayRead(.journalRows) == true else { return [:] }
    let name = Column.userID.name
    var users: [Int64: String] = [:]
    // The newest come first, so the oldest stays.
    let condition: SQL =
      "table_name = \(Table.memories.name) AND row_id \(among: ids) AND \(raw: JournalRow.Kind.updated.condition)"
    for row in try journalRows(condition, limit: Int(Int32.max)) where row.changedColumns.contains(name) {
      users[row.id] = row.before?[key: name]?.stringValue
    }
    return users
  }

  private func journalRows(_ condition: SQL, limit: Int) throws -> [JournalRow] {
    var rows: [JournalRow] = []
    // Exactly: what stands here is put back by `undo`.
    try driver.query(
      """
      SELECT position, operation_id, table_name, row_id, \(Column.before), \(Column.after)
      FROM \(OwnTable.journalRows) WHERE \(condition) ORDER BY position DESC LIMIT \(limit)
      """, of: "the journal", exactly: true
    ) { row in
      rows.append(
        JournalRow(
          position: try row.number(0), operation: try row.number(1), table: try row.string(2), id: try row.number(3),
          before: try row.json(4), after: try row.json(5)))
    }
    return rows
  }

  /// The operations that began before a moment, by their numbers.
  package func operations(before moment: Timestamp) throws -> [Int64] {
    guard try mayRead(.journal) != nil else { return [] }
    return try driver.ids("SELECT id FROM \(OwnTable.journal) WHERE \(Column.at) < \(moment) ORDER BY id")
  }

  /// Forgets operations, which cannot be undone any more.
  ///
  /// - Returns: How many there were.
  package func forgetOperations(_ numbers: [Int64]) throws -> Int {
    guard !numbers.isEmpty else { return 0 }
    return try transaction(.commit) {
      try driver.execute("DELETE FROM \(OwnTable.journalRows) WHERE operation_id \(among: numbers)")
      return try driver.execute("DELETE FROM \(OwnTable.journal) WHERE id \(among: numbers)")
    }
  }
}

extension Column {
  fileprivate static let at = Column("at", .timestamp)
  fileprivate static let spaceBefore = Column("space_before", .json)
  fileprivate static let before = Column("before", .json)
  fileprivate static let after = Column("after", .json)
}
