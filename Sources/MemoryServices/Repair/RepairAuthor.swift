import Database
import MemoryModel
import MemoryStore

/// Who repairs, with which command: what the journal notes beside the rows.
package struct RepairAuthor: Sendable {
  /// The command as it was typed.
  package let command: String
  /// `user@host`.
  package let name: String
  /// The memsh process.
  package let session: String
  /// When the command began.
  package let moment: Timestamp

  /// Who makes a change, for the journal.
  package init(command: String, name: String, session: String, moment: Timestamp) {
    self.command = command
    self.name = name
    self.session = session
    self.moment = moment
  }
}

/// One repair on its way: every row it changes passes through here, inside its transaction.
final class Operation {
  private let store: MemoryStore
  private var start: OperationStart
  /// The operation's number, once there is a row.
  private(set) var number: Int64?
  /// Rows noted before, but not yet after, by table.
  private var noted: [String: Set<Int64>] = [:]
  /// Whether rows of other tables may go with rows that are deleted.
  private let allowsLosses: Bool
  /// Whether other tables refer to a table, as far as it has been looked up.
  private var referenced: [String: Bool] = [:]
  private var allLosses: [DependentRows] = []

  /// - Parameter allowsLosses: Whether rows of other tables, which are not in the journal, may go with rows that are
  ///   deleted.
  init(_ store: MemoryStore, _ author: RepairAuthor, undoes: Int64? = nil, allowsLosses: Bool = false) {
    self.store = store
    self.allowsLosses = allowsLosses
    start = OperationStart(
      command: author.command, author: author.name, session: author.session, at: author.moment)
    start.undoes = undoes
  }

  /// Notes that the repair moves the store from this space to another.
  func leaves(_ space: EmbeddingSpace) { start.spaceBefore = space }

  /// Runs `body`, which changes or deletes rows, and notes them before and after.
  ///
  /// - Parameter columns: The columns that `body` changes; nil for whole rows.
  func changing(_ ids: [Int64], of table: String, columns: [String]? = nil, _ body: () throws -> Void) throws {
    guard !ids.isEmpty else { return try body() }
    let number = try begun()
    // A change of any column moves the time of change, and a trigger of others may change every column.
    let columns = try columns.flatMap { columns in
      guard try store.foreignTriggers(on: table).isEmpty else { return nil as [String]? }
      return Operation.datedTables.contains(table) ? columns + ["updated_at"] : columns
    }
    try store.noteBefore(ids, of: table, columns: columns, in: number)
    try body()
    try store.noteAfter(ids, of: table, columns: columns, in: number)
  }

  /// The rows of other tables that went with rows that were deleted, or would in a dry run.
  var losses: [DependentRows] { DependentRows.summed(allLosses) }

  /// Notes what goes with rows that are about to be deleted.
  ///
  /// - Throws: `confirmation_required` when that is not allowed.
  func noteLosses(deleting ids: [Int64], from table: String) throws {
    let isReferenced = try referenced[table] ?? store.isReferenced(table)
    referenced[table] = isReferenced
    guard isReferenced else { return }
    allLosses += try store.losses(deleting: ids, from: table, allowed: allowsLosses)
  }

  /// Runs `body`, which inserts rows and returns their ids, and notes them.
  ///
  /// - Parameter many: Whether they are noted by what they add up to, so that the journal does not become as large as they
  ///   are.
  @discardableResult
  func inserting(into table: String, many: Bool = false, _ body: () throws -> [Int64]) throws -> [Int64] {
    let number = try begun()
    let ids = try body()
    func check(_ count: Int) throws {
      guard count != ids.count else { return }
      let present = Set(try store.presentIDs(ids, in: table))
      throw MemshError.rowsNotWritten(ids.filter { !present.contains($0) }, of: table, "inserted")
    }
    if many {
      try store.noteSums(ids, of: table, in: number, check: check)
    } else {
      try store.noteAfter(ids, of: table, columns: nil, in: number, check: check)
    }
    return ids
  }

  /// Deletes memories with the records of their duplicates, which would go without a trace.
  func deleteMemories(_ ids: [Int64]) throws {
    let duplicates = try store.duplicateIDs(ofOriginals: ids)
    try delete(duplicates, from: Table.duplicates.name)
    try delete(ids, from: "memories")
  }

  /// Runs `body` on rows that this operation may have changed before, as several faults of one row do: a row stands
  /// once in an operation, from before the first change to after the last.
  func changingAgain(_ ids: [Int64], of table: String, _ body: ([Int64]) throws -> Void) throws {
    let number = try begun()
    try store.noteBefore(ids.filter { !isNoted($0, table) }, of: table, columns: nil, in: number)
    noted[table, default: []].formUnion(ids)
    try body(ids)
  }

  /// Deletes rows that this operation may have changed before.
  func deleteAgain(_ ids: [Int64], of table: String) throws {
    if table == "memories" {
      let duplicates = try store.duplicateIDs(ofOriginals: ids)
      try deleteAgain(duplicates, of: Table.duplicates.name)
    }
    guard !ids.isEmpty else { return }
    try noteLosses(deleting: ids, from: table)
    try changingAgain(ids, of: table) { try store.deleteSurely($0, from: table) }
  }

  /// Notes how the rows of ``changingAgain(_:of:_:)`` are now.
  func finish() throws {
    guard let number else { return }
    for (table, ids) in noted { try store.noteAfter(ids.sorted(), of: table, columns: nil, in: number) }
    noted = [:]
  }

  /// Whether ``changingAgain(_:of:_:)`` has changed a row before.
  func isNoted(_ id: Int64, _ table: String) -> Bool { noted[table]?.contains(id) ?? false }

  /// Deletes rows.
  func delete(_ ids: [Int64], from table: String) throws {
    guard !ids.isEmpty else { return }
    try noteLosses(deleting: ids, from: table)
    let number = try begun()
    try store.noteBefore(ids, of: table, columns: nil, in: number)
    try store.deleteRows(ids, from: table)
    try store.noteAfter(ids, of: table, columns: nil, in: number) { [store] count in
      guard count > 0 else { return }
      throw MemshError.rowsNotWritten(try store.presentIDs(ids, in: table), of: table, "deleted")
    }
  }

  private func begun() throws -> Int64 {
    if let number { return number }
    let begun = try store.beginOperation(start)
    number = begun
    return begun
  }

  private static let datedTables = ["memories", Table.fragments.name]
}
