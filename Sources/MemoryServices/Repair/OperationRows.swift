internal import Algorithms
import MemoryModel
import MemoryStore

/// The rows that an operation of the journal changed.
struct OperationRows {
  typealias Phase = (tables: [String], kind: JournalRow.Kind)

  /// Rows of one table with the same columns, so that many go at a time.
  struct Group {
    let table: String
    /// The columns that are noted; nil for whole rows.
    let columns: [String]?
    /// How they are noted, where that is not by their values.
    let sum: RowSum?
    var rows: [JournalRow]
  }

  /// The operation.
  let operation: OperationRecord
  private let store: MemoryStore
  /// All of the rows, where they are few; nil where they are read in parts each time.
  private let few: [JournalRow]?

  private static let batchSize = 500

  /// Looks at an operation. Belongs into the transaction that takes it back.
  init(_ operation: OperationRecord, in store: MemoryStore) throws {
    (self.operation, self.store) = (operation, store)
    few = operation.rows <= OperationRows.batchSize ? try store.journalRows(ofOperation: operation.id) : nil
  }

  func forEachGroup(_ phase: Phase, _ body: (Group) throws -> Void) throws {
    if let few {
      return try forEachGroup(of: few.filter { phase.tables.contains($0.table) && $0.kind == phase.kind }, phase, body)
    }
    var positions = try store.journalPositions(ofOperation: operation.id, phase)
    // A row that refers to another of its table has mostly been made after it.
    if phase.kind == .deleted { positions.reverse() }
    for batch in positions.chunks(ofCount: OperationRows.batchSize) {
      try forEachGroup(of: store.journalRows(at: Array(batch)), phase, body)
    }
  }

  private func forEachGroup(of rows: [JournalRow], _ phase: Phase, _ body: (Group) throws -> Void) throws {
    var groups: [[String]: Group] = [:]
    for row in rows {
      let columns = row.before?.memberKeys ?? []
      let sum = phase.kind == .inserted ? RowSum(row.after) : nil
      let group = Group(table: row.table, columns: phase.kind == .updated ? columns : nil, sum: sum, rows: [])
      groups[[row.table] + (sum.map { ["sum"] + $0.added } ?? columns), default: group].rows.append(row)
    }
    for key in groups.keys.sorted(by: { $0.lexicographicallyPrecedes($1) }) {
      if let group = groups[key] { try body(group) }
    }
  }

  /// The ids of the rows of one table and kind.
  func ids(in table: String, _ kind: JournalRow.Kind) throws -> Set<Int64> {
    var ids: Set<Int64> = []
    try forEachGroup(([table], kind)) { ids.formUnion($0.rows.map(\.id)) }
    return ids
  }
}

extension JSON {
  /// The names of an object's members, in their order.
  var memberKeys: [String] { if case .object(let members) = self { members.map(\.key) } else { [] } }
}
