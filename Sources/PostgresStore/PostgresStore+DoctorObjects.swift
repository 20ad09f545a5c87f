import Database
import MemoryModel
import PostgresClient

/// Finding faults in what is no row, and putting it right.
extension PostgresStore {
  /// Below so many rows the planner's guesses and dead rows do no harm.
  private static let rowsWorthAnalyzing = 1_000

  func examineObjects(_ fault: Fault) throws -> FaultFinding? {
    switch fault {
    case .tablesMissing: return finding(fault, try schema().filter { $0.kind == .table && $0.state == .missing })
    case .triggersMissing: return finding(fault, try schema().filter { $0.kind == .trigger && $0.state != .present })
    case .columnsRequired: return FaultFinding(fault, objects: try columnsRefusingNull())
    case .indexesMissing: return finding(fault, try missingIndexes())
    case .indexesInvalid: return finding(fault, try schema().filter { $0.kind == .index && $0.state == .invalid })
    case .textIndex:
      // Over a table that is missing there can be none.
      guard try schema().contains(where: { $0.name == "memories" && $0.state == .present }) else { return nil }
      return FaultFinding(fault, objects: try hasTextIndex() ? [] : [PostgresStore.textIndex])
    case .pgvectorVersion:
      let version = try query("SELECT extversion FROM pg_extension WHERE extname = 'vector'").first?.text(0)
      let isOld = version.map { PgvectorVersion($0).mayDamageIndexes } ?? false
      return FaultFinding(fault, objects: isOld ? ["pgvector \(version ?? "")"] : [])
    case .extensionOutdated:
      let support = try vectorSupport(.check)
      return FaultFinding(
        fault,
        objects: support.isOutdated
          ? ["pgvector \(support.installedVersion ?? ""), the server has \(support.availableVersion ?? "")"] : [])
    case .ivfflatLists: return FaultFinding(fault, objects: try unfitLists().map(\.description))
    case .sequencesBehind: return FaultFinding(fault, objects: try behindSequences())
    case .rowSecurity: return FaultFinding(fault, objects: try tablesWithHiddenRows())
    case .neverAnalyzed, .deadTuples: return FaultFinding(fault, objects: try neglectedTables(fault))
    default: return nil
    }
  }

  private func finding(_ fault: Fault, _ objects: [SchemaObject]) -> FaultFinding {
    FaultFinding(fault, objects: objects.map(\.name))
  }

