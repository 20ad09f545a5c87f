import Foundation
import GRDB
import MemoryCore

/// The journal: rows as JSON, made by a function of memsh's own, because SQLite's JSON holds no blobs and rounds numbers.
extension SQLiteStore {
  /// `memsh_image(name, value, …)`: an object in which every value keeps its type and all of its digits.
  static let image = DatabaseFunction("memsh_image", pure: true) { values in
    let members = stride(from: 0, to: values.count, by: 2).map { index in
      JSON.Member(String.fromDatabaseValue(values[index]) ?? "", json(values[index + 1]))
    }
    return JSON.object(members).text
  }

  private static func json(_ value: DatabaseValue) -> JSON {
    switch value.storage {
    case .null: .null
    case .int64(let number): .integer(number)
    // JSON has no infinity, but a number that is too large is read as one.
    case .double(let number): number.isFinite ? .number("\(number)") : .number(number < 0 ? "-9e999" : "9e999")
    case .string(let text): .string(text)
    case .blob(let data): .object([JSON.Member("blob", .string(data.base64EncodedString()))])
    }
  }

  private static func value(_ json: JSON) -> DatabaseValue {
    switch json {
    case .null: .null
    case .bool(let flag): flag.databaseValue
    case .number(let digits): Int64(digits).map(\.databaseValue) ?? (Double(digits) ?? 0).databaseValue
    case .string(let text): text.databaseValue
    case .object:
      json[key: "blob"]?.stringValue.flatMap { Data(base64Encoded: $0) }?.databaseValue ?? json.text.databaseValue
    case .array: json.text.databaseValue
    }
  }

  /// The call of `memsh_image` for a table's row `t`.
  private static func image(_ table: String, _ columns: [String]?, _ db: Database) throws -> String {
    db.add(function: image)
    let columns = try columns ?? db.columns(in: table).map(\.name)
    return "memsh_image("
      + columns.map { "'\($0)', t.\($0.quotedDatabaseIdentifier)" }.joined(separator: ", ") + ")"
  }

  private static func wanted(_ ids: [Int64]) -> String { JSON.array(ids.map { .integer($0) }).text }

  private func hasJournal(_ db: Database) throws -> Bool {
    try Bool.fetchOne(db, sql: "SELECT EXISTS (SELECT 1 FROM sqlite_master WHERE name = 'memsh_journal_rows')") ?? false
  }

  /// Opens an operation.
  public func beginOperation(_ start: OperationStart) throws -> Int64 {
    try write { db in
      if try !hasJournal(db) { try db.execute(sql: SQLiteDDL.journal) }
      try db.execute(
        sql: """
          INSERT INTO memsh_journal (at, author, session, command, undoes, space_before) VALUES (?, ?, ?, ?, ?, ?)
          """,
        arguments: [
          start.at.iso8601, start.author, start.session, start.command, start.undoes, start.spaceBefore?.json.text,
        ])
      return db.lastInsertedRowID
    }
  }

  /// Notes rows before they change; the transaction holds the file's write lock.
  public func noteBefore(_ ids: [Int64], of table: String, columns: [String]?, in operation: Int64) throws {
    try write { db in
      try db.execute(
        sql: """
          INSERT INTO memsh_journal_rows (operation_id, table_name, row_id, before)
          SELECT ?, ?, t.id, \(SQLiteStore.image(table, columns, db)) FROM \(table.quotedDatabaseIdentifier) AS t
          WHERE t.id IN (SELECT value FROM json_each(?)) ORDER BY t.id
          """, arguments: [operation, table, SQLiteStore.wanted(ids)])
    }
  }

  /// Notes rows after they have changed.
  public func noteAfter(_ ids: [Int64], of table: String, columns: [String]?, in operation: Int64) throws {
    let wanted = SQLiteStore.wanted(ids)
    try write { db in
      try db.execute(
        sql: """
          INSERT INTO memsh_journal_rows (operation_id, table_name, row_id, after)
          SELECT ?, ?, t.id, \(SQLiteStore.image(table, columns, db)) FROM \(table.quotedDatabaseIdentifier) AS t
          WHERE t.id IN (SELECT value FROM json_each(?)) ORDER BY t.id
          ON CONFLICT (operation_id, table_name, row_id) DO UPDATE SET after = excluded.after
          """, arguments: [operation, table, wanted])
      try db.execute(
        sql: """
          DELETE FROM memsh_journal_rows WHERE operation_id = ? AND table_name = ?
            AND row_id IN (SELECT value FROM json_each(?)) AND before = after
          """, arguments: [operation, table, wanted])
    }
  }

  /// Notes that an operation was taken back, or stands again.
  public func markUndone(_ operation: Int64, by undo: Int64?) throws {
    try write { db in
      try db.execute(sql: "UPDATE memsh_journal SET undone_by = ? WHERE id = ?", arguments: [undo, operation])
    }
  }

