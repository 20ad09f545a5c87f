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

  /// At most so many bytes of a file are mapped, by each of two connections: mapped pages count as memory of the process.
  private static let mappedBytes = 160 << 20

  /// Copies the file, page by page; one that has much room to give back, row by row into a smaller one. Either sees one
  /// snapshot, whoever writes meanwhile.
  package func copyFile(to path: String) throws {
    let isOwn = try StoreFile.create(path)
    do {
      if try hasMuchRoom() {
        try read { try $0.execute(sql: "VACUUM INTO ?", arguments: [path]) }
      } else {
        guard StoreFile.size(of: path) == 0 else {
          throw MemshError(.fileFailed, "\(path) is there already", hint: "name another file")
        }
        try copy(toFileAt: path)
      }
    } catch {
      // What is there is a part; a file that was there before is left alone.
      if isOwn { unlink(path) }
      throw error
    }
  }

  /// Whether one of eight pages holds nothing.
  private func hasMuchRoom() throws -> Bool {
    try read { db in
      let pages = try Int64.fetchOne(db, sql: "PRAGMA page_count") ?? 0
      return try (Int64.fetchOne(db, sql: "PRAGMA freelist_count") ?? 0) > pages / 8
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
    (vectors, knownState) = (nil, nil)
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

  /// Notes what everything adds up to, of a file that SQLite finds whole.
  package func seal() throws {
    try removeSeal()
    let digest = try whileCheckingPages(isFresh: true) { try ContentDigest.hex(of: $0, without: SQLiteDriver.seal) }
    try write { db in
      try db.execute(sql: "INSERT INTO memsh_settings VALUES (?, ?)", arguments: [SQLiteDriver.seal, digest])
      _ = try String.fetchOne(db, sql: "PRAGMA journal_mode = DELETE")
    }
  }

  /// Reads while SQLite checks the file's pages over a connection of its own, on another thread: each takes as long as the
  /// other.
  ///
  /// - Parameter isFresh: Whether the file has just been written, and is still in memory: then its pages are not copied.
  ///   Of any other a page that the disk cannot give would end the process.
  /// - Throws: `store_corrupt` for damaged pages, and what `body` throws.
  private func whileCheckingPages<Value>(
    isFresh: Bool = false, _ body: (Database) throws -> Value
  ) throws -> Value {
    let pragma = "PRAGMA mmap_size = \(isFresh ? SQLiteDriver.mappedBytes : 0)"
    let (path, location) = (path, identity.location)
    return try Overlap.pulling(
      capacity: 1,
      producers: [
        { (hand: (String) throws -> Void) in
          do { try hand(SQLiteDriver.damage(inFileAt: path, pragma)) } catch let error as DatabaseError {
            throw MemshError(translating: error, location: location)
          }
        }
      ]
    ) { next in
      let value = try read { db in
        try db.execute(sql: pragma)
        defer { try? db.execute(sql: "PRAGMA mmap_size = 0") }
        return try body(db)
      }
      let damage = try next() ?? ""
      guard damage == "ok" else { throw MemshError.rowsBreakingRule(damage) ?? damaged(damage) }
      return value
    }
  }

  /// What SQLite's own check finds first; `ok` where it finds nothing.
  private static func damage(inFileAt path: String, _ pragma: String) throws -> String {
    var configuration = Configuration()
    configuration.prepareDatabase { db in try SQLiteFunctions.add(to: db) }
    configuration.prepareDatabase { try $0.execute(sql: pragma) }
    let queue = try StoreFile.open(path, configuration)
    defer { try? queue.close() }
    return try queue.read { try String.fetchOne($0, sql: "PRAGMA integrity_check(1)") ?? "" }
  }

  private func damaged(_ cause: String?) -> MemshError {
    MemshError(
      .storeCorrupt, "the backup \(identity.location) is damaged: its content is not what was written",
      hint: "use another backup; nothing was changed", cause: cause)
  }

  /// Checks the file and everything in it; a second time only where it has changed since.
  @discardableResult
  package func checkSeal() throws -> SealCoverage {
    if let checkedSeal, try read({ try FileVersion(of: $0) }) == checkedSeal.version { return checkedSeal.coverage }
    let version = try read { try FileVersion(of: $0) }
    let (coverage, holds) = try whileCheckingPages { db -> (SealCoverage, Bool) in
      guard
        try Bool.fetchOne(db, sql: "SELECT EXISTS (SELECT 1 FROM sqlite_master WHERE name = 'memsh_settings')") == true
      else { throw notABackup }
      func noted(_ key: String) throws -> String? {
        try db.texts("SELECT value FROM memsh_settings WHERE key = ?", [key]).first
      }
      if let seal = try noted(SQLiteDriver.seal) {
        return (.everything, try seal == ContentDigest.hex(of: db, without: SQLiteDriver.seal))
      }
      guard let seal = try noted(SQLiteDriver.sealOfRows) else { throw notABackup }
      return (.rows, try seal == SQLiteDriver.digestOfRows(db))
    }
    guard holds else { throw damaged(nil) }
    checkedSeal = version.map { ($0, coverage) }
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

extension MemshError {
  /// The error for a file whose pages are whole, with rows that a rule of their table refuses; nil where `damage`, which
  /// SQLite's own check has found, is another.
  fileprivate static func rowsBreakingRule(_ damage: String) -> MemshError? {
    guard let match = damage.wholeMatch(of: /(?:CHECK constraint failed|NULL value) in (.+)/) else { return nil }
    let table = match.1.split(separator: ".").first ?? match.1
    return MemshError(
      .storeCorrupt, "the store has rows that a rule (CHECK or NOT NULL) of the table \(table) refuses",
      hint: "`doctor` names them, `doctor --fix all` puts right what it can; nothing was written", cause: damage)
  }
}
