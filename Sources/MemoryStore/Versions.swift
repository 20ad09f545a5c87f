import Database
import MemoryModel

/// Telling whether a row has been changed since it was looked at.
extension MemoryStore {
  /// What reading a memory changes: for most purposes it is the same memory afterwards.
  package static let changedByReading = JournalRow.changedByReading

  /// So many rows are looked at by one statement.
  private static let versionsAtATime = 10_000

  /// A number for each row that is another one when a column of the row has another value; nil for rows that are gone.
  /// Belongs into a transaction.
  ///
  /// - Parameter ignored: Columns that may change without the number changing.
  package func versions(
    _ ids: [Int64], of table: String, ignoring ignored: [String]
  ) throws -> [Int64?] {
    let version = try version(of: table, ignoring: ignored)
    var versions: [Int64?] = []
    versions.reserveCapacity(ids.count)
    for start in stride(from: 0, to: ids.count, by: MemoryStore.versionsAtATime) {
      let part = Array(ids[start..<min(start + MemoryStore.versionsAtATime, ids.count)])
      var found: [Int64: Int64] = [:]
      try driver.query("SELECT t.id, \(version) FROM \(name: table) AS t WHERE t.id \(among: part)") {
        found[try $0.number(0)] = try $0.number(1)
      }
      versions += part.map { found[$0] }
    }
    return versions
  }

  /// The number of ``versions(_:of:ignoring:)`` for a row `t`, as an expression.
  private func version(of table: String, ignoring ignored: [String]) throws -> SQL {
    try driver.capabilities.images.prepareRepair()
    let columns = try driver.capabilities.images.imageColumns(of: table).filter { !$0.isGenerated }.map(\.name)
    return try driver.capabilities.images.version(of: table, columns.filter { !ignored.contains($0) })
  }

  /// What is another one after every change of the store, whoever makes it; nil where nothing tells. Belongs into a
  /// transaction.
  package func changeMark() throws -> [Int64]? { try driver.capabilities.images.changeMark() }

  /// Hands over, by id, how important the memories that pass a filter are, and when they were used, each with its version
  /// as ``versions(_:of:ignoring:)`` has it. Belongs into a transaction.
  package func readUses(
    _ filter: MemoryFilter, ignoring ignored: [String], _ body: (MemoryUse, _ version: Int64) throws -> Void
  ) throws {
    let table = Table.memories
    let version = try version(of: table.name, ignoring: ignored)
    let real = try state().tables[table.name]
    let columns: [Column] = [.importance, .lastAccess, .created, .updated]
    let isThere = columns.map { real?.column($0.name) != nil }
    let read = SQL.joined(zip(columns, isThere).map { column, isThere in isThere ? "\(column, of: "t")" : "NULL" })
    // Answered first, because the conditions are not those of a large answer.
    let condition: SQL = filter.isEmpty ? "" : " WHERE t.id \(among: try memoryIDs(matching: filter))"
    try driver.stream(
      "SELECT t.id, \(version), \(read) FROM \(table) AS t\(condition) ORDER BY t.id", of: table.name,
      exactly: readsExactly
    ) { row in
      func moment(_ index: Int) throws -> Timestamp? { isThere[index] ? try row.timestamp(index + 2) : nil }
      let use = MemoryUse(
        id: try row.number(0), importance: isThere[0] ? try row.double(2) : nil, lastAccessedAt: try moment(1),
        createdAt: try moment(2), updatedAt: try moment(3))
      try body(use, row.number(1))
    }
  }
}
