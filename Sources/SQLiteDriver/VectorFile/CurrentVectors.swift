import Foundation
import GRDB
import GRDBSQLite
import MemoryModel

/// The vectors of a store as one transaction sees them: a file of quantised ones, and what has changed since it was
/// written.
struct CurrentVectors {
  let file: VectorFile
  /// Which rows of the file no longer hold; empty when all hold.
  private(set) var outdated: [Bool] = []
  /// Rows that the file does not have as they are now, by ascending id; the store may not have them any more.
  private(set) var changed: [Int64] = []
  /// The number of the store's state that this is true for.
  let state: Int64

  /// How many rows of the file no longer hold.
  private var gone = 0

  /// Compares a file with the store's log, as far as that has changed since the file was written.
  init(_ file: VectorFile, state: Int64, _ db: Database) throws {
    self.file = file
    self.state = state
    guard file.state != state else { return }
    let most = max(1_000, file.layout.rows / CurrentVectors.rowsForEachChange)
    if let ids = try CurrentVectors.changes(since: file.state, until: state, atMost: most, db) {
      leaveOut(ids)
    } else {
      try compareAll(db)
    }
  }

  /// Looking up one row takes as long as reading so many on.
  private static let rowsForEachChange = 50

  /// The memories whose vectors have changed between two states, by ascending id; nil where the store does not know:
  /// it lists no changes, or only later ones, or more than are worth it.
  private static func changes(
    since first: Int64, until last: Int64, atMost limit: Int, _ db: Database
  ) throws -> [Int64]? {
    guard
      try db.firstRow(
        "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ?", [SearchDDL.vectorChanges], { _ in true })
        == true
    else { return nil }
    var ids: Set<Int64> = []
    ids.reserveCapacity(1_000)
    // The last change must have left the present state: otherwise somebody has changed vectors without listing them.
    var (isNewest, isKnown) = (true, false)
    let statement = try db.cachedStatement(
      sql: "SELECT id, state FROM \(SearchDDL.vectorChanges) ORDER BY number DESC"
    ).sqliteStatement
    // By way of SQLite's own functions: a thousand rows of values take as long as a part of the scan.
    defer { sqlite3_reset(statement) }
    var code = sqlite3_step(statement)
    while code == SQLITE_ROW {
      let state = sqlite3_column_int64(statement, 1)
      guard !isNewest || state == last else { return nil }
      isNewest = false
      isKnown = state == first
      guard !isKnown else { break }
      ids.insert(sqlite3_column_int64(statement, 0))
      guard ids.count <= limit else { return nil }
      code = sqlite3_step(statement)
    }
    guard [SQLITE_ROW, SQLITE_DONE].contains(code) else {
      throw DatabaseError(resultCode: ResultCode(rawValue: code), message: db.lastErrorMessage)
    }
    return isKnown ? ids.sorted() : nil
  }

  /// Leaves rows of the file out, given by ascending id.
  private mutating func leaveOut(_ ids: [Int64]) {
    outdated = [Bool](repeating: false, count: file.layout.rows)
    for id in ids {
      let position = file.ids.partitioningIndex { $0 >= id }
      guard position < file.ids.count, file.ids[position] == id else { continue }
      outdated[position] = true
      gone += 1
    }
    changed = ids
  }

  private mutating func compareAll(_ db: Database) throws {
    outdated = [Bool](repeating: true, count: file.layout.rows)
    gone = file.layout.rows
    let (ids, tokens) = (file.ids, file.tokens)
    var position = 0
    try db.forEachRow("SELECT id, token FROM \(SearchDDL.vectorLog) ORDER BY id") { row in
      let id = try row.id(0)
      while position < ids.count, ids[position] < id { position += 1 }
      if try position < ids.count && ids[position] == id && tokens[position] == row.integer(1) {
        outdated[position] = false
        gone -= 1
      } else {
        changed.append(id)
      }
    }
  }

  /// Whether so much has changed that a new file is worth writing.
  var isWorn: Bool { changes > max(1_000, file.layout.rows / 20) }

  /// How many rows have changed since the file was written.
  var changes: Int { max(gone, changed.count) }

