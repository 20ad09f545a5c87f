import Foundation
import MemoryModel
import PostgresClient
import TestSupport

/// A store of either kind whose tables somebody made: memsh itself, the memory system's own application, or the same with
/// what its later migration and its administrators added.
enum SchemaCase: String, CaseIterable, Sendable {
  case ownOnSQLite, trackedOnSQLite, ownOnPostgres, originalOnPostgres, trackedOnPostgres, trackedOnPostgres16
  case ownOnPartitions

  static let tracked: [SchemaCase] = [.trackedOnSQLite, .trackedOnPostgres]

  var isSQLite: Bool { self == .ownOnSQLite || self == .trackedOnSQLite }
  var isTracked: Bool { [.trackedOnSQLite, .trackedOnPostgres, .trackedOnPostgres16].contains(self) }

  /// The length of the vectors, which is that of the hashing embedder.
  static let dimensions = 256

  /// A store without rows.
  ///
  /// - Parameter isNamed: Whether memsh has worked in it before the application's later migration, so that it knows which
  ///   embedder the vectors are of. Where it has not, there is nothing of memsh in a store that others made.
  func empty(isNamed: Bool = true) throws -> World {
    let world: World =
      switch self {
      case .ownOnSQLite, .trackedOnSQLite: try World(.sqlite)
      case .trackedOnPostgres16: World(folder: try TestFolder(), database: try TestDatabase(on: .postgres16))
      case .ownOnPartitions: World(folder: try TestFolder(), database: try TestDatabase(layout: "partitioned 12"))
      case .ownOnPostgres, .originalOnPostgres, .trackedOnPostgres: try World(.postgres)
      }
    switch self {
    case .ownOnSQLite, .trackedOnSQLite, .ownOnPostgres, .ownOnPartitions: try world.expect("schema", "--create")
    case .originalOnPostgres, .trackedOnPostgres, .trackedOnPostgres16:
      try world.change(OriginalSchema.sql(dimensions: SchemaCase.dimensions))
    }
    if isNamed { try world.expect("reembed") }
    if isTracked { try world.change(isSQLite ? TrackedSchema.sqlite : TrackedSchema.postgres) }
    return world
  }

  /// A store with rows of everything that is allowed: NULL everywhere, fragments, and odd values in added columns.
  func filled(isNamed: Bool = true) throws -> World {
    let world = try empty(isNamed: isNamed)
    try world.change(
      """
      \(OriginalSchema.nullRows)
      \(OriginalSchema.fragments)
      INSERT INTO memories (id, user_id, content, category) VALUES
        (1, 'ada', 'Prefers a double espresso before nine', 'preferences'), (2, 'ada', 'Works in Turin', NULL),
        (3, 'ben', 'Likes green tea', 'preferences'), (4, 'ben', 'Likes green tea', 'preferences');
      """)
    if isTracked {
      try world.change(isSQLite ? TrackedSchema.sqliteRows : TrackedSchema.postgresRows)
    } else if !isSQLite {
      try world.change(
        """
        SELECT setval('memories_id_seq', 200), setval('prompt_fragments_id_seq', 200),
          setval('memory_duplicates_id_seq', 200), setval('memory_analytics_id_seq', 200)
        """)
    }
    return world
  }
}

extension World {
  /// Runs statements as another program would.
  func change(_ sql: String) throws {
    if let database { try database.execute(sql) } else { try folder.sqlite("store.db", sql) }
  }

  /// The first column of every row of a question, as another program reads it.
  func lines(_ sql: String) throws -> [String] {
    guard let database else { return try folder.rows("store.db", sql) }
    return try database.connect().textQuery(sql, rowLimit: .max, cancelsRest: false).rows.map {
      ($0.first ?? nil) ?? ""
    }
  }

  /// What the store consists of, without memsh's own bookkeeping unless that is wanted, too.
  func schemaText(withOwn: Bool = false) throws -> [String] {
    try database.map { try $0.schemaText(withOwn: withOwn) } ?? folder.schemaText("store.db", withOwn: withOwn)
  }

  /// The values of the columns that others added to some tables, exactly, with the memory, fragment or the like they belong
  /// to.
  func addedValues(of tables: [String] = Table.names) throws -> [String] {
    let columns = database == nil ? TrackedSchema.sqliteColumns : TrackedSchema.postgresColumns
    let keys = [
      "memories": "content", "prompt_fragments": "content", "memory_duplicates": "dedup_type",
      "memory_analytics": "query_text",
    ]
    return try columns.filter { tables.contains($0.key) }.flatMap { table, names in
      let key = "'\(table) ' || coalesce(\(keys[table] ?? "id"), '')"
      guard database == nil else {
        return try lines("SELECT \(key) || ROW(\(names.joined(separator: ", ")))::text FROM \(table) ORDER BY 1")
      }
      let values = names.map { "quote(\($0)) || ' ' || typeof(\($0))" }.joined(separator: " || ', ' || ")
      return try lines("SELECT \(key) || ' (' || \(values) || ')' FROM \(table) ORDER BY 1")
    }
  }

  /// Runs memsh on the store, unattended and with the hashing embedder.
  func unattended(_ arguments: [String]) throws -> Memsh.Result {
    try memsh.run(["-d", store, "-q", "-y", "--embedder", "hash"] + arguments, timeoutSeconds: 60)
  }

  /// The same for what must succeed.
  func expect(_ arguments: String...) throws {
    let result = try unattended(arguments)
    guard result.status == 0 else {
      throw Failure(description: "\(arguments.joined(separator: " ")): status \(result.status): \(result.errors)")
    }
  }

  struct Failure: Error, CustomStringConvertible { let description: String }
}
