import GRDB
import MemoryCore

extension SQLiteStore {
  /// The transaction that a migration runs in holds the file's write lock already.
  public func lockForMigration() throws {}

  /// Opens a run in the ledger.
  public func beginRun(_ run: RunStart) throws -> Int64 {
    try write { db in
      try db.execute(
        sql: """
          INSERT INTO memsh_runs (source, fingerprint, space, started_at, state, memsh_version)
          VALUES (?, ?, ?, ?, 'running', ?)
          """,
        arguments: [run.source, run.fingerprint, run.space.json.text, run.startedAt.iso8601, memshVersion])
      return db.lastInsertedRowID
    }
  }

  /// Notes which source row became which memory.
  public func record(_ rows: [RunRow], run: Int64) throws {
    try write { db in
      let statement = try db.cachedStatement(
        sql: "INSERT INTO memsh_run_rows (run_id, source_key, memory_id, content_sha256) VALUES (?, ?, ?, ?)")
      for row in rows {
        try statement.execute(arguments: [run, row.sourceKey, row.memoryID, row.contentHash])
      }
    }
  }

  /// Closes a run.
  public func finishRun(_ run: Int64, counts: RunCounts) throws {
    try write { db in
      try db.execute(
        sql: "UPDATE memsh_runs SET state = 'finished', finished_at = \(SQLiteDDL.now), counts = ? WHERE id = ?",
        arguments: [counts.json.text, run])
    }
  }

  /// Rows of earlier runs that are still there.
  public func migratedRows(sourceKeys: [String]) throws -> [MigratedRow] {
    try read { db in
      try Row.fetchAll(
        db,
        sql: """
          SELECT r.source_key, r.content_sha256, runs.source FROM json_each(?) AS wanted
            JOIN memsh_run_rows r ON r.source_key = wanted.value
            JOIN memsh_runs runs ON runs.id = r.run_id JOIN memories m ON m.id = r.memory_id
          """, arguments: [SQLiteStore.jsonArray(sourceKeys)]
      ).map { MigratedRow(sourceKey: $0[0], contentHash: $0[1], source: $0[2]) }
    }
  }
}
