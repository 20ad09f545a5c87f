import Database
import MemoryModel

/// Telling whether a row has been changed since it was looked at.
extension MemoryStore {
  /// What reading a memory changes: for most purposes it is the same memory afterwards.
  package static let changedByReading = JournalRow.changedByReading

  /// So many rows are looked at by one statement.
  private static let versionsAtATime = 10_000

  /// A number for each row that is another one when a column of the row has another value; rows that are gone have none.
  /// Belongs into a transaction.
  ///
  /// - Parameter ignored: Columns that may change without the number changing.
  package func versions(
    _ ids: [Int64], of table: String, ignoring ignored: [String]
  ) throws -> [Int64: Int64] {
    try driver.capabilities.images.prepareRepair()
    let columns = try driver.capabilities.images.imageColumns(of: table).filter { !$0.isGenerated }.map(\.name)
    let image = try driver.capabilities.images.image(of: table, columns.filter { !ignored.contains($0) })
    var versions: [Int64: Int64] = [:]
    for start in stride(from: 0, to: ids.count, by: MemoryStore.versionsAtATime) {
      let part = Array(ids[start..<min(start + MemoryStore.versionsAtATime, ids.count)])
      try driver.query(
        """
        SELECT t.id, \(dialect: { $0.fingerprint("CAST(\(image) AS text)") }) FROM \(name: table) AS t
        WHERE t.id \(among: part)
        """
      ) { versions[try $0.number(0)] = try $0.number(1) }
    }
    return versions
  }
}
