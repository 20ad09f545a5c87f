import Database
import Foundation
import MemoryModel
import PostgresClient

extension PostgresStore {
  /// An arbitrary number that every memsh uses for "migrating into this database": the bytes of "memsh".
  private static let migrationLock: Int64 = 0x6D65_6D73_68
  /// The same for "building indexes", which goes on after a migration's transaction: the bytes of "memix".
  private static let indexLock: Int64 = 0x6D65_6D69_78
  private static let pollSeconds = 0.5

  /// Takes the advisory lock of this store, or fails at once: a waiter would hold up index builds.
  package func lockForMigration() throws {
    let isLocked = try query("SELECT pg_try_advisory_xact_lock(\(lockKey(PostgresStore.migrationLock)))").first?
      .boolean(0)
    guard isLocked == true else {
      throw MemshError(
        .storeBusy, "another migration into \(identity.location) is running", hint: "try again when it has ended")
    }
    // Whoever embeds inside the transaction may have to wait for a server.
    try execute(unsafeSQL: "SET LOCAL idle_in_transaction_session_timeout = 0")
  }

  /// Runs `body` while no other memsh builds indexes in this database.
  ///
  /// The lock is tried again and again, never waited for: CREATE INDEX CONCURRENTLY itself waits for every statement
  /// that has begun before it, so a waiter and a builder would wait for each other.
  func whileBuildingAlone<Value>(_ progress: any ProgressReporter, _ body: () throws -> Value) throws -> Value {
    interruption.clear()
    var hasSaidSo = false
    while try query("SELECT pg_try_advisory_lock(\(lockKey(PostgresStore.indexLock)))").first?.boolean(0) != true {
      if !hasSaidSo { progress.report(.waiting(.indexBuild)) }
      hasSaidSo = true
      Thread.sleep(forTimeInterval: PostgresStore.pollSeconds)
      try interruption.check()
    }
    // The session's end gives the lock back as well.
    defer { cleanUp("SELECT pg_advisory_unlock_all()") }
    return try body()
  }

  /// The key of a lock on this store: each schema of a database has its own.
  private func lockKey(_ purpose: Int64) -> SQL {
    guard let schemaName else { return "\(purpose)" }
    return "pg_catalog.hashtextextended(\(schemaName), \(purpose))"
  }

  /// Whether any migration is recorded.
  package func hasRuns() throws -> Bool {
    guard try hasLedger() else { return false }
    return try query("SELECT EXISTS (SELECT FROM \(unsafeSQL: ledger).runs)").first?.boolean(0) ?? false
  }

  /// Opens a run in the ledger.
  package func beginRun(_ run: RunStart) throws -> Int64 {
    try query(
      """
      INSERT INTO \(unsafeSQL: ledger).runs (source, fingerprint, space, started_at, state, memsh_version)
      VALUES (\(run.source), \(run.fingerprint), \(run.space.json.text)::text::jsonb,
        \(PostgresValue.timestamp(microseconds: run.startedAt.microseconds)), 'running', \(memshVersion))
      RETURNING id
      """
    ).first?.integer(0) ?? 0
  }

  /// Notes which source row became which row here.
  package func record(_ rows: [RunRow], run: Int64) throws {
    let types = try columnTypes(of: ledger + ".run_rows")
    try use { connection in
      try connection.copyIn(
        """
        COPY \(unsafeSQL: ledger).run_rows (run_id, table_name, source_key, target_id, content_sha256) FROM STDIN (FORMAT BINARY)
        """
      ) { writer in
        for row in rows {
          try writer.beginRow(fields: 5)
          try writer.write(integer: run, "run_id", types)
          writer.write(text: row.table)
          writer.write(text: row.sourceKey)
          try writer.write(integer: row.targetID, "target_id", types)
          writer.write(text: row.contentHash)
        }
      }
    }
  }

  /// Closes a run.
  package func finishRun(_ run: Int64, counts: RunCounts) throws {
    try query(
      """
      UPDATE \(unsafeSQL: ledger).runs SET state = 'finished', finished_at = clock_timestamp() AT TIME ZONE 'UTC',
        counts = \(counts.json.text)::text::jsonb WHERE id = \(run)
      """)
    // Built behind the first run: that is quicker than keeping it up to date row by row, and nobody looks before.
    let index = try query("SELECT to_regclass(\(ledger + ".run_rows_source_key_idx"))::text").first?.text(0)
    if index == nil {
      try execute(unsafeSQL: "CREATE INDEX run_rows_source_key_idx ON \(ledger).run_rows (source_key)")
    }
  }

