import Database
import GRDB
import MemoryModel

extension SQLiteStore {
  /// The transaction that a migration runs in holds the file's write lock already.
  package func lockForMigration() throws {}

  /// Whether any migration is recorded.
  package func hasRuns() throws -> Bool {
    guard try embeddingSpace() != nil else { return false }
    return try read { try Bool.fetchOne($0, sql: "SELECT EXISTS (SELECT 1 FROM memsh_runs)") ?? false }
  }

  /// Opens a run in the ledger.
  package func beginRun(_ run: RunStart) throws -> Int64 {
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

  /// Notes which source row became which row here.
  package func record(_ rows: [RunRow], run: Int64) throws {
    try write { db in
      let statement = try db.cachedStatement(
        sql: """
          INSERT INTO memsh_run_rows (run_id, table_name, source_key, target_id, content_sha256)
          VALUES (?, ?, ?, ?, ?)
          """)
      for row in rows {
        try statement.execute(arguments: [run, row.table, row.sourceKey, row.targetID, row.contentHash])
      }
    }
  }

  /// Closes a run.
  package func finishRun(_ run: Int64, counts: RunCounts) throws {
    try write { db in
      try db.execute(
        sql: "UPDATE memsh_runs SET state = 'finished', finished_at = \(SQLiteDDL.now), counts = ? WHERE id = ?",
        arguments: [counts.json.text, run])
    }
  }

  /// Memories of earlier runs that are still there.
  package func migratedRows(sourceKeys: [String]) throws -> [MigratedRow] {
    try read { db in
      try db.rows(
        """
        SELECT r.source_key, r.content_sha256, runs.source, m.user_id FROM json_each(?) AS wanted
          JOIN memsh_run_rows r ON r.source_key = wanted.value AND r.table_name = 'memories'
          JOIN memsh_runs runs ON runs.id = r.run_id JOIN memories m ON m.id = r.target_id
        WHERE runs.state <> 'running'
        """, [SQLiteStore.jsonArray(sourceKeys)]
      ) { row in
        MigratedRow(
          sourceKey: try row.text(0) ?? "", contentHash: try row.text(1) ?? "", source: try row.text(2) ?? "",
          userID: try row.text(3) ?? "")
      }
    }
  }

  /// The recorded runs.
  package func runs() throws -> [RunRecord] {
    try read { db in
      try db.rows("SELECT id, source, started_at FROM memsh_runs ORDER BY id", of: "memsh_runs") { row in
        RunRecord(
          id: try row.id(0), source: try row.text(1) ?? "",
          startedAt: try row.timestamp(2) ?? Timestamp(microseconds: 0))
      }
    }
  }

  /// The rows of a run that are still there.
  package func rows(ofRun run: Int64) throws -> [RunRowState] {
    try read { db in
      let finished = try db.texts("SELECT finished_at FROM memsh_runs WHERE id = ?", [run]).first
      return try Table.names.flatMap { table in
        let hasContent = table == "memories" || table == Table.fragments.name
        let columns = hasContent ? "t.content, t.updated_at" : "'', ''"
        return try db.rows(
          """
          SELECT t.id, r.content_sha256, \(columns) FROM memsh_run_rows r JOIN \(table) t ON t.id = r.target_id
          WHERE r.run_id = ? AND r.table_name = ? AND NOT EXISTS (
            SELECT 1 FROM memsh_run_rows later WHERE later.table_name = r.table_name
              AND later.target_id = r.target_id AND later.run_id > r.run_id)
          ORDER BY t.id
          """, [run, table], of: table
        ) { row in
          let content = try row.text(2) ?? ""
          let isOther = try hasContent && ContentHash.hex(of: content) != row.text(1)
          // Fragments get their time of change when they are inserted, so only their content tells.
          let isNewer = try table == "memories" && row.text(3).map { $0 > finished ?? "" } ?? false
          return RunRowState(
            table: table, id: try row.id(0), isChanged: isOther || isNewer, excerpt: String(content.prefix(60)))
        }
      }
    }
  }

  /// Deletes rows that a run wrote.
  package func deleteRows(_ ids: [Int64], from table: String) throws {
    try write { db in
      let statement = try db.cachedStatement(sql: "DELETE FROM \(table.quotedIdentifier) WHERE id = ?")
      for id in ids { try statement.execute(arguments: [id]) }
    }
  }

  /// Forgets a run, or those of its rows that are gone.
  package func forgetRun(_ run: Int64, entirely: Bool) throws {
    try write { db in
      guard !entirely else { return try db.execute(sql: "DELETE FROM memsh_runs WHERE id = ?", arguments: [run]) }
      try db.execute(
        sql: """
          DELETE FROM memsh_run_rows WHERE run_id = ?
            AND NOT (table_name = 'memories' AND target_id IN (SELECT id FROM memories))
            AND NOT (table_name = 'prompt_fragments' AND target_id IN (SELECT id FROM prompt_fragments))
          """, arguments: [run])
      try db.execute(sql: "UPDATE memsh_runs SET state = 'rolled back in part' WHERE id = ?", arguments: [run])
    }
  }
}
