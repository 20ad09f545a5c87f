import Database
import GRDB
import MemoryModel

extension SQLiteDriver {
  /// Runs `body`, which fills the table of memories. Where that is empty its indexes go before and are built anew over all
  /// rows at once, which takes half as long as keeping them up to date row by row.
  ///
  /// Only what is memsh's own, to the letter, is put aside, and no table goes.
  package func whileLoadingMemories<Value>(
    _ progress: any ProgressReporter, _ body: () throws -> Value
  ) throws -> Value {
    let statements = try putIndexesAside()
    let value = try body()
    for (number, statement) in statements.enumerated() {
      progress.progress("Building indexes", done: Int64(number), total: Int64(statements.count))
      try write { try $0.execute(sql: statement) }
    }
    return value
  }

  /// Drops the indexes on memories, and the triggers that keep the word index and the log of vectors.
  ///
  /// - Returns: The statements that make them again; none where a row or somebody else may need them.
  private func putIndexesAside() throws -> [String] {
    var (drops, statements) = ([String](), [String]())
    try write { db in
      func isThere(_ sql: String) throws -> Bool { try db.firstRow(sql) { _ in true } == true }
      let triggers = SearchDDL.text.triggers + SearchDDL.vectors.triggers + [Table.memories.trigger].compactMap(\.self)
      // Others' triggers may read the indexes at every row; dropping an index drops what ANALYZE noted of it.
      guard try !isThere("SELECT 1 FROM memories LIMIT 1"),
        try !isThere(
          "SELECT 1 FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'memories' COLLATE NOCASE"
            + " AND name NOT IN (\(SQLiteDriver.quoted(triggers)))"),
        try !isThere("SELECT 1 FROM sqlite_master WHERE name = 'sqlite_stat1'")
      else { return }
      let vectors = SearchDDL.Parts(
        tables: SearchDDL.vectors.tables + [SearchDDL.vectorChanges], triggers: SearchDDL.vectors.triggers)
      for (parts, fill) in [(SearchDDL.text, SearchDDL.fillText), (vectors, SearchDDL.fillVectors)] {
        // A trigger of this name that somebody changed may read the indexes, too.
        guard let definitions = try definitions(ofEmpty: parts, db) else {
          (drops, statements) = ([], [])
          return
        }
        drops += parts.triggers.map { "DROP TRIGGER \($0)" }
        statements += fill + definitions
      }
      let indexes = try db.rows(
        """
        SELECT name, sql FROM sqlite_master WHERE type = 'index' AND tbl_name = 'memories' AND sql IS NOT NULL
          AND name IN (\(SQLiteDriver.quoted(Table.memories.indexes.map(\.name))))
        """
      ) { (name: try $0.text(0) ?? "", sql: try $0.text(1) ?? "") }
      drops += indexes.map { "DROP INDEX \($0.name)" }
      statements += indexes.map(\.sql)
      for statement in drops { try db.execute(sql: statement) }
    }
    vectors = nil
    return statements
  }

  /// The definitions of the triggers; nil where a definition is not memsh's own to the letter, a table has rows, or
  /// something of others stands on it.
  private func definitions(ofEmpty parts: SearchDDL.Parts, _ db: GRDB.Database) throws -> [String]? {
    let own = try SearchDDL.ownDefinitions()
    let question = "SELECT sql FROM sqlite_master WHERE name = ?"
    for name in parts.tables + parts.triggers {
      guard let definition = try db.texts(question, [name]).first, own.contains(definition) else { return nil }
    }
    for table in parts.tables where table != SearchDDL.vectorState && table != SearchDDL.vectorChanges {
      let row = try db.firstRow("SELECT 1 FROM \(table) LIMIT 1") { _ in true }
      guard row == nil else { return nil }
    }
    let others = try db.firstRow(
      """
      SELECT 1 FROM sqlite_master WHERE type IN ('index', 'trigger') AND tbl_name IN (\(SQLiteDriver.quoted(parts.tables)))
      """
    ) { _ in true }
    return try others == nil ? parts.triggers.compactMap { try db.texts(question, [$0]).first } : nil
  }

  private static func quoted(_ names: [String]) -> String { names.map(\.quotedLiteral).joined(separator: ", ") }
}
