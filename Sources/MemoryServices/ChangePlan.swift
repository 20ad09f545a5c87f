import Database
import MemoryModel
import MemoryStore

/// A change that is worked out but not made: what destroys or repairs makes one first, so that a person can look at it,
/// and then applies exactly this one.
///
/// What takes long (a filter, a comparison, a look at a file) is done once, when the plan is made. Applying it looks only
/// at its own rows again, once they are locked: a row that has been changed since, or is gone, is left out and named.
package struct ChangePlan<Report: ChangeReport> {
  /// What will be done: the report of the change, but for what only the change itself can know.
  package let report: Report
  /// How much it changes.
  package let extent: ChangeExtent
  private let change: () throws -> Report

  /// Plans a change.
  ///
  /// - Parameter change: Makes it.
  package init(_ report: Report, _ extent: ChangeExtent, _ change: @escaping () throws -> Report) {
    self.report = report
    self.extent = extent
    self.change = change
  }

  /// Makes the change.
  ///
  /// - Returns: What was done.
  package func apply() throws -> Report { try change() }
}

/// What a change did, or will do.
package protocol ChangeReport {
  /// The rows of the plan that were changed or deleted since it was made, and left alone.
  var leftOut: [RowName] { get }
}

/// How much a change changes.
package struct ChangeExtent: Sendable {
  /// How many rows are changed, deleted, or lose what they have.
  package let rows: Int
  /// The table of which the change may reach all rows, and of how many of its rows it does; nil where none can.
  package let part: (table: String, rows: Int)?
  /// Whether it reaches everything there is, whatever the number of rows.
  package let isEverything: Bool

  /// Some rows.
  ///
  /// - Parameters:
  ///   - table: The table that they are of; nil where nothing is lost even if they are all of its rows.
  ///   - countInTable: How many of them are of that table; nil for all.
  package static func rows(_ count: Int, of table: String? = nil, countInTable: Int? = nil) -> ChangeExtent {
    ChangeExtent(rows: count, part: table.map { ($0, countInTable ?? count) }, isEverything: false)
  }

  /// All that there is.
  package static func everything(_ rows: Int = 0) -> ChangeExtent {
    ChangeExtent(rows: rows, part: nil, isEverything: true)
  }
}

/// Rows of a table as they were when a plan was made.
struct PlannedRows {
  /// Their table.
  let table: String
  /// Their ids, in the plan's order.
  let ids: [Int64]
  private let ignored: [String]
  /// The rows' versions, in the same order.
  private let versions: [Int64?]
  /// While the store has the same one, no row has changed.
  private let mark: [Int64]?

  /// Notes what rows are like. Belongs into the transaction that has found them.
  ///
  /// - Parameters:
  ///   - ignored: Columns that may change meanwhile.
  ///   - versions: The rows' versions without these columns, where they have been read already.
  init(
    _ ids: [Int64], of table: String, in store: MemoryStore, ignoring ignored: [String] = MemoryStore.changedByReading,
    versions: [Int64?]? = nil
  ) throws {
    (self.table, self.ids, self.ignored) = (table, ids, ignored)
    self.versions = try versions ?? store.versions(ids, of: table, ignoring: ignored)
    mark = try store.changeMark()
  }

  /// Keeps others from changing the rows until the transaction ends, and tells which are as they were.
  func locked(in store: MemoryStore) throws -> (kept: [Int64], leftOut: [RowName]) {
    try store.lockRows(ids, of: table)
    let isUnchanged = try mark != nil && store.changeMark() == mark
    let current = try isUnchanged ? versions : store.versions(ids, of: table, ignoring: ignored)
    var (kept, leftOut): ([Int64], [RowName]) = ([], [])
    for (index, id) in ids.enumerated() {
      if let version = versions[index], version == current[index] {
        kept.append(id)
      } else {
        leftOut.append(RowName(table, id))
      }
    }
    return (kept, leftOut)
  }
}
