import Database
import MemoryModel

/// The ledger: which migration wrote which rows, so that none is written twice and a migration can be taken back.
///
/// The ledger stands on one server where memories may stand on many. So no statement has a subquery over both: what the
/// ledger says is put together first (`AS MATERIALIZED`), then joined.
extension MemoryStore {
  /// Takes the right to migrate into this store until the transaction ends.
  ///
  /// - Throws: `store_busy` when another migration has it.
  package func lockForMigration() throws {
    guard let lock = driver.dialect.migrationLock else { return }
    guard try driver.first(lock, { try $0.flag(0) }) == true else {
      throw MemshError(
        .storeBusy, "another migration into \(identity.location) is running", hint: "try again when it has ended")
    }
  }

  /// Whether any migration is recorded.
  package func hasRuns() throws -> Bool {
    guard try mayRead(.runs) != nil else { return false }
    return try driver.exists("SELECT 1 FROM \(OwnTable.runs) LIMIT 1")
  }

  /// Opens a run in the ledger.
  ///
  /// - Returns: The run's number.
  package func beginRun(_ run: RunStart) throws -> Int64 {
    let begun = try driver.changing(
      """
      INSERT INTO \(OwnTable.runs) (source, fingerprint, space, started_at, state, memsh_version)
      VALUES (\(run.source), \(run.fingerprint), \(run.space.json), \(run.startedAt), 'running', \(memshVersion))
      RETURNING id
      """)
    guard let number = begun.first else { throw MemshError.rowsNotWritten([], of: "the ledger", "inserted") }
    return number
  }

  /// Notes which source row became which row here.
  package func record(_ rows: [RunRow], run: Int64) throws {
    try driver.load(
      rows.map { [.integer(run), .text($0.table), .text($0.sourceKey), .integer($0.targetID), .text($0.contentHash)] },
      columns: [
        Column("run_id", .integer), Column("table_name", .text), Column("source_key", .text),
        Column("target_id", .integer), Column("content_sha256", .text),
      ], added: [], into: .own(.runRows))
  }

  /// Closes a run with its counts.
  package func finishRun(_ run: Int64, counts: RunCounts) throws {
    try driver.execute(
      """
      UPDATE \(OwnTable.runs) SET state = 'finished', finished_at = \(SQL.clock), counts = \(counts.json)
      WHERE id = \(run)
      """)
    // Built behind the first run: that is quicker than keeping it up to date row by row, and nothing looks before.
    if let index = driver.dialect.sourceKeyIndex, try !driver.exists(index.presence) {
      try driver.execute(index.creation)
    }
  }

  /// Memories of earlier, finished runs that are still there, for any of these source keys.
  package func migratedRows(sourceKeys: [String]) throws -> [MigratedRow] {
    // CROSS JOIN, because SQLite then looks for the keys first.
    try driver.rows(
      """
      WITH written AS MATERIALIZED (
        SELECT r.source_key, r.content_sha256, runs.source, r.target_id
        FROM \(OwnTable.runRows) AS r CROSS JOIN \(OwnTable.runs) AS runs
        WHERE r.source_key \(among: sourceKeys) AND r.table_name = \(Table.memories.name)
          AND runs.id = r.run_id AND runs.state <> 'running')
      SELECT w.source_key, w.content_sha256, w.source, \(Column.userID, of: "t"), w.target_id
      FROM written AS w JOIN \(Table.memories) AS t ON t.id = w.target_id
      """
    ) {
      MigratedRow(
        sourceKey: try $0.string(0), contentHash: try $0.string(1), source: try $0.string(2), userID: try $0.string(3),
        id: try $0.number(4))
    }
  }

  /// The recorded runs, oldest first.
  package func runs() throws -> [RunRecord] {
    try driver.rows("SELECT id, source, started_at FROM \(OwnTable.runs) ORDER BY id", of: "the ledger") {
      RunRecord(id: try $0.number(0), source: try $0.string(1), startedAt: try $0.moment(2))
    }
  }

  /// The rows of a run that are still there, and whether each is as the run left it.
  package func rows(ofRun run: Int64) throws -> [RunRowState] {
    let finished = try driver.first("SELECT finished_at FROM \(OwnTable.runs) WHERE id = \(run)") {
      try $0.timestamp(0)
    }
    return try Table.all.flatMap { table in
      var (isChanged, excerpt): (SQL, SQL) = ("1 = 0", "''")
      if table.columns.contains(.content) {
        isChanged = "\(sha256: .content, of: "t") <> w.content_sha256"
        excerpt = "\(function: "substr")(\(Column.content, of: "t"), 1, 60)"
      }
      // Fragments get their time of change when they are inserted, so only their content tells.
      if table == .memories, let finished = finished ?? nil {
        isChanged = "\(isChanged) OR \(Column.updated, of: "t") > \(finished)"
      }
      // An id that a later run has written again is that run's.
      return try driver.rows(
        """
        WITH written AS MATERIALIZED (
          SELECT r.target_id, r.content_sha256 FROM \(OwnTable.runRows) AS r
          WHERE r.run_id = \(run) AND r.table_name = \(table.name) AND NOT EXISTS (
            SELECT 1 FROM \(OwnTable.runRows) AS later WHERE later.table_name = r.table_name
              AND later.target_id = r.target_id AND later.run_id > r.run_id))
        SELECT t.id, coalesce(\(isChanged), 1 = 0), \(excerpt)
        FROM written AS w JOIN \(table) AS t ON t.id = w.target_id ORDER BY t.id
        """, of: table.name
      ) { row in
        RunRowState(
          table: table.name, id: try row.number(0), isChanged: try row.flag(1), excerpt: try row.text(2) ?? "")
      }
    }
  }

  /// Deletes rows that a run wrote.
  package func deleteRows(_ ids: [Int64], from table: String) throws {
    try driver.executeSoon("DELETE FROM \(name: table) WHERE id \(among: ids)")
  }

  /// Forgets a run, or only those of its rows that are gone.
  ///
  /// - Parameter kept: The rows that are still to be known as the run's.
  package func forgetRun(_ run: Int64, keeping kept: [RunRowState]) throws {
    guard !kept.isEmpty else {
      try driver.execute("DELETE FROM \(OwnTable.runRows) WHERE run_id = \(run)")
      try driver.execute("DELETE FROM \(OwnTable.runs) WHERE id = \(run)")
      return
    }
    for table in Table.names {
      let ids = kept.filter { $0.table == table }.map(\.id)
      try driver.execute(
        """
        DELETE FROM \(OwnTable.runRows)
        WHERE run_id = \(run) AND table_name = \(table) AND NOT target_id \(among: ids)
        """)
    }
    try driver.execute("UPDATE \(OwnTable.runs) SET state = 'rolled back in part' WHERE id = \(run)")
  }
}
