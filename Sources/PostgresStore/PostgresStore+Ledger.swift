import MemoryCore
import PostgresClient

extension PostgresStore {
  /// An arbitrary number that every memsh uses for "migrating into this database": the bytes of "memsh".
  private static let migrationLock: Int64 = 0x6D65_6D73_68

  /// Takes the advisory lock of this database, polling, so that a waiter holds no snapshot that index builds wait for.
  public func lockForMigration() throws {
    while try query("SELECT pg_try_advisory_xact_lock(\(PostgresStore.migrationLock))").first?.boolean(0) != true {
      try pause()
    }
  }

  /// Opens a run in the ledger.
  public func beginRun(_ run: RunStart) throws -> Int64 {
    try query(
      """
      INSERT INTO memsh.runs (source, fingerprint, space, started_at, state, memsh_version)
      VALUES (\(run.source), \(run.fingerprint), \(run.space.json.text)::text::jsonb,
        \(PostgresValue.timestamp(microseconds: run.startedAt.microseconds)), 'running', \(memshVersion))
      RETURNING id
      """
    ).first?.integer(0) ?? 0
  }

  /// Notes which source row became which memory.
  public func record(_ rows: [RunRow], run: Int64) throws {
    try use { connection in
      try connection.copyIn(
        "COPY memsh.run_rows (run_id, source_key, memory_id, content_sha256) FROM STDIN (FORMAT BINARY)"
      ) { writer in
        for row in rows {
          try writer.beginRow(fields: 4)
          writer.write(int32: Int32(truncatingIfNeeded: run))
          writer.write(text: row.sourceKey)
          writer.write(int32: Int32(truncatingIfNeeded: row.memoryID))
          writer.write(text: row.contentHash)
        }
      }
    }
  }

  /// Closes a run.
  public func finishRun(_ run: Int64, counts: RunCounts) throws {
    try query(
      """
      UPDATE memsh.runs SET state = 'finished', finished_at = clock_timestamp() AT TIME ZONE 'UTC',
        counts = \(counts.json.text)::text::jsonb WHERE id = \(run)
      """)
  }

  /// Rows of earlier runs that are still there.
  public func migratedRows(sourceKeys: [String]) throws -> [MigratedRow] {
    try query(
      """
      SELECT r.source_key, r.content_sha256, runs.source FROM memsh.run_rows r
        JOIN memsh.runs ON runs.id = r.run_id JOIN memories m ON m.id = r.memory_id
      WHERE r.source_key = ANY(\(sourceKeys))
      """
    ).rows.map {
      MigratedRow(sourceKey: $0.text(0) ?? "", contentHash: $0.text(1) ?? "", source: $0.text(2) ?? "")
    }
  }
}