  /// Memories of earlier runs that are still there.
  package func migratedRows(sourceKeys: [String]) throws -> [MigratedRow] {
    try query(
      """
      SELECT r.source_key, r.content_sha256, runs.source, m.user_id FROM \(unsafeSQL: ledger).run_rows r
        JOIN \(unsafeSQL: ledger).runs ON runs.id = r.run_id JOIN memories m ON m.id = r.target_id
      WHERE r.table_name = 'memories' AND runs.state <> 'running' AND r.source_key = ANY(\(sourceKeys))
      """
    ).rows.map {
      MigratedRow(
        sourceKey: try $0.text(0) ?? "", contentHash: try $0.text(1) ?? "", source: try $0.text(2) ?? "",
        userID: try $0.text(3) ?? "")
    }
  }

  /// The recorded runs.
  package func runs() throws -> [RunRecord] {
    try query("SELECT id, source, started_at FROM \(unsafeSQL: ledger).runs ORDER BY id").rows.map {
      RunRecord(
        id: try $0.integer(0) ?? 0, source: try $0.text(1) ?? "",
        startedAt: Timestamp(microseconds: try $0.timestamp(2) ?? 0))
    }
  }

  /// The rows of a run that are still there.
  package func rows(ofRun run: Int64) throws -> [RunRowState] {
    // An id that a later run has written again is that run's.
    let own: SQL = """
      NOT EXISTS (SELECT FROM \(unsafeSQL: ledger).run_rows later WHERE later.table_name = r.table_name
        AND later.target_id = r.target_id AND later.run_id > r.run_id)
      """
    let changed: SQL = """
      \(unsafeSQL: PostgresStore.contentHash("t")) <> r.content_sha256
        OR t.updated_at > (SELECT finished_at FROM \(unsafeSQL: ledger).runs WHERE id = \(run))
      """
    return try query(
      """
      SELECT r.table_name, t.id, coalesce(\(changed), false), pg_catalog.left(t.content::text, 60)
        FROM \(unsafeSQL: ledger).run_rows r JOIN memories t
        ON t.id = r.target_id WHERE r.table_name = 'memories' AND r.run_id = \(run) AND \(own)
      UNION ALL
      SELECT r.table_name, t.id, \(unsafeSQL: PostgresStore.contentHash("t")) <> r.content_sha256,
        pg_catalog.left(t.content::text, 60) FROM \(unsafeSQL: ledger).run_rows r JOIN prompt_fragments t
        ON t.id = r.target_id WHERE r.table_name = 'prompt_fragments' AND r.run_id = \(run) AND \(own)
      UNION ALL
      SELECT r.table_name, t.id, false, '' FROM \(unsafeSQL: ledger).run_rows r JOIN memory_duplicates t
        ON t.id = r.target_id WHERE r.table_name = 'memory_duplicates' AND r.run_id = \(run) AND \(own)
      UNION ALL
      SELECT r.table_name, t.id, false, '' FROM \(unsafeSQL: ledger).run_rows r JOIN memory_analytics t
        ON t.id = r.target_id WHERE r.table_name = 'memory_analytics' AND r.run_id = \(run) AND \(own)
      ORDER BY 1, 2
      """
    ).rows.map {
      RunRowState(
        table: try $0.text(0) ?? "", id: try $0.integer(1) ?? 0, isChanged: try $0.boolean(2) ?? true,
        excerpt: try $0.text(3) ?? "")
    }
  }

  /// Deletes rows that a run wrote.
  package func deleteRows(_ ids: [Int64], from table: String) throws {
    try query("DELETE FROM \(identifier: table) WHERE id = ANY(\(ids.map(String.init))::text[]::bigint[])")
  }

  /// Forgets a run, or those of its rows that are gone.
  package func forgetRun(_ run: Int64, entirely: Bool) throws {
    if entirely {
      try query("DELETE FROM \(unsafeSQL: ledger).run_rows WHERE run_id = \(run)")
      try query("DELETE FROM \(unsafeSQL: ledger).runs WHERE id = \(run)")
    } else {
      try query(
        """
        DELETE FROM \(unsafeSQL: ledger).run_rows r WHERE run_id = \(run) AND NOT EXISTS (
          SELECT FROM memories m WHERE r.table_name = 'memories' AND m.id = r.target_id) AND NOT EXISTS (
          SELECT FROM prompt_fragments f WHERE r.table_name = 'prompt_fragments' AND f.id = r.target_id)
        """)
      try query("UPDATE \(unsafeSQL: ledger).runs SET state = 'rolled back in part' WHERE id = \(run)")
    }
  }
}
