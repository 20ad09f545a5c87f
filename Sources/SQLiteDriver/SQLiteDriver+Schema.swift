import Database
import GRDB
import MemoryModel

extension SQLiteDriver {
  /// SQLite needs no extension for vectors: the scan is memsh's own.
  package func vectorSupport(_ action: VectorSupportAction) throws -> VectorSupport {
    VectorSupport(server: try serverVersion(), engine: "exact scan")
  }

  /// Nothing to try: vectors are blobs, and the scan is part of memsh.
  package func testVectors(dimensions: Int) throws -> [String] { [] }

  func schema() throws -> [SchemaObject] { try state().schema }

  private func presentDefinitions() throws -> [String: String] {
    guard fileExists else { return [:] }
    return try read { db in
      let rows = try db.rows("SELECT type || ' ' || name, coalesce(sql, '') FROM sqlite_master") {
        (try $0.text(0) ?? "", try $0.text(1) ?? "")
      }
      return Dictionary(rows, uniquingKeysWith: { first, _ in first })
    }
  }

  /// The file is made when something is written; nothing else needs a place.
  package func prepareSchema() {}

  /// Creates one of the tables; a column of vectors takes any length.
  package func create(_ table: Table, dimensions: Int) throws {
    try write { try $0.execute(sql: SQLiteDDL.table(table)) }
  }

  /// Creates the trigger that sets `updated_at`.
  package func createTrigger(_ name: String, of table: Table) throws {
    try write { try $0.execute(sql: SQLiteDDL.trigger(name, table: table.name)) }
  }

  private static func definition(ofIndex name: String, table: String) -> String {
    let columns = SchemaNames.indexes.first { $0.name == name }?.columns
    return columns.map { "CREATE INDEX \(name) ON \(table) (\($0))" } ?? SQLiteDDL.vectorIndex(name, table: table)
  }

  /// Creates memsh's own tables but for the journal.
  package func createLedger() throws {
    guard try !hasLedger() else { return }
    try write { try $0.execute(sql: SQLiteDDL.ledger) }
  }

  /// The transaction holds the file's write lock already.
  package func lockTables() throws {}

  /// Builds the indexes that are missing. Those on vectors only list rows: search is exact.
  package func buildIndexes(
    _ method: VectorIndexMethod?, leavingOut leftOut: Set<String>, _ progress: any ProgressReporter
  ) throws -> [VectorIndexOutcome] {
    let missing = try schema().filter { $0.kind == .index && $0.state == .missing && !leftOut.contains($0.name) }
    try transaction(.commit) {
      try write { db in
        for index in missing { try db.execute(sql: SQLiteDriver.definition(ofIndex: index.name, table: index.table)) }
        try buildSearchIndexes(db)
      }
    }
    return []
  }

  /// Makes the word index and the log of vectors, if they are missing or not whole; a word index for another language
  /// than the one that was chosen is made anew.
  private func buildSearchIndexes(_ db: Database) throws {
    if try !isWhole(SearchDDL.vectors) {
      try db.execute(sql: SearchDDL.vectors.drop + SearchDDL.createVectorLog)
    } else if try presentDefinitions()["table \(SearchDDL.vectorChanges)"] == nil {
      try db.execute(sql: SearchDDL.createVectorChanges)
    }
    let chosen = options.textSearchLanguage.map(SearchDDL.tokenizer)
    let present = try presentDefinitions()["table \(SearchDDL.textIndex)"] ?? ""
    if try !isWhole(SearchDDL.text) || chosen.map({ !present.contains("'\($0)'") }) ?? false {
      let language = options.textSearchLanguage ?? StoreOptions.defaultLanguage
      try db.execute(sql: SearchDDL.text.drop + SearchDDL.createTextIndex(language: language))
    }
  }

  /// Whether tables are there with all of their triggers: without one of them they may be behind the rows.
  func isWhole(_ parts: SearchDDL.Parts) throws -> Bool {
    let definitions = try presentDefinitions()
    return parts.tables.allSatisfy { definitions["table \($0)"] != nil }
      && parts.triggers.allSatisfy { definitions["trigger \($0)"] != nil }
  }

  /// The space of the store's vectors, as ``StoreState`` has it.
  func embeddingSpace() throws -> EmbeddingSpace? { try embeddingSpace(of: state()) }

  func embeddingSpace(of state: StoreState) throws -> EmbeddingSpace? {
    try state.embeddingSpace(removedBy: "DELETE FROM memsh_settings WHERE key = 'embedding_space'")
  }

  private func hasLedger() throws -> Bool {
    guard fileExists else { return false }
    // Not tableExists: GRDB answers from a cache that another process has not heard of.
    return try presentDefinitions()["table memsh_settings"] != nil
  }
}
