import Database
import MemoryModel

/// What can be wrong besides rows: tables, triggers, indexes, the database itself.
extension Check {
  /// What is not a row, first: the other checks rely on it.
  static let ofObjects = [
    tablesMissing, triggersMissing, columnsRequired, indexesMissing, indexesInvalid, textIndex, vectorLog, vectorFile,
    integrity, journalMode, pgvectorVersion, extensionOutdated, ivfflatLists, sequencesBehind, neverAnalyzed,
    deadTuples, rowSecurity,
  ]

  package static let tablesMissing = Check(
    "tables_missing", .error, "tables of the memory system are missing", fix: "create them",
    finds: { try $0.names(of: .table, in: [.missing]) },
    rebuilds: { store, progress in
      if let space = try store.embeddingSpace() { _ = try store.createSchema(space: space) }
      _ = try store.buildIndexes(nil, progress)
    })

  package static let triggersMissing = Check(
    "triggers_missing", .error, "triggers that keep updated_at are missing or disabled", fix: "create or enable them",
    finds: { try $0.names(of: .trigger, in: [.missing, .invalid]) },
    rebuilds: { store, _ in
      for object in try store.schema() where object.kind == .trigger && object.state == .invalid {
        try store.driver.execute("ALTER TABLE \(name: object.table) ENABLE TRIGGER \(name: object.name)")
      }
      if let space = try store.embeddingSpace() { _ = try store.createSchema(space: space) }
    })

  package static let columnsRequired = Check(
    "columns_required", .error, "columns of tables that memsh 0.1.0 made refuse NULL, which applications write",
    fix: "let them take it", of: .nullability)

  package static let indexesMissing = Check(
    "indexes_missing", .warning, "indexes are missing", fix: "build them", of: .indexes)

  package static let indexesInvalid = Check(
    "indexes_invalid", .error, "indexes are INVALID: a build has failed", fix: "build them anew",
    finds: { try $0.isPostgres ? $0.names(of: .index, in: [.invalid]) : nil },
    rebuilds: { _ = try $0.buildIndexes(nil, $1) })

  package static let textIndex = Check(
    "text_index", .warning, "the index of words is missing or out of step", fix: "build it anew", of: .textIndex)

  package static let vectorLog = Check(
    "vector_log", .error, "the log of changed vectors is missing or out of step", fix: "build it anew", of: .vectorLog)

  package static let vectorFile = Check(
    "vector_file", .warning, "the file of quantised vectors is damaged or far behind", fix: "write it anew",
    of: .vectorFile)

  package static let integrity = Check(
    "integrity", .error, "SQLite's integrity_check finds damage", fix: "REINDEX",
    finds: { store in
      guard !store.isPostgres else { return nil }
      // Some lines are enough to know.
      return try store.driver.rows("PRAGMA integrity_check(10)") { try $0.string(0) }.filter { $0 != "ok" }
    }, rebuilds: { store, _ in try store.driver.execute("REINDEX") })

  package static let journalMode = Check(
    "journal_mode", .warning, "the file has no write-ahead log: writing keeps readers out", fix: "turn it on",
    of: .writeAheadLog)

  package static let pgvectorVersion = Check(
    "pgvector_version", .warning, "pgvector before 0.8.4 can damage hnsw and ivfflat indexes",
    fix: "update the extension",
    finds: { store in
      guard store.isPostgres else { return nil }
      // Fixes for damaged indexes came with 0.8.3 and 0.8.4.
      return try store.vectorSupport(.check).versionBefore([0, 8, 4]).map { ["pgvector \($0)"] } ?? []
    }, rebuilds: updateExtension)

  package static let extensionOutdated = Check(
    "extension_outdated", .warning, "the server has a newer pgvector than this database", fix: "update the extension",
    finds: { store in
      guard store.isPostgres else { return nil }
      let support = try store.vectorSupport(.check)
      guard support.isOutdated, let installed = support.installedVersion, let available = support.availableVersion
      else { return [] }
      return ["pgvector \(installed), the server has \(available)"]
    }, rebuilds: updateExtension)

  package static let ivfflatLists = Check(
    "ivfflat_lists", .warning, "the lists of an ivfflat index no longer fit the rows", fix: "build it anew",
    of: .vectorLists)

  package static let sequencesBehind = Check(
    "sequences_behind", .error, "a sequence is behind the largest id: the next insert fails", fix: "move it on",
    finds: { store in
      guard store.isPostgres else { return nil }
      return try store.names(of: .table, in: [.present]).compactMap { table in
        // Without a right on it the server does not tell how far it is.
        let numbers = try store.driver.first(
          """
          SELECT coalesce(pg_sequence_last_value(sequence), 0)::int8,
            (SELECT coalesce(pg_catalog.max(id), 0) FROM \(name: table))::int8,
            (pg_catalog.pg_sequence_parameters(sequence)).maximum_value
          FROM (SELECT pg_get_serial_sequence(\(table), 'id')::regclass AS sequence) AS s
          WHERE pg_catalog.has_sequence_privilege(sequence::oid, 'USAGE, SELECT')
          """
        ) { (last: try $0.number(0), largest: try $0.number(1), maximum: try $0.number(2)) }
        guard let (last, largest, maximum) = numbers else { return nil }
        // It never comes to an id that is beyond its own end.
        let reached = largest > maximum ? try store.largestID(in: table, notAbove: maximum) : largest
        return last < reached ? "\(table): the sequence is at \(last), the largest id \(reached)" : nil
      }
    },
    rebuilds: { store, _ in
      for table in Table.names {
        try store.reserveIDs(upTo: try store.largestID(in: table, notAbove: store.idMaximum), in: table)
      }
    })

  package static let neverAnalyzed = Check(
    "never_analyzed", .warning, "tables were never analyzed: plans are guesses", fix: "ANALYZE", of: .statistics)

  package static let deadTuples = Check(
    "dead_tuples", .warning, "more than a fifth of a table's rows are dead", fix: "VACUUM", of: .deadRows)

  package static let rowSecurity = Check(
    "row_security", .warning, "row-level security hides rows from this role: the checks see only the others",
    fix: "nothing: connect as a role that sees every row", of: .hiddenRows)

  private static let updateExtension: @Sendable (MemoryStore, any ProgressReporter) throws -> Void = { store, _ in
    _ = try store.vectorSupport(.update)
  }
}

extension MemoryStore {
  fileprivate var isPostgres: Bool { identity.backend == .postgres }

  fileprivate func names(of kind: SchemaObject.Kind, in states: Set<SchemaObject.State>) throws -> [String] {
    try schema().filter { $0.kind == kind && states.contains($0.state) }.map(\.name)
  }
}