  /// A vector index that cannot be built, because the vectors are too long for it or the column has no length, is not
  /// missing.
  private func missingIndexes() throws -> [SchemaObject] {
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
    }
  }

  private struct UnfitIndex {
    let name: String
    let description: String
  }

  /// ivfflat indexes whose number of lists is four times too large or too small.
  private func unfitLists() throws -> [UnfitIndex] {
    try query(
      """
      SELECT i.relname::text, x.indrelid::regclass::text,
        (SELECT pg_catalog.split_part(o, '=', 2)::int8 FROM pg_catalog.unnest(i.reloptions) AS o WHERE o LIKE 'lists=%')
      FROM pg_index x JOIN pg_class i ON i.oid = x.indexrelid JOIN pg_am a ON a.oid = i.relam
      WHERE a.amname = 'ivfflat' AND x.indrelid IN (to_regclass('memories')::oid, to_regclass('prompt_fragments')::oid)
      """
    ).rows.compactMap { row in
      let (name, table) = (try row.text(0) ?? "", try row.text(1) ?? "")
      let rows = try query("SELECT pg_catalog.count(embedding) FROM \(unsafeSQL: table)").first?.integer(0) ?? 0
      let advised = PostgresStore.ivfflatLists(rows: Int(rows))
      // pgvector's default is 100 lists.
      let lists = Int(try row.integer(2) ?? 100)
      guard lists > advised * 4 || advised > lists * 4 else { return nil }
      return UnfitIndex(name: name, description: "\(name): \(lists) lists, advised are \(advised) for \(rows) rows")
    }
  }

  private func behindSequences() throws -> [String] {
    try schema().filter { $0.kind == .table && $0.state == .present }.map(\.name).compactMap { table in
      let row = try query(
        """
        SELECT coalesce(pg_sequence_last_value(sequence), 0)::int8,
          (SELECT coalesce(pg_catalog.max(id), 0) FROM \(identifier: table))::int8
        FROM (SELECT pg_get_serial_sequence(\(table), 'id')::regclass AS sequence) AS s
        -- Without a right on it nobody is told how far it is.
        WHERE pg_catalog.has_sequence_privilege(sequence::oid, 'USAGE, SELECT')
        """
      ).first
      guard let last = try row?.integer(0), let largest = try row?.integer(1), last < largest else { return nil }
      return "\(table): the sequence is at \(last), the largest id \(largest)"
    }
  }

  private func neglectedTables(_ fault: Fault) throws -> [String] {
    try query(
      """
      SELECT c.relname::text, c.reltuples::int8 < \(PostgresStore.rowsWorthAnalyzing / 10)
          AND s.last_analyze IS NULL AND s.last_autoanalyze IS NULL,
        s.n_live_tup::int8, s.n_dead_tup::int8
      FROM pg_catalog.unnest(\(Table.names)) AS t(name) JOIN pg_class c ON c.oid = to_regclass(t.name)::oid
        JOIN pg_stat_all_tables s ON s.relid = c.oid ORDER BY 1
      """
    ).rows.compactMap { row in
      let (name, live, dead) = (try row.text(0) ?? "", try row.integer(2) ?? 0, try row.integer(3) ?? 0)
      if fault == .deadTuples {
        guard dead > Int64(PostgresStore.rowsWorthAnalyzing), dead * 4 > live else { return nil }
        return "\(name): \(dead) dead rows beside \(live)"
      }
      guard try row.boolean(1) == true else { return nil }
      let rows = try query(
        "SELECT count(*) FROM (SELECT FROM \(identifier: name) LIMIT \(PostgresStore.rowsWorthAnalyzing)) AS first"
      ).first?.integer(0)
      return rows == Int64(PostgresStore.rowsWorthAnalyzing) ? name : nil
    }
  }

  func mendObjects(_ fault: Fault, _ progress: any ProgressReporter) throws {
    switch fault {
    case .tablesMissing, .triggersMissing:
      for object in try schema() where object.kind == .trigger && object.state == .invalid {
        try execute(unsafeSQL: "ALTER TABLE \(object.table) ENABLE TRIGGER \(object.name)")
      }
      if let space = try embeddingSpace() { _ = try createSchema(space: space) }
      if fault == .tablesMissing { _ = try buildIndexes(nil, progress) }
    case .columnsRequired: try allowNull()
    case .indexesMissing, .indexesInvalid, .textIndex: _ = try buildIndexes(nil, progress)
    case .pgvectorVersion, .extensionOutdated: _ = try vectorSupport(.update)
    case .ivfflatLists:
      for index in try unfitLists() { try execute(unsafeSQL: "DROP INDEX CONCURRENTLY \(index.name)") }
      _ = try buildIndexes(.ivfflat, progress)
    case .sequencesBehind:
      for table in Table.names {
        try reserveIDs(upTo: try largestID(in: table, notAbove: idMaximum), in: table)
      }
    case .neverAnalyzed, .deadTuples:
      try withoutStatementTimeout {
        for table in try neglectedTables(fault) {
          let name = String(table.prefix { $0 != ":" })
          try execute(unsafeSQL: "\(fault == .deadTuples ? "VACUUM ANALYZE" : "ANALYZE") \(name)")
        }
      }
    default: break
    }
  }
}

extension PgvectorVersion {
  /// Fixes for damaged hnsw and ivfflat indexes came with 0.8.3 and 0.8.4.
  var mayDamageIndexes: Bool { isBefore([0, 8, 4]) }
}
