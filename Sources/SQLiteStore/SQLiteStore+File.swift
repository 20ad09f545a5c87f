import Crypto
import Foundation
import GRDB
import MemoryCore

/// The store as a file: copied, sealed, checked and replaced as a whole.
extension SQLiteStore: FileStore {
  private static let seal = "backup_sha256"

  /// Copies the file; `VACUUM INTO` sees one snapshot, whoever writes meanwhile.
  public func copyFile(to path: String) throws {
    try read { try $0.execute(sql: "VACUUM INTO ?", arguments: [path]) }
  }

  /// Replaces everything, page by page.
  public func replaceContent(withFileAt path: String, beforeReplacing: () throws -> Void) throws {
    if fileExists {
      let (tables, own) = try read { db in
        (
          try Int.fetchOne(db, sql: "SELECT count(*) FROM sqlite_master") ?? 0,
          try Int.fetchOne(db, sql: "SELECT count(*) FROM sqlite_master WHERE name = 'memsh_settings'") ?? 0
        )
      }
      guard tables == 0 || own > 0 else {
        throw MemshError(
          .schemaMissing, "\(identity.location) is a database of something else, not a memsh store",
          hint: "name another file with `-d PATH`; nothing was changed")
      }
    }
    let version = try dataVersion()
    try beforeReplacing()
    guard try dataVersion() == version else {
      throw MemshError(
        .storeBusy, "somebody wrote to \(identity.location) while it was being backed up",
        hint: "nothing was changed; try again when nobody writes")
    }
    vectors = nil
    let source = try DatabaseQueue(path: path)
    defer { try? source.close() }
    // Opens the file, or makes it.
    try write { _ = try Int.fetchOne($0, sql: "SELECT count(*) FROM sqlite_master") }
    try copy(from: source)
    try write { _ = try String.fetchOne($0, sql: "PRAGMA journal_mode = WAL") }
  }

  /// A number that another one's commits change; nil without a file.
  private func dataVersion() throws -> Int64? {
    guard fileExists else { return nil }
    return try read { try Int64.fetchOne($0, sql: "PRAGMA data_version") }
  }

  /// Notes what the rows add up to.
  public func seal() throws {
    try write { db in
      try db.execute(
        sql: "INSERT INTO memsh_settings VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
        arguments: [SQLiteStore.seal, SQLiteStore.digest(db)])
      _ = try String.fetchOne(db, sql: "PRAGMA journal_mode = DELETE")
    }
  }

  /// Checks the file and its rows.
  public func checkSeal() throws {
    let (seal, damage, digest) = try read { db in
      guard
        try Bool.fetchOne(db, sql: "SELECT EXISTS (SELECT 1 FROM sqlite_master WHERE name = 'memsh_settings')") == true
      else { throw notABackup }
      return (
        try String.fetchOne(db, sql: "SELECT value FROM memsh_settings WHERE key = ?", arguments: [SQLiteStore.seal]),
        try String.fetchOne(db, sql: "PRAGMA integrity_check(1)") ?? "", try SQLiteStore.digest(db)
      )
    }
    guard let seal else { throw notABackup }
    guard damage == "ok", seal == digest else {
      throw MemshError(
        .storeCorrupt, "the backup \(identity.location) is damaged: its rows are not those that were written",
        hint: "use another backup; nothing was changed", cause: damage == "ok" ? nil : damage)
    }
  }

  /// Forgets the note.
  public func removeSeal() throws {
    try write { try $0.execute(sql: "DELETE FROM memsh_settings WHERE key = ?", arguments: [SQLiteStore.seal]) }
  }

  private var notABackup: MemshError {
    MemshError(
      .sourceUnreadable, "\(identity.location) is no backup of memsh's",
      hint: "`backup PATH` makes one; "
        + "`migrate --from` and `import` bring other files in")
  }

  /// The sha256 of every value of every row of the four tables.
  private static func digest(_ db: Database) throws -> String {
    var hasher = SHA256()
    for table in SchemaNames.tables where try db.tableExists(table) {
      let rows = try String.fetchCursor(db, sql: "SELECT \(image(table, nil, db)) FROM \(table) AS t ORDER BY t.id")
      while let row = try rows.next() { hasher.update(data: Data(row.utf8)) }
      hasher.update(data: Data(table.utf8))
    }
    return hasher.finalize().map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
  }
}
