import Foundation
import GRDB
import MemoryCore

/// Exchanging the vectors of rows.
extension SQLiteStore {
  /// Texts whose vectors are to be computed.
  public func texts(
    in table: String, _ selection: ReembedSelection, behind id: Int64, limit: Int
  ) throws -> [EmbeddableText] {
    var (conditions, arguments) = ("", StatementArguments())
    switch selection {
    case .all: break
    case .missing: conditions = " AND embedding IS NULL"
    case .matching(let filter): (conditions, arguments) = SQLiteStore.conditions(filter)
    }
    return try read { db in
      try Row.fetchAll(
        db, sql: "SELECT id, CAST(content AS BLOB) FROM \(table) WHERE id > ?\(conditions) ORDER BY id LIMIT ?",
        arguments: [id] + arguments + [limit]
      ).map { EmbeddableText(id: $0[0], content: String(decoding: $0[1] as Data, as: UTF8.self)) }
    }
  }

  /// Makes a temporary table for new vectors.
  public func beginStaging(dimensions: Int) throws {
    try write { db in
      try db.execute(
        sql: """
          DROP TABLE IF EXISTS temp.memsh_staged;
          CREATE TEMP TABLE memsh_staged (table_name TEXT NOT NULL, id INTEGER NOT NULL, content_sha256 TEXT NOT NULL,
            embedding BLOB NOT NULL, PRIMARY KEY (table_name, id));
          """)
    }
  }

  /// Puts new vectors into it.
  public func stage(_ vectors: [StagedVector]) throws {
    try write { db in
      // Temporary tables have a file of their own, so this takes no lock on the store.
      try db.inTransaction(.deferred) {
        let insert = try db.cachedStatement(sql: "INSERT OR REPLACE INTO temp.memsh_staged VALUES (?, ?, ?, ?)")
        for staged in vectors {
          try insert.execute(arguments: [
            staged.table, staged.id, staged.contentHash, Data(staged.vector.littleEndianBytes),
          ])
        }
        return .commit
      }
    }
  }

  /// Takes all vectors out and records the space.
  public func moveVectors(to space: EmbeddingSpace) throws {
    try write { db in
      for trigger in SchemaNames.triggers {
        try SQLiteStore.withoutTrigger(on: trigger.table, db) {
          try db.execute(sql: "UPDATE \(trigger.table) SET embedding = NULL")
        }
      }
      try db.execute(
        sql: "UPDATE memsh_settings SET value = ? WHERE key = 'embedding_space'", arguments: [space.json.text])
    }
  }

  /// Gives the rows their new vectors; `updated_at` stays, because the memory itself has not changed.
  public func switchVectors(to space: EmbeddingSpace?) throws {
    if let space { try moveVectors(to: space) }
    try write { db in
      db.add(function: SQLiteStore.sha256)
      for trigger in SchemaNames.triggers {
        try SQLiteStore.withoutTrigger(on: trigger.table, db) {
          try db.execute(
            sql: """
              UPDATE \(trigger.table) AS t SET embedding = s.embedding FROM temp.memsh_staged AS s
              WHERE s.table_name = '\(trigger.table)' AND s.id = t.id AND s.content_sha256 = memsh_sha256(t.content)
              """)
        }
      }
      try db.execute(sql: "DROP TABLE temp.memsh_staged")
    }
  }

  /// Runs `body` while nothing sets a table's `updated_at` but `body` itself. Belongs into a transaction.
  static func withoutTrigger(on table: String, _ db: Database, _ body: () throws -> Void) throws {
    let trigger = try Row.fetchOne(
      db,
      sql: "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = ? AND name = ?",
      arguments: [table, SchemaNames.triggers.first { $0.table == table }?.name])
    guard let trigger else { return try body() }
    try db.execute(sql: "DROP TRIGGER \((trigger[0] as String).quotedDatabaseIdentifier)")
    try body()
    try db.execute(sql: trigger[1])
  }

  /// The sha256 of a text, in hexadecimal.
  private static let sha256 = DatabaseFunction("memsh_sha256", argumentCount: 1, pure: true) { values in
    String.fromDatabaseValue(values[0]).map(ContentHash.hex)
  }
}
