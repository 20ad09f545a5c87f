import Database
import MemoryModel
import MemoryStore

/// Takes the rows of fragments, duplicates and analytics over from another store, each one once.
struct SideTableCopy {
  let store: MemoryStore
  let source: any MemorySource
  /// Ids of memories that differ between the two stores.
  let renumbered: [Int64: Int64]
  /// Whether the fragments' vectors belong to this store's space.
  let keepsVectors: Bool
  /// Whether values stay what they are, even those that applications do not know.
  let isVerbatim: Bool
  /// Computes the vectors of fragments that come without one; nil when nothing of the store's space is configured.
  let embedder: (any Embedder)?

  private static let batchSize = 500

  /// Copies one table.
  ///
  /// - Parameter record: Called with each batch of rows written, for the ledger.
  /// - Returns: How many fragments were written without a vector.
  func copy(_ table: Table, record: ([RunRow]) throws -> Void) throws -> Int {
    var withoutVectors = 0
    var present = try presentRows(table)
    var assignment = try IDAssignment(table: table.name, store: store, source: source)
    try source.readRows(of: table, batchSize: SideTableCopy.batchSize) { rows in
      var missing = rows.map { adapted($0, table) }.filter { row in
        let identity = table.identity(of: row)
        guard let count = present[identity], count > 0 else { return true }
        present[identity] = count - 1
        return false
      }
      guard !missing.isEmpty else { return }
      if table == .fragments { withoutVectors += try embed(&missing) }
      let ids = try assignment.assign(missing.map(\.id))
      try store.insert(missing, ids: ids, into: table)
      try record(
        zip(missing, ids).map { row, id in
          RunRow(
            table: table.name, sourceKey: "\(table.name):\(row.id)", targetID: id,
            contentHash: table.contentHash(of: row))
        })
    }
    return withoutVectors
  }

  /// Gives fragments without a vector theirs.
  ///
  /// - Returns: How many stay without one.
  private func embed(_ fragments: inout [Record]) throws -> Int {
    let columns = Table.fragments.columns
    guard let contentIndex = columns.firstIndex(where: { $0.name == "content" }),
      let vectorIndex = columns.firstIndex(where: { $0.type == .vector })
    else { return 0 }
    let wanting = fragments.indices.compactMap { index -> (index: Int, text: String)? in
      guard fragments[index].values[vectorIndex] == .null, case .text(let text) = fragments[index].values[contentIndex]
      else { return nil }
      return (index, text)
    }
    guard let embedder, !wanting.isEmpty else { return wanting.count }
    for (vector, place) in zip(try embedder.embed(wanting.map(\.text)), wanting) {
      fragments[place.index].values[vectorIndex] = .vector(vector)
    }
    return 0
  }

  /// How many of each row this store has.
  private func presentRows(_ table: Table) throws -> [[Value]: Int] {
    var present: [[Value]: Int] = [:]
    try store.readRows(of: table, batchSize: SideTableCopy.batchSize) { rows in
      for row in rows { present[table.identity(of: row), default: 0] += 1 }
    }
    return present
  }

  private func adapted(_ row: Record, _ table: Table) -> Record {
    var row = row.replacingNUL
    if !isVerbatim { row.values = table.withoutEveryAgent(row.values) }
    for (index, value) in row.values.enumerated() {
      if case .vector = value, !keepsVectors { row.values[index] = .null }
    }
    if table == .duplicates, case .integer(let id) = row.values[0] { row.values[0] = .integer(renumbered[id] ?? id) }
    return row
  }
}

extension Table {
  /// What makes a row the same as another; texts by their hash, because to Swift equivalent strings are equal.
  func identity(of row: Record) -> [Value] {
    let values = withoutEveryAgent(row.values)
    return zip(columns, values).filter { identity.contains($0.0) }.map { _, value in
      if case .text(let text) = value { .text(ContentHash.hex(of: text)) } else { value }
    }
  }

  /// The sha256 of a row's content; empty for rows without content.
  func contentHash(of row: Record) -> String {
    guard let index = position(of: .content), case .text(let content) = row.values[index] else { return "" }
    return ContentHash.hex(of: content)
  }
}
