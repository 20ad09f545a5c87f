import Foundation
import GRDB
import MemoryModel

/// Vectors that were paid for, in one SQLite file that all commands and processes share.
///
/// The key is the space, and the sha256 of the server and the text as it was sent: what one server answers says nothing
/// about another one that calls its model the same. When the file grows beyond its limit, the vectors
/// that were not used for longest go first.
package final class EmbeddingCache: VectorCache {
  private let path: String
  private let limitBytes: Int64
  private var opened: DatabaseQueue?
  private var insertsSinceCheck = 0
  private var hasSetAside = false

  private static let busyTimeoutSeconds = 10.0
  private static let insertsBetweenChecks = 1_000
  /// Of the limit, what is left when it was exceeded.
  private static let keptShare = 0.9
  /// A use is noted once a day: reading should not write much.
  private static let secondsBetweenNotes: Int64 = 86_400

  /// Names a cache; the file is opened when it is first used.
  package init(path: String, limitBytes: Int64) {
    self.path = path
    self.limitBytes = limitBytes
  }

  private static let schema = """
    CREATE TABLE IF NOT EXISTS vectors (
      provider TEXT NOT NULL,
      model TEXT NOT NULL,
      dimensions INTEGER NOT NULL,
      text_sha256 BLOB NOT NULL,
      vector BLOB NOT NULL,
      used_at INTEGER NOT NULL,
      PRIMARY KEY (provider, model, dimensions, text_sha256)
    );
    CREATE INDEX IF NOT EXISTS vectors_used_idx ON vectors (used_at);
    CREATE TABLE IF NOT EXISTS lookups (id INTEGER PRIMARY KEY CHECK (id = 1), hits INTEGER NOT NULL, misses INTEGER NOT NULL);
    """

  /// The vectors of those texts that are there.
  ///
  /// - Parameter server: Who computed them.
  /// - Throws: `cache_failed`.
  package func vectors(for texts: [String], in space: EmbeddingSpace, of server: String) throws -> [Vector?] {
    guard FileManager.default.fileExists(atPath: path) else { return texts.map { _ in nil } }
    let now = EmbeddingCache.now
    return try use { db in
      var outdated: [Data] = []
      let select = try db.cachedStatement(
        sql: """
          SELECT vector, used_at FROM vectors
          WHERE provider = ? AND model = ? AND dimensions = ? AND text_sha256 = ?
          """)
      let vectors = try texts.map { text -> Vector? in
        let key = EmbeddingCache.key(text, server)
        guard
          let row = try Row.fetchOne(select, arguments: [space.provider, space.model, space.dimensions, key]),
          let vector = EmbeddingCache.opened(row[0], key: key), vector.dimensions == space.dimensions, vector.isFinite
        else { return nil }
        if row[1] < now - EmbeddingCache.secondsBetweenNotes { outdated.append(key) }
        return vector
      }
      for key in outdated {
        try db.execute(
          sql: "UPDATE vectors SET used_at = ? WHERE provider = ? AND model = ? AND dimensions = ? AND text_sha256 = ?",
          arguments: [now, space.provider, space.model, space.dimensions, key])
      }
      return vectors
    }
  }

  /// Counts texts that were asked for: those that were there, and those that were not.
  ///
  /// - Throws: `cache_failed`.
  package func noteLookups(hits: Int, misses: Int) throws {
    try use { db in
      try db.execute(
        sql: """
          INSERT INTO lookups VALUES (1, ?, ?)
          ON CONFLICT (id) DO UPDATE SET hits = hits + excluded.hits, misses = misses + excluded.misses
          """, arguments: [hits, misses])
    }
  }

  /// Keeps vectors; when this returns, they survive the end of the process.
  ///
  /// - Parameter server: Who computed them.
  /// - Throws: `cache_failed`.
  package func store(
    _ vectors: [Vector], for texts: [String], in space: EmbeddingSpace, of server: String
  ) throws {
    let now = EmbeddingCache.now
    try use { db in
      try db.inTransaction(.immediate) {
        let insert = try db.cachedStatement(sql: "INSERT OR REPLACE INTO vectors VALUES (?, ?, ?, ?, ?, ?)")
        for (text, vector) in zip(texts, vectors) {
          let key = EmbeddingCache.key(text, server)
          try insert.execute(arguments: [
            space.provider, space.model, space.dimensions, key, EmbeddingCache.sealed(vector, key: key), now,
          ])
        }
        return .commit
      }
      insertsSinceCheck += texts.count
      if insertsSinceCheck >= EmbeddingCache.insertsBetweenChecks {
        insertsSinceCheck = 0
        _ = try EmbeddingCache.shrink(db, to: limitBytes)
      }
    }
  }

  /// What is there.
  package func statistics() throws -> CacheStatistics {
    guard FileManager.default.fileExists(atPath: path) else {
      return CacheStatistics(path: path, entries: [], fileBytes: 0, limitBytes: limitBytes)
    }
    return try use { db in
      let entries = try Row.fetchAll(
        db,
        sql: """
          SELECT provider, model, dimensions, count(*), sum(length(vector)) FROM vectors GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
          """
      ).map { row in
        CacheStatistics.Entry(
          space: EmbeddingSpace(provider: row[0], model: row[1], dimensions: row[2]), vectors: row[3], bytes: row[4])
      }
      var statistics = CacheStatistics(
        path: path, entries: entries, fileBytes: try EmbeddingCache.fileBytes(db), limitBytes: limitBytes)
      if let lookups = try Row.fetchOne(db, sql: "SELECT hits, misses FROM lookups") {
        (statistics.hits, statistics.misses) = (lookups[0], lookups[1])
      }
      return statistics
    }
  }

  /// Removes everything.
  ///
  /// - Returns: How many vectors there were.
  package func clear() throws -> Int {
    guard FileManager.default.fileExists(atPath: path) else { return 0 }
    return try use { db in
      try db.execute(sql: "DELETE FROM vectors")
      let count = db.changesCount
      try db.execute(sql: "VACUUM")
      return count
    }
  }

  /// Removes what was not used for longest until the cache is below its limit.
  ///
  /// - Returns: How many vectors went.
  package func prune() throws -> Int {
    guard FileManager.default.fileExists(atPath: path) else { return 0 }
    return try use { db in
      let count = try EmbeddingCache.shrink(db, to: limitBytes)
      if count > 0 { try db.execute(sql: "VACUUM") }
      return count
    }
  }

  private static func fileBytes(_ db: Database) throws -> Int64 {
    try Int64.fetchOne(
      db, sql: "SELECT page_count * page_size FROM pragma_page_count, pragma_page_size") ?? 0
  }

  /// Deletes the oldest vectors of a cache that holds more than its limit.
  private static func shrink(_ db: Database, to limit: Int64) throws -> Int {
    let used = try Int64.fetchOne(
      db,
      sql: """
        SELECT (page_count - freelist_count) * page_size
        FROM pragma_page_count, pragma_freelist_count, pragma_page_size
        """)
    guard let used, used > limit else { return 0 }
    let share = 1 - Double(limit) * keptShare / Double(used)
    try db.execute(
      sql: """
        DELETE FROM vectors WHERE rowid IN (
          SELECT rowid FROM vectors ORDER BY used_at LIMIT (SELECT max(1, CAST(count(*) * ? AS INTEGER)) FROM vectors))
        """, arguments: [share])
    return db.changesCount
  }

  /// The vector's bytes with a checksum behind them.
  private static func sealed(_ vector: Vector, key: Data) -> Data {
    let bytes = Data(vector.littleEndianBytes)
    return bytes + checksum(bytes, key: key)
  }

  /// The vector; nil when the bytes are not those that were written.
  private static func opened(_ data: Data, key: Data) -> Vector? {
    let bytes = data.dropLast(checksumBytes)
    guard data.count > checksumBytes, data.suffix(checksumBytes) == checksum(bytes, key: key) else { return nil }
    return bytes.withUnsafeBytes { Vector(littleEndianBytes: $0) }
  }

  private static func checksum(_ bytes: Data, key: Data) -> Data {
    Data(ContentHash.bytes(of: [key, bytes]).prefix(checksumBytes))
  }

  private static let checksumBytes = 8

  /// Opens the file. Switching to the log does not wait for other processes that do the same, so it is tried again.
  private static func open(_ path: String, _ configuration: Configuration) throws -> DatabaseQueue {
    for _ in 0..<openingAttempts {
      do { return try DatabaseQueue(path: path, configuration: configuration) } catch let error as DatabaseError
        where error.resultCode == .SQLITE_BUSY
      {
        Thread.sleep(forTimeInterval: 0.05)
      }
    }
    return try DatabaseQueue(path: path, configuration: configuration)
  }

  private static let openingAttempts = 40

  private static func key(_ text: String, _ server: String) -> Data {
    Data(ContentHash.bytes(of: [Data(server.utf8), Data([0]), Data(text.utf8)]))
  }

  private static var now: Int64 { Int64(Date().timeIntervalSince1970) }

  private func use<Value>(_ body: (Database) throws -> Value) throws -> Value {
    do {
      do { return try queue().unsafeReentrantWrite(body) } catch let error as DatabaseError
        where [.SQLITE_CORRUPT, .SQLITE_NOTADB].contains(error.resultCode) && setAside()
      {
        return try queue().unsafeReentrantWrite(body)
      }
    } catch let error as DatabaseError {
      throw MemshError(
        .cacheFailed, "the embedding cache \(path) cannot be used",
        hint: "deleting the file does no harm but the loss of what is in it",
        cause: "SQLite \(error.extendedResultCode.rawValue): \(error.message ?? "no reason given")")
    }
  }

  /// Moves a damaged file out of the way, once.
  private func setAside() -> Bool {
    guard !hasSetAside else { return false }
    hasSetAside = true
    try? opened?.close()
    opened = nil
    for suffix in ["-wal", "-shm"] { try? FileManager.default.removeItem(atPath: path + suffix) }
    try? FileManager.default.removeItem(atPath: path + ".damaged")
    return (try? FileManager.default.moveItem(atPath: path, toPath: path + ".damaged")) != nil
  }

  private func queue() throws -> DatabaseQueue {
    if let opened { return opened }
    try? NewFile.makeFolder(of: path)
    var configuration = Configuration()
    configuration.busyMode = .timeout(EmbeddingCache.busyTimeoutSeconds)
    configuration.label = "memsh.cache"
    // What is written survives the end of the process. The disk is never waited for: a power failure may damage the
    // file, which a checksum on every vector notices, and the cache can be done without.
    configuration.prepareDatabase { try $0.execute(sql: "PRAGMA journal_mode = WAL; PRAGMA synchronous = OFF") }
    // SQLite makes files with the rights of the main one.
    let created = Foundation.open(path, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o600)
    if created >= 0 { close(created) }
    try DatabaseFiles.refusePipes(path, code: .cacheFailed)
    let queue = try EmbeddingCache.open(path, configuration)
    try queue.writeWithoutTransaction { try $0.execute(sql: EmbeddingCache.schema) }
    opened = queue
    return queue
  }
}