  /// The positions in the file of those ids, given in ascending order, that still hold there; and the ids that have
  /// changed since.
  ///
  /// - Throws: ``VectorFile/Damaged`` where the file's ids are not those that were written.
  func positions(of wanted: [Int64]) throws -> (positions: [Int], changed: [Int64]) {
    guard file.hasIntactIDs else { throw VectorFile.Damaged() }
    let ids = file.ids
    var positions: [Int] = []
    var position = 0
    for id in wanted {
      while position < ids.count, ids[position] < id { position += 1 }
      guard position < ids.count else { break }
      if ids[position] == id, outdated.isEmpty || !outdated[position] { positions.append(position) }
    }
    let all = Set(wanted)
    return (positions, changed.filter(all.contains))
  }
}

extension SQLiteDriver {
  /// The rows from which on a file of quantised vectors is worth its place.
  static let vectorFileRows = 2_000

  /// The quantised vectors, brought up to date; nil where comparing all blobs is as quick, or no file can be written.
  func currentVectors(dimensions: Int, _ db: Database) throws -> CurrentVectors? {
    // The file may only tell what is committed.
    guard !held.isBegun, try isWhole(SearchDDL.vectors),
      let state = try Int64.fetchOne(db, sql: "SELECT token FROM \(SearchDDL.vectorState)")
    else { return nil }
    if let known = vectors, known.state == state, known.file.layout.dimensions == dimensions { return known }
    let path = VectorFile.path(ofStore: path)
    if let file = VectorFile(path: path, dimensions: dimensions) {
      let current = try CurrentVectors(file, state: state, db)
      vectors = current
      if !current.isWorn { return current }
    }
    guard try writeVectorFile(to: path, dimensions: dimensions, state: state, db),
      let file = VectorFile(path: path, dimensions: dimensions)
    else { return vectors?.state == state ? vectors : nil }
    vectors = try CurrentVectors(file, state: state, db)
    return vectors
  }

  /// Takes a damaged file away, with a word to whoever runs memsh.
  ///
  /// - Returns: Whether it is gone, so that another can be written.
  func discardVectorFile() -> Bool {
    vectors = nil
    let file = VectorFile.path(ofStore: path)
    let isGone = unlink(file) == 0
    logger.warning("\(file) is damaged; \(isGone ? "it is made anew" : "every row is compared instead")")
    return isGone
  }

  private func writeVectorFile(to path: String, dimensions: Int, state: Int64, _ db: Database) throws -> Bool {
    guard let rows = try Int.fetchOne(db, sql: "SELECT count(*) FROM \(SearchDDL.vectorLog)"),
      rows >= SQLiteDriver.vectorFileRows
    else { return false }
    // Whoever may read the store may read its vectors, nobody else.
    var status = stat()
    guard stat(self.path, &status) == 0,
      let writer = VectorFileWriter.begin(
        path: path, layout: VectorFileLayout(dimensions: dimensions, rows: rows), mode: status.st_mode & 0o666)
    else { return false }
    let stopwatch = Stopwatch()
    let query = """
      SELECT l.id, l.token, m.embedding FROM \(SearchDDL.vectorLog) l LEFT JOIN memories m ON m.id = l.id ORDER BY l.id
      """
    var values = [Float](repeating: 0, count: dimensions)
    do {
      try db.forEachRow(query) { row in
        let fits = row.withBytes(2) { bytes in
          guard bytes.count == dimensions * 4 else { return false }
          values.withUnsafeMutableBytes { $0.copyMemory(from: bytes) }
          return true
        }
        let (id, token) = (try row.id(0), try row.integer(1) ?? 0)
        try values.withUnsafeBufferPointer { try writer.append(id: id, token: token, values: fits ? $0 : nil) }
      }
      try writer.place(state: state)
    } catch is VectorFileWriter.CannotWrite {
      return false
    }
    logger.info("wrote \(path): \(rows) vectors in \(Int(stopwatch.elapsed.milliseconds)) ms")
    return true
  }
}

extension UnsafeBufferPointer<Int64> {
  /// The first position from which on a condition holds, which it does at no position before.
  fileprivate func partitioningIndex(where holds: (Int64) -> Bool) -> Int {
    var (low, high) = (0, count)
    while low < high {
      let middle = low + (high - low) / 2
      if holds(self[middle]) { high = middle } else { low = middle + 1 }
    }
    return low
  }
}
