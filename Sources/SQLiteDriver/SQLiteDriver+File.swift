import Crypto
import Database
import Foundation
import GRDB
import MemoryModel

/// The store as a file: copied, sealed, checked and replaced as a whole.
extension SQLiteDriver: FileStore {
  private static let seal = "backup_content_sha256"
  /// Where memsh 0.1.0 noted ``digestOfRows(_:)``.
  private static let sealOfRows = "backup_sha256"

  /// Whether the file is there.
  package func isThere() throws -> Bool {
    try refuseOtherDatabase()
    return fileExists
  }

  /// Copies the file; `VACUUM INTO` sees one snapshot, whoever writes meanwhile.
  package func copyFile(to path: String) throws {
    let isOwn = try StoreFile.create(path)
    do { try read { try $0.execute(sql: "VACUUM INTO ?", arguments: [path]) } } catch {
      // What is there is a part; a file that was there before is left alone.
      if isOwn { unlink(path) }
      throw error
    }
  }

  /// Replaces everything, page by page.
  package func replaceContent(withFileAt path: String, beforeReplacing: () throws -> Void) throws {
    try refuseOtherDatabase()
    let version = try dataVersion()
    try beforeReplacing()
    guard try dataVersion() == version else {
      throw MemshError(
        .storeBusy, "another session wrote to \(identity.location) while it was being backed up",
        hint: "nothing was changed; try again when no other session writes")
    }
    vectors = nil
    let source = try DatabaseQueue(path: path)
    defer { try? source.close() }
    // Opens the file, or makes it.
    try write { _ = try Int.fetchOne($0, sql: "SELECT count(*) FROM sqlite_master") }
    try copy(from: source)
    try write { _ = try String.fetchOne($0, sql: "PRAGMA journal_mode = WAL") }
  }

  /// - Throws: `schema_missing` for a database that is neither empty nor memsh's.
  func refuseOtherDatabase() throws {
    guard fileExists else { return }
    let isOther = try read { db in
      try Bool.fetchOne(
        db,
        sql: """
          SELECT EXISTS (SELECT 1 FROM sqlite_master)
            AND NOT EXISTS (SELECT 1 FROM sqlite_master WHERE name = 'memsh_settings')
          """)
    }
    guard isOther != true else {
      throw MemshError(
        .schemaMissing, "\(identity.location) is a database of something else, not a memsh store",
        hint: "name another file with `-d PATH`; nothing was changed")
    }
  }

  /// A number that another one's commits change; nil without a file.
  private func dataVersion() throws -> Int64? {
    guard fileExists else { return nil }
    return try read { try Int64.fetchOne($0, sql: "PRAGMA data_version") }
  }

  /// Notes what everything adds up to.
  package func seal() throws {
    try removeSeal()
    try write { db in
      try db.execute(
        sql: "INSERT INTO memsh_settings VALUES (?, ?)",
        arguments: [SQLiteDriver.seal, ContentDigest.hex(of: db, without: SQLiteDriver.seal)])
      _ = try String.fetchOne(db, sql: "PRAGMA journal_mode = DELETE")
    }
  }

  package func checkPages() throws {
    let damage = try read { try String.fetchOne($0, sql: "PRAGMA integrity_check(1)") ?? "" }
    guard damage == "ok" else { throw damaged(damage) }
  }

  private func damaged(_ cause: String?) -> MemshError {
    MemshError(
      .storeCorrupt, "the backup \(identity.location) is damaged: its content is not what was written",
      hint: "use another backup; nothing was changed", cause: cause)
  }

  /// Checks the file and everything in it.
  @discardableResult
  package func checkSeal() throws -> SealCoverage {
    let (coverage, damage, holds) = try read { db -> (SealCoverage, String, Bool) in
      guard
        try Bool.fetchOne(db, sql: "SELECT EXISTS (SELECT 1 FROM sqlite_master WHERE name = 'memsh_settings')") == true
      else { throw notABackup }
      let damage = try String.fetchOne(db, sql: "PRAGMA integrity_check(1)") ?? ""
      func noted(_ key: String) throws -> String? {
        try db.texts("SELECT value FROM memsh_settings WHERE key = ?", [key]).first
      }
      if let seal = try noted(SQLiteDriver.seal) {
        return (.everything, damage, try seal == ContentDigest.hex(of: db, without: SQLiteDriver.seal))
      }
      guard let seal = try noted(SQLiteDriver.sealOfRows) else { throw notABackup }
      return (.rows, damage, try seal == SQLiteDriver.digestOfRows(db))
    }
    guard damage == "ok", holds else { throw damaged(damage == "ok" ? nil : damage) }
    return coverage
  }

  /// Forgets the note.
  package func removeSeal() throws {
    try write {
      try $0.execute(
        sql: "DELETE FROM memsh_settings WHERE key IN (?, ?)", arguments: [SQLiteDriver.seal, SQLiteDriver.sealOfRows])
    }
  }

  private var notABackup: MemshError {
    MemshError(
      .sourceUnreadable, "\(identity.location) is not a backup made by memsh",
      hint: "`backup PATH` makes one; "
        + "`migrate --from` and `import` bring other files in")
  }

  /// The sha256 of every value of every row of the four tables, as memsh 0.1.0 computed it.
  private static func digestOfRows(_ db: Database) throws -> String {
    var hasher = SHA256()
    for table in Table.names where try db.tableExists(table) {
      let columns = try db.texts("SELECT name FROM pragma_table_xinfo(?) WHERE hidden <> 1", [table])
      try db.forEachRow("SELECT \(image(columns)) FROM \(table) AS t ORDER BY t.id") { row in
        row.withBytes(0) { hasher.update(bufferPointer: $0) }
      }
      hasher.update(data: Data(table.utf8))
    }
    return hasher.finalize().hexadecimal
  }
}
