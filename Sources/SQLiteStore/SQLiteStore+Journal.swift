import Database
import Foundation
import GRDB
import MemoryModel

/// The journal: rows as JSON, made by a function of memsh's own, because SQLite's JSON holds no blobs and rounds numbers.
extension SQLiteStore {
  /// `memsh_image(name, type, value, …)`: an object in which every value keeps its type and all of its digits. Text comes
  /// as bytes, because what others wrote may be no UTF-8, or have a NUL in it.
  static let image = DatabaseFunction("memsh_image", pure: true) { values in
    let members = stride(from: 0, to: values.count, by: 3).map { index in
      let isText = String.fromDatabaseValue(values[index + 1]) == "text"
      return JSON.Member(
        String.fromDatabaseValue(values[index]) ?? "", isText ? json(text: values[index + 2]) : json(values[index + 2]))
    }
    return JSON.object(members).text
  }

  private static func json(text value: DatabaseValue) -> JSON {
    let bytes = Data.fromDatabaseValue(value) ?? Data()
    guard let text = String(validating: bytes, as: UTF8.self) else {
      return .object([JSON.Member("text", .string(bytes.base64EncodedString()))])
    }
    return .string(text)
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

  /// A value of an image, and whether its bytes are those of a text.
  static func value(_ json: JSON) -> (isText: Bool, value: DatabaseValue) {
    switch json {
    case .null: (false, .null)
    case .bool(let flag): (false, flag.databaseValue)
    case .number(let digits): (false, Int64(digits).map(\.databaseValue) ?? (Double(digits) ?? 0).databaseValue)
    case .string(let text): (true, Data(text.utf8).databaseValue)
    case .object where json[key: "blob"] != nil: (false, data(json[key: "blob"]).databaseValue)
    case .object, .array, .nested: (true, data(json[key: "text"]).databaseValue)
    }
  }

  private static func data(_ json: JSON?) -> Data? { json?.stringValue.flatMap { Data(base64Encoded: $0) } }

  /// `memsh_joined(image, …)`: one image of several, because a function takes so many arguments, a table more columns.
  static let joined = DatabaseFunction("memsh_joined", pure: true) { values in
    let members = values.map { (String.fromDatabaseValue($0) ?? "{}").dropFirst().dropLast() }
    return "{" + members.joined(separator: ",") + "}"
  }

  /// How many columns a call of ``image`` takes: SQLite's limit is 127 arguments.
  private static let columnsMaximum = 40

  /// SQL for an image of a table's row `t`: of some columns as far as there are such, or of all.
  static func image(_ table: String, _ columns: [String]?, _ db: Database) throws -> String {
    db.add(function: image)
    db.add(function: joined)
    let present = try SQLiteStore.columns(of: table, db).map(\.name)
    let names = columns.map { wanted in present.filter { name in wanted.contains { $0.utf8.elementsEqual(name.utf8) } }
    }
    let arguments = (names ?? present).map { name in
      let column = "t.\(name.quotedIdentifier)"
      return """
        \(name.quotedLiteral), typeof(\(column)),
          CASE typeof(\(column)) WHEN 'text' THEN CAST(\(column) AS BLOB) ELSE \(column) END
        """
    }
    guard arguments.count > columnsMaximum else { return "memsh_image(\(arguments.joined(separator: ", ")))" }
    let images = stride(from: 0, to: arguments.count, by: columnsMaximum).map { start in
      "memsh_image(\(arguments[start..<min(start + columnsMaximum, arguments.count)].joined(separator: ", ")))"
    }
    return "memsh_joined(\(images.joined(separator: ", ")))"
  }

  /// SQL for an image for the journal: without what SQLite computes itself when nothing else is asked for.
  private static func noted(_ table: String, _ columns: [String]?, _ db: Database) throws -> String {
    try image(table, columns ?? SQLiteStore.columns(of: table, db).filter { !$0.isGenerated }.map(\.name), db)
  }

  /// The columns of a table. Not GRDB's, which come from a cache that another process has not heard of.
  static func columns(of table: String, _ db: Database) throws -> [(name: String, isGenerated: Bool)] {
    try Row.fetchAll(db, sql: "SELECT name, hidden FROM pragma_table_xinfo(?) WHERE hidden <> 1", arguments: [table])
      .map { (name: $0[0], isGenerated: ($0[1] as Int) > 1) }
  }

  private static func wanted(_ ids: [Int64]) -> String { JSON.array(ids.map { .integer($0) }).text }

  private func hasJournal(_ db: Database) throws -> Bool {
    try Bool.fetchOne(db, sql: "SELECT EXISTS (SELECT 1 FROM sqlite_master WHERE name = 'memsh_journal_rows')") ?? false
  }

  /// Opens an operation.
  package func beginOperation(_ start: OperationStart) throws -> Int64 {
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
  package func noteBefore(_ ids: [Int64], of table: String, columns: [String]?, in operation: Int64) throws {
    try write { db in
      try db.execute(
        sql: """
          INSERT INTO memsh_journal_rows (operation_id, table_name, row_id, before)
          SELECT ?, ?, t.id, \(SQLiteStore.noted(table, columns, db)) FROM \(table.quotedIdentifier) AS t
          WHERE t.id IN (SELECT value FROM json_each(?)) ORDER BY t.id
          ON CONFLICT (operation_id, table_name, row_id) DO NOTHING
          """, arguments: [operation, table, SQLiteStore.wanted(ids)])
    }
  }

  /// Notes rows after they have changed.
  @discardableResult
  package func noteAfter(
    _ ids: [Int64], of table: String, columns: [String]?, in operation: Int64
  ) throws -> Int {
    let wanted = SQLiteStore.wanted(ids)
    return try write { db in
      try db.execute(
        sql: """
          INSERT INTO memsh_journal_rows (operation_id, table_name, row_id, after)
          SELECT ?, ?, t.id, \(SQLiteStore.noted(table, columns, db)) FROM \(table.quotedIdentifier) AS t
          WHERE t.id IN (SELECT value FROM json_each(?)) ORDER BY t.id
          ON CONFLICT (operation_id, table_name, row_id) DO UPDATE SET after = excluded.after
          """, arguments: [operation, table, wanted])
      let present = db.changesCount
      try db.execute(
        sql: """
          DELETE FROM memsh_journal_rows WHERE operation_id = ? AND table_name = ?
            AND row_id IN (SELECT value FROM json_each(?)) AND before = after
          """, arguments: [operation, table, wanted])
      return present
    }
  }

  /// Notes that an operation was taken back, or stands again.
  package func markUndone(_ operation: Int64, by undo: Int64?) throws {
    try write { db in
      guard let undo else {
        return try db.execute(sql: "UPDATE memsh_journal SET undone_by = NULL WHERE id = ?", arguments: [operation])
      }
      try db.execute(
        sql: "UPDATE memsh_journal SET undone_by = ? WHERE id = ? AND undone_by IS NULL", arguments: [undo, operation])
      guard db.changesCount == 1 else { throw MemshError.undoneMeanwhile(operation) }
    }
  }

  /// Operations, newest first.
  package func operations(_ selection: OperationSelection, limit: Int) throws -> [OperationRecord] {
    guard fileExists else { return [] }
    let (condition, argument): (String, (any DatabaseValueConvertible)?) =
      switch selection {
      case .all: ("?1 IS NULL", nil)
      case .number(let number): ("id = ?1", number)
      case .session(let session): ("session = ?1", session)
      }
    return try read { db in
      guard try hasJournal(db) else { return [] }
      return try db.rows(
        """
        SELECT id, command, author, session, at, undoes, space_before, undone_by,
          (SELECT count(*) FROM memsh_journal_rows WHERE operation_id = j.id)
        FROM memsh_journal AS j WHERE \(condition) ORDER BY id DESC LIMIT ?2
        """, [argument, limit], of: "memsh_journal"
      ) { row in
        var start = OperationStart(
          command: try row.text(1) ?? "", author: try row.text(2) ?? "", session: try row.text(3) ?? "",
          at: try row.timestamp(4) ?? Timestamp(microseconds: 0))
        start.undoes = try row.integer(5)
        start.spaceBefore = try row.text(6).flatMap(EmbeddingSpace.init(jsonText:))
        return OperationRecord(
          id: try row.id(0), start: start, undoneBy: try row.integer(7), rows: try row.integer(8) ?? 0)
      }
    }
  }

  /// The places of the rows that an operation changed.
  package func journalPositions(
    ofOperation operation: Int64, _ what: (tables: [String], kind: JournalRow.Kind)?
  ) throws -> [Int64] {
    let kind = what.map { " AND table_name IN (SELECT value FROM json_each(?)) AND \($0.kind.condition)" } ?? ""
    return try read { db in
      try db.ids(
        "SELECT position FROM memsh_journal_rows WHERE operation_id = ?\(kind) ORDER BY position DESC",
        [operation] + StatementArguments(what.map { [SQLiteStore.jsonArray($0.tables)] } ?? []))
    }
  }

  /// The rows at some places.
  package func journalRows(at positions: [Int64]) throws -> [JournalRow] {
    try journalRows(
      "position IN (SELECT value FROM json_each(?))", [SQLiteStore.wanted(positions)], limit: positions.count)
  }

  /// What was done to a row, newest first.
  package func journalRows(table: String, id: Int64, limit: Int) throws -> [JournalRow] {
    try journalRows("table_name = ? AND row_id = ?", [table, id], limit: limit)
  }

  private func journalRows(
    _ condition: String, _ arguments: StatementArguments, limit: Int
  ) throws -> [JournalRow] {
    try read { db in
      guard try hasJournal(db) else { return [] }
      // Exactly: what stands here is put back by `undo`.
      var rows: [JournalRow] = []
      try db.forEachRow(
        """
        SELECT position, operation_id, table_name, row_id, before, after FROM memsh_journal_rows
        WHERE \(condition) ORDER BY position DESC LIMIT ?
        """, arguments + [limit], of: "memsh_journal_rows", exactly: true
      ) { row in
        rows.append(
          JournalRow(
            position: try row.id(0), operation: try row.id(1), table: try row.text(2) ?? "", id: try row.id(3),
            before: try row.json(4), after: try row.json(5)))
      }
      return rows
    }
  }

  /// How rows are now.
  package func images(_ ids: [Int64], of table: String, columns: [String]?) throws -> [RowImage] {
    try read { db in
      try db.rows(
        """
        SELECT t.id, \(SQLiteStore.noted(table, columns, db)) FROM \(table.quotedIdentifier) AS t
        WHERE t.id IN (SELECT value FROM json_each(?)) ORDER BY t.id
        """, [SQLiteStore.wanted(ids)], of: table
      ) { RowImage(id: try $0.id(0), columns: try $0.json(1) ?? .null) }
    }
  }

  /// Forgets old operations.
  package func pruneJournal(before moment: Timestamp, dryRun: Bool) throws -> Int {
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
