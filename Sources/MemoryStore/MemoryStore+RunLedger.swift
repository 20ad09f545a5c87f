import Database
import MemoryModel

extension MemoryStore {
  /// Takes the right to migrate into this store until the transaction ends.
  ///
  /// - Throws: `store_busy` when another migration has it.
  package func lockForMigration() throws { try backend.lockForMigration() }

  /// Whether any migration is recorded.
  package func hasRuns() throws -> Bool { try backend.hasRuns() }

  /// Opens a run in the ledger.
  ///
  /// - Returns: The run's number.
  package func beginRun(_ run: RunStart) throws -> Int64 { try backend.beginRun(run) }

  /// Notes which source row became which row here.
  package func record(_ rows: [RunRow], run: Int64) throws { try backend.record(rows, run: run) }

  /// Closes a run with its counts.
  package func finishRun(_ run: Int64, counts: RunCounts) throws { try backend.finishRun(run, counts: counts) }

  /// Memories of earlier, finished runs that are still there, for any of these source keys.
  package func migratedRows(sourceKeys: [String]) throws -> [MigratedRow] {
    try backend.migratedRows(sourceKeys: sourceKeys)
  }

  /// The recorded runs, oldest first.
  package func runs() throws -> [RunRecord] { try backend.runs() }

  /// The rows of a run that are still there, and whether each is as the run left it.
  package func rows(ofRun run: Int64) throws -> [RunRowState] { try backend.rows(ofRun: run) }

  /// Deletes rows that a run wrote.
  package func deleteRows(_ ids: [Int64], from table: String) throws { try backend.deleteRows(ids, from: table) }

  /// Forgets a run, or only those of its rows that are gone.
  package func forgetRun(_ run: Int64, entirely: Bool) throws { try backend.forgetRun(run, entirely: entirely) }
}
