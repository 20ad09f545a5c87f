import Database
import MemoryModel
import PostgresClient

/// Giving the table of memories another layout.
extension PostgresDriver {
  package func layOut(
    _ goal: LaidOut, in state: StoreState, refers: Bool, _ progress: any ProgressReporter
  ) throws -> Bool {
    guard let table = try memoriesTable() else {
      throw MemshError(.schemaMissing, "there is no table of memories in \(identity.location)")
    }
    return try withoutStatementTimeout {
      if state.layout == .citus || goal.layout == .citus { try allowTriggersOnShards() }
      let referred = try dropDuplicatesKey()
      switch (state.layout, goal.layout) {
      case (.citus, _): try gather(table)
      case (_, .citus): try distribute(table, shards: goal.parts)
      default: try makeAnew(table, as: goal, progress)
      }
      if goal.layout == .single, refers { try addDuplicatesKey() }
      return referred
    }
  }

  /// - Returns: Whether there was one.
  private func dropDuplicatesKey() throws -> Bool {
    let table = Table.duplicates.name
    let isThere = try query(
      """
      SELECT EXISTS (SELECT FROM pg_catalog.pg_constraint AS k
        WHERE k.conrelid = pg_catalog.to_regclass(\(table))::oid AND k.conname::text = \(PostgresDriver.duplicatesKey)
          AND k.confrelid = pg_catalog.to_regclass('memories')::oid)
      """
    ).first?.boolean(0)
    guard isThere == true else { return false }
    try execute(unsafeSQL: "ALTER TABLE \(table) DROP CONSTRAINT \(PostgresDriver.duplicatesKey)")
    return true
  }

  private func addDuplicatesKey() throws {
    let table = Table.duplicates
    guard let column = table.columns.first(where: { $0.references != nil })?.name,
      try state().tables[table.name]?.column(column) != nil
    else { return }
    let orphans = try query(
      """
      SELECT pg_catalog.count(*) FROM \(table) AS d WHERE d.\(name: column) IS NOT NULL
        AND NOT EXISTS (SELECT FROM memories AS m WHERE m.id = d.\(name: column))
      """
    ).first?.integer(0)
    guard orphans == 0 else {
      throw MemshError(
        .storeFailed, "\(counted(orphans ?? 0, "recorded duplicate")) refers to memories that are gone",
        hint: "`doctor --fix duplicates_orphaned` deletes the records")
    }
    try execute(
      unsafeSQL: "ALTER TABLE \(table.name) ADD CONSTRAINT \(PostgresDriver.duplicatesKey) FOREIGN KEY (\(column)) "
        + "REFERENCES memories (id) ON DELETE CASCADE")
  }

  // MARK: A table in the place of another

  /// Makes a table with everything that the old one has, moves the rows, and puts it in its place.
  private func makeAnew(_ table: MemoriesTable, as goal: LaidOut, _ progress: any ProgressReporter) throws {
    let plan = TableBuild(table, goal)
    for statement in plan.creation { try execute(unsafeSQL: statement) }
    progress.progress("Moving rows", done: 0, total: 0)
    let there = try query("SELECT pg_catalog.count(*) FROM memories").first?.integer(0) ?? 0
    let moved = try query(SQL(raw: plan.move)).affectedRows
    guard moved == Int(there) else { throw MemshError.rowsNotWritten([], of: Table.memories.name, "moved") }
    for statement in try plan.exchange + foreignRights(on: plan.newName) { try execute(unsafeSQL: statement) }
    for statement in plan.finish { try execute(unsafeSQL: statement) }
    try execute(unsafeSQL: "ANALYZE memories")
    // Behind ANALYZE, which tells how many rows each part has.
    for index in table.indexes { try build(index: index, mode: "", progress) }
    for statement in table.comments { try execute(unsafeSQL: statement) }
  }

  /// The statements that take away what a new table gives others by itself (ALTER DEFAULT PRIVILEGES).
  private func foreignRights(on table: String) throws -> [String] {
    try query(
      """
      SELECT DISTINCT pg_catalog.format('REVOKE ALL ON memories FROM %s',
        CASE WHEN x.grantee = 0::oid THEN 'PUBLIC' ELSE pg_catalog.quote_ident(pg_catalog.pg_get_userbyid(x.grantee)::text) END)
      FROM pg_catalog.pg_class AS c CROSS JOIN LATERAL pg_catalog.aclexplode(c.relacl) AS x
      WHERE c.oid = pg_catalog.to_regclass(\(table))::oid AND x.grantee <> c.relowner
      """
    ).rows.compactMap { try $0.text(0) }
  }

  // MARK: Citus

  /// Citus hands triggers to the shards only when it is told to, in every session that changes something.
  private func allowTriggersOnShards() throws {
    try execute(unsafeSQL: "SET LOCAL citus.enable_unsafe_triggers = on")
  }

  private func distribute(_ table: MemoriesTable, shards: Int) throws {
    try execute(unsafeSQL: table.exchangeOfKey(["id", "user_id"]))
    try query("SELECT create_distributed_table('memories', 'user_id', shard_count => \(raw: String(shards)))")
    try setTriggerSetting()
  }

  /// Lets every later session have it.
  func setTriggerSetting() throws {
    let database = try query("SELECT pg_catalog.quote_ident(current_database()::text)").first?.text(0) ?? ""
    try execute(unsafeSQL: "ALTER DATABASE \(database) SET citus.enable_unsafe_triggers = on")
    try execute(unsafeSQL: "SET citus.enable_unsafe_triggers = on")
  }

  private func gather(_ table: MemoriesTable) throws {
    try query("SELECT undistribute_table('memories')")
    try execute(unsafeSQL: table.exchangeOfKey(["id"]))
  }

  /// Citus leaves the rows in the table from which it has copied them to the shards.
  package func finishLayout(in state: StoreState) throws {
    guard state.layout == .citus else { return }
    try withoutStatementTimeout {
      _ = try query("SELECT truncate_local_data_after_distributing_table('memories')")
    }
  }
}
