import Database
import Foundation
import GRDB
import MemoryModel

/// Exchanging the vectors of rows.
extension SQLiteDriver {
  /// Texts whose vectors are to be computed.
  package func texts(
    in table: String, _ selection: ReembedSelection, behind id: Int64, limit: Int
  ) throws -> [EmbeddableText] {
    var (conditions, arguments) = ("", StatementArguments())
    switch selection {
    case .all: break
    case .missing: conditions = " AND embedding IS NULL"
    case .matching(let filter): (conditions, arguments) = SQLiteDriver.conditions(filter)
    case .rows(let ids):
      conditions = " AND id IN (SELECT value FROM json_each(?))"
      arguments = [JSON.array(ids.map(JSON.integer)).text]
    }
    return try read { db in
      try db.rows(
        "SELECT id, content FROM \(table) WHERE id > ?\(conditions) ORDER BY id LIMIT ?", [id] + arguments + [limit],
        of: table
      ) { EmbeddableText(id: try $0.id(0), content: try $0.text(1) ?? "") }
    }
  }

  /// Makes a temporary table for new vectors.
  package func beginStaging(dimensions: Int) throws {
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
  package func stage(_ vectors: [StagedVector]) throws {
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
  package func moveVectors(to space: EmbeddingSpace) throws {
    try write { db in
      for trigger in SchemaNames.triggers {
        try SQLiteDriver.withoutTrigger(on: trigger.table, db) {
          try db.execute(sql: "UPDATE \(trigger.table) SET embedding = NULL")
        }
      }
      try db.execute(
        sql: """
          INSERT INTO memsh_settings (key, value) VALUES ('embedding_space', ?)
          ON CONFLICT (key) DO UPDATE SET value = excluded.value
          """, arguments: [space.json.text])
    }
  }

  /// Gives the rows their new vectors; `updated_at` stays, because the memory itself has not changed.
  package func switchVectors(to space: EmbeddingSpace?) throws {
    if let space { try moveVectors(to: space) }
    try write { db in
      for trigger in SchemaNames.triggers {
        try SQLiteDriver.withoutTrigger(on: trigger.table, db) {
          try db.execute(
            sql: """
              UPDATE \(trigger.table) AS t SET embedding = s.embedding FROM temp.memsh_staged AS s
              WHERE s.table_name = '\(trigger.table)' AND s.id = t.id AND s.content_sha256 = memsh_sha256(CAST(t.content AS BLOB))
              """)
        }
      }
      try db.execute(sql: "DROP TABLE temp.memsh_staged")
    }
  }

  /// Runs `body` while nothing sets a table's `updated_at` but `body` itself. Belongs into a transaction.
  static func withoutTrigger(on table: String, _ db: Database, _ body: () throws -> Void) throws {
    let name = SchemaNames.triggers.first { $0.table == table }?.name
    let definition = try db.texts(
      "SELECT sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = ? AND name = ?", [table, name]
    ).first
    guard let name, let definition else { return try body() }
    try db.execute(sql: "DROP TRIGGER \(name.quotedIdentifier)")
    try body()
    try db.execute(sql: definition)
  }
}