  /// Operations, newest first.
  public func operations(_ selection: OperationSelection, limit: Int) throws -> [OperationRecord] {
    guard fileExists else { return [] }
    let (condition, argument): (String, (any DatabaseValueConvertible)?) =
      switch selection {
      case .all: ("?1 IS NULL", nil)
      case .number(let number): ("id = ?1", number)
      case .session(let session): ("session = ?1", session)
      }
    return try read { db in
      guard try hasJournal(db) else { return [] }
      return try Row.fetchAll(
        db,
        sql: """
          SELECT id, command, author, session, at, undoes, space_before, undone_by,
            (SELECT count(*) FROM memsh_journal_rows WHERE operation_id = j.id)
          FROM memsh_journal AS j WHERE \(condition) ORDER BY id DESC LIMIT ?2
          """, arguments: [argument, limit]
      ).map { row in
        var start = OperationStart(
          command: row[1], author: row[2], session: row[3],
          at: Timestamp(parsing: row[4]) ?? Timestamp(microseconds: 0))
        start.undoes = row[5]
        start.spaceBefore = (row[6] as String?).flatMap(EmbeddingSpace.init(jsonText:))
        return OperationRecord(id: row[0], start: start, undoneBy: row[7], rows: row[8])
      }
    }
  }

  /// The rows that an operation changed, the last change first.
  public func journalRows(ofOperation operation: Int64, before position: Int64, limit: Int) throws -> [JournalRow] {
    try journalRows("operation_id = ? AND position < ?", [operation, position], limit: limit)
  }

  /// What was done to a row, newest first.
  public func journalRows(table: String, id: Int64, limit: Int) throws -> [JournalRow] {
    try journalRows("table_name = ? AND row_id = ?", [table, id], limit: limit)
  }

  private func journalRows(
    _ condition: String, _ arguments: StatementArguments, limit: Int
  ) throws -> [JournalRow] {
    try read { db in
      guard try hasJournal(db) else { return [] }
      return try Row.fetchAll(
        db,
        sql: """
          SELECT position, operation_id, table_name, row_id, before, after FROM memsh_journal_rows
          WHERE \(condition) ORDER BY position DESC LIMIT ?
          """, arguments: arguments + [limit]
      ).map { row in
        JournalRow(
          position: row[0], operation: row[1], table: row[2], id: row[3],
          before: try (row[4] as String?).map(JSON.init(stored:)),
          after: try (row[5] as String?).map(JSON.init(stored:)))
      }
    }
  }

  /// How rows are now.
  public func images(_ ids: [Int64], of table: String, columns: [String]?) throws -> [RowImage] {
    try read { db in
      try Row.fetchAll(
        db,
        sql: """
          SELECT t.id, \(SQLiteStore.image(table, columns, db)) FROM \(table.quotedDatabaseIdentifier) AS t
          WHERE t.id IN (SELECT value FROM json_each(?)) ORDER BY t.id
          """, arguments: [SQLiteStore.wanted(ids)]
      ).map { RowImage(id: $0[0], columns: try JSON(stored: $0[1])) }
    }
  }

  /// Puts columns back.
  public func restore(_ images: [RowImage], of table: String) throws {
    guard let first = images.first, case .object(let members) = first.columns, !members.isEmpty else { return }
    let present = try usedIDs(images.map(\.id), in: table)
    let names = members.map(\.key.quotedDatabaseIdentifier)
    let quotedTable = table.quotedDatabaseIdentifier
    try write { db in
      try SQLiteStore.withoutTrigger(on: table, db) {
        let statement = try db.cachedStatement(
          sql: present.isEmpty
            ? "INSERT INTO \(quotedTable) (\(names.joined(separator: ", "))) VALUES (\(names.map { _ in "?" }.joined(separator: ", ")))"
            : "UPDATE \(quotedTable) SET \(names.map { "\($0) = ?" }.joined(separator: ", ")) WHERE id = ?")
        for image in images {
          guard case .object(let members) = image.columns else { continue }
          let values = members.map { SQLiteStore.value($0.value) } + (present.isEmpty ? [] : [image.id.databaseValue])
          try statement.execute(arguments: StatementArguments(values))
        }
      }
    }
  }

  /// Forgets old operations.
  public func pruneJournal(before moment: Timestamp, dryRun: Bool) throws -> Int {
    let moment = moment.iso8601
    let count = try read { db in
      guard try hasJournal(db) else { return 0 }
      return try Int.fetchOne(db, sql: "SELECT count(*) FROM memsh_journal WHERE at < ?", arguments: [moment]) ?? 0
    }
    guard !dryRun, count > 0 else { return count }
    try transaction(.commit) {
      try write { db in
        try db.execute(
          sql: "DELETE FROM memsh_journal_rows WHERE operation_id IN (SELECT id FROM memsh_journal WHERE at < ?)",
          arguments: [moment])
        try db.execute(sql: "DELETE FROM memsh_journal WHERE at < ?", arguments: [moment])
      }
    }
    return count
  }
}
