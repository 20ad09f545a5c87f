import Database
import MemoryModel
import PostgresClient

/// Looking after what the database has beside the rows.
extension PostgresDriver: Maintaining {
  /// Below so many rows the planner's guesses and dead rows do no harm.
  private static let rowsWorthAnalyzing = 1_000

  package func maintenance(of part: MaintainedPart) -> Maintenance? {
    switch part {
    case .nullability: Maintenance(find: columnsRefusingNull) { _ in try self.allowNull() }
    case .indexes: Maintenance(find: missingIndexes) { _ = try self.buildIndexes(nil, leavingOut: [], $0) }
    case .textIndex:
      Maintenance {
        // Over a table that is missing there can be none.
        guard try self.schema().contains(where: { $0.name == "memories" && $0.state == .present }) else { return nil }
        return try self.hasTextIndex(in: self.state()) ? [] : [PostgresDriver.textIndex]
      } mend: {
        _ = try self.buildIndexes(nil, leavingOut: [], $0)
      }
    case .vectorLists:
      Maintenance {
        try self.unfitLists().map(\.description)
      } mend: { progress in
        for index in try self.unfitLists() {
          try self.execute(
            unsafeSQL: "DROP INDEX \(index.isWhole ? "" : "CONCURRENTLY ")\(index.name.quotedIdentifier)")
        }
        _ = try self.buildIndexes(.ivfflat, leavingOut: [], progress)
      }
    case .statistics:
      Maintenance {
        try self.neverAnalyzed().map(\.table)
      } mend: { _ in
        try self.run("ANALYZE", over: self.neverAnalyzed())
      }
    case .deadRows:
      Maintenance {
        try self.tablesWithDeadRows().map { "\($0.table): \($0.dead) dead rows beside \($0.live)" }
      } mend: { _ in
        try self.run("VACUUM ANALYZE", over: self.tablesWithDeadRows())
      }
    case .hiddenRows: Maintenance(find: tablesWithHiddenRows) { _ in }
    case .foreignPartitions: Maintenance(find: foreignPartitions) { _ in }
    case .skewedParts: Maintenance(find: skewedPartitions) { _ in }
    case .silentNodes: Maintenance(find: silentNodes) { _ in }
    case .nodeVersions: Maintenance(find: otherVectorVersions) { _ in try self.updateVectorOnNodes() }
    case .triggersOnNodes: Maintenance(find: missingTriggerSetting) { _ in try self.setTriggerSetting() }
    case .vectorLog, .vectorFile, .writeAheadLog: nil
    }
  }

  /// A vector index that cannot be built, because the vectors are too long for it or the column has no length, is not
  /// missing.
  private func missingIndexes() throws -> [String] {
    let shape = try embeddingSpace().flatMap { space in
      try pgvectorVersion().flatMap { VectorIndexShape(dimensions: space.dimensions, version: $0) }
    }
    let indexable = try query(
      """
      SELECT c.relname::text FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
      WHERE a.attrelid IN (to_regclass('memories')::oid, to_regclass('prompt_fragments')::oid) AND a.attname = 'embedding'
        AND a.atttypmod > 0
      """
    ).rows.compactMap { try $0.text(0) }
    return try schema().filter { object in
      guard object.kind == .index, object.state == .missing else { return false }
      let isOnVectors = SchemaNames.vectorIndexes.contains { $0.name == object.name }
      return !isOnVectors || shape != nil && indexable.contains(object.table)
    }.map(\.name)
  }

  private struct UnfitIndex {
    let name: String
    let description: String
    /// Whether it is a partitioned table's, which has one on each partition.
    let isWhole: Bool
  }

  /// ivfflat indexes whose number of lists is four times too large or too small.
  private func unfitLists() throws -> [UnfitIndex] {
    try query(
      """
      SELECT i.relname::text, x.indrelid::regclass::text,
        (SELECT pg_catalog.split_part(o, '=', 2)::int8 FROM pg_catalog.unnest(
            (SELECT c.reloptions FROM \(parts(of: "i.oid")) JOIN pg_class AS c ON c.oid = part.oid
              WHERE c.relkind = 'i' ORDER BY c.relpages DESC LIMIT 1)) AS o WHERE o LIKE 'lists=%'),
        i.relkind = 'I',
        (SELECT pg_catalog.max(c.reltuples)::int8 FROM \(parts(of: "x.indrelid"))
            JOIN pg_class AS c ON c.oid = part.oid WHERE c.relkind = 'r')
      FROM pg_index x JOIN pg_class i ON i.oid = x.indexrelid JOIN pg_am a ON a.oid = i.relam
      WHERE a.amname = 'ivfflat' AND x.indrelid IN (to_regclass('memories')::oid, to_regclass('prompt_fragments')::oid)
      """
    ).rows.compactMap { row in
      let (name, table) = (try row.text(0) ?? "", try row.text(1) ?? "")
      let isWhole = try row.boolean(3) ?? false
      // Of a partitioned table the largest partition tells.
      let rows =
        isWhole
        ? try row.integer(4) ?? 0
        : try query("SELECT pg_catalog.count(embedding) FROM \(raw: table)").first?.integer(0) ?? 0
      let advised = PostgresDriver.ivfflatLists(rows: Int(rows))
      // pgvector's default is 100 lists.
      let lists = Int(try row.integer(2) ?? 100)
      guard lists > advised * 4 || advised > lists * 4 else { return nil }
      return UnfitIndex(
        name: name, description: "\(name): \(lists) lists, advised are \(advised) for \(rows) rows", isWhole: isWhole)
    }
  }

  /// What the server has counted in a table.
  private struct TableActivity {
    let table: String
    let isAnalyzed: Bool
    let live: Int64
    let dead: Int64
  }

  private func activity() throws -> [TableActivity] {
    try query(
      """
      SELECT c.relname::text, c.reltuples::int8 >= \(PostgresDriver.rowsWorthAnalyzing / 10)
          OR s.last_analyze IS NOT NULL OR s.last_autoanalyze IS NOT NULL,
        coalesce(s.n_live_tup, 0)::int8, coalesce(s.n_dead_tup, 0)::int8
      FROM pg_catalog.unnest(\(Table.names)) AS t(name)
        CROSS JOIN \(parts(of: "to_regclass(t.name)")) JOIN pg_class c ON c.oid = part.oid
        JOIN pg_stat_all_tables s ON s.relid = c.oid ORDER BY 1
      """
    ).rows.compactMap { row in
      guard let table = try row.text(0), let isAnalyzed = try row.boolean(1), let live = try row.integer(2),
        let dead = try row.integer(3)
      else { return nil }
      return TableActivity(table: table, isAnalyzed: isAnalyzed, live: live, dead: dead)
    }
  }

  private func neverAnalyzed() throws -> [TableActivity] {
    try activity().filter { activity in
      guard !activity.isAnalyzed else { return false }
      let rows = try query(
        """
        SELECT count(*) FROM (SELECT 1 FROM \(name: activity.table) LIMIT \(PostgresDriver.rowsWorthAnalyzing)) AS first
        """
      ).first?.integer(0)
      return rows == Int64(PostgresDriver.rowsWorthAnalyzing)
    }
  }

  private func tablesWithDeadRows() throws -> [TableActivity] {
    try activity().filter { $0.dead > Int64(PostgresDriver.rowsWorthAnalyzing) && $0.dead * 4 > $0.live }
  }

  private func run(_ statement: String, over tables: [TableActivity]) throws {
    try withoutStatementTimeout {
      for table in tables { try execute(unsafeSQL: "\(statement) \(table.table.quotedIdentifier)") }
    }
  }
}
