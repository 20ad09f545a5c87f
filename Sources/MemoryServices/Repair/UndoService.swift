internal import Algorithms
import Database
import MemoryModel
import MemoryStore

/// What undoing did, or would do.
package struct UndoReport: ChangeReport, Sendable, Equatable {
  /// The operations taken back, the newest first.
  package var operations: [OperationRecord] = []
  /// The operations that took them back, in the same order; empty for a plan.
  package var undos: [Int64] = []
  /// Rows put back that had been deleted.
  package var inserted = 0
  /// Rows given back the values they had.
  package var updated = 0
  /// Rows taken out that had been inserted.
  package var deleted = 0
  /// What is not as it was, because a trigger of others sets it, each in words.
  package var notRestored: [String] = []
  /// Rows of other tables that go with the rows taken out.
  package var losses: [DependentRows] = []

  /// An undo is exact or not at all: where a row has been changed since, it is refused.
  package var leftOut: [RowName] { [] }
}

/// Takes repairs back, exactly or not at all.
package struct UndoService {
  private let store: MemoryStore
  private let author: RepairAuthor
  private let cascade: Bool

  private static let batchSize = 500
  private static let conflictsListed = 5
  /// What reading a memory changes: never in the way of an undo, and never put back over a newer value.
  private static let volatileColumns = MemoryStore.changedByReading

  /// Sets undoing up.
  ///
  /// - Parameter cascade: Whether rows of other tables may go with rows that are taken out.
  package init(store: MemoryStore, author: RepairAuthor, cascade: Bool = false) {
    self.store = store
    self.author = author
    self.cascade = cascade
  }

  /// Plans to take an operation back, in one transaction. Undoing an undo does the operation again.
  ///
  /// - Parameters:
  ///   - number: The operation; nil for the last one that stands and is not an undo itself.
  ///   - wholeSession: Whether everything goes that the same memsh process did.
  ///   - isPreviewed: Whether the plan's report is complete; otherwise it only names the operations.
  /// - Throws: `not_found`; `undo_conflict` when later changes would be overwritten, naming the rows;
  ///   `confirmation_required` when rows of other tables would go.
  package func plan(
    _ number: Int64?, wholeSession: Bool, isPreviewed: Bool = true
  ) throws -> ChangePlan<UndoReport> {
    try store.requireTables()
    let chosen = try operations(number, wholeSession: wholeSession)
    var report = UndoReport()
    report.operations = chosen
    if isPreviewed { report = try preview(chosen) }
    return ChangePlan(report, .rows(report.inserted + report.updated + report.deleted)) {
      try store.transaction(.commit) {
        // Another process may have taken one of them back since.
        try undo(chosen.flatMap { try operations($0.id, wholeSession: false) }, dryRun: false)
      }
    }
  }

  /// Tells what taking operations back will do.
  private func preview(_ operations: [OperationRecord]) throws -> UndoReport {
    // What the first of several undos leave behind, and what triggers of others do with rows, shows only when rows are
    // written: it is done, and rolled back.
    guard try operations.count > 1 || isRewritten(operations) else {
      return try store.transaction(.readOnly) { try undo(operations, dryRun: true) }
    }
    var report = try store.transaction(.rollback) { try undo(operations, dryRun: false) }
    report.undos = []
    return report
  }

  /// Whether triggers of others may change what undoing writes. They have nothing to do with moves.
  private func isRewritten(_ operations: [OperationRecord]) throws -> Bool {
    guard operations.allSatisfy({ $0.start.spaceBefore == nil }) else { return false }
    return try store.transaction(.readOnly) { try Table.names.contains { try !store.foreignTriggers(on: $0).isEmpty } }
  }

  private func undo(_ operations: [OperationRecord], dryRun: Bool) throws -> UndoReport {
    var report = UndoReport()
    for operation in operations {
      // A move changes the tables themselves. Whoever waits for a table while it holds rows may never get it.
      if !dryRun, operation.start.spaceBefore != nil { try store.lockTables() }
      let rows = try OperationRows(operation, in: store)
      try refuseConflicts(rows, locks: !dryRun)
      let undo = Operation(store, author, undoes: operation.id, allowsLosses: cascade)
      try reverse(rows, undo, dryRun: dryRun, &report)
      report.losses = DependentRows.summed(report.losses + undo.losses)
      report.operations.append(operation)
      guard !dryRun else { continue }
      if let number = undo.number { report.undos.append(number) }
      try store.markUndone(operation.id, by: undo.number ?? operation.id)
      if let undone = operation.start.undoes { try store.markUndone(undone, by: nil) }
    }
    return report
  }

  private func operations(_ number: Int64?, wholeSession: Bool) throws -> [OperationRecord] {
    let chosen: OperationRecord
    if let number {
      guard let found = try store.operations(.number(number), limit: 1).first else {
        throw MemshError(.notFound, "the journal has no operation \(number)", hint: "`journal` lists what it has")
      }
      if let undo = found.undoneBy {
        throw MemshError(
          .notFound, "operation \(number) has been undone already, by operation \(undo)",
          hint: "`undo \(undo)` does it again")
      }
      chosen = found
    } else {
      let standing = try store.operations(.all, limit: .max).first {
        $0.undoneBy == nil && $0.start.undoes == nil && $0.rows > 0
      }
      guard let standing else {
        throw MemshError(.notFound, "there is nothing to undo", hint: "`journal` lists what the journal has")
      }
      chosen = standing
    }
    guard wholeSession else { return [chosen] }
    let all = try store.operations(.session(chosen.start.session), limit: .max).filter {
      $0.undoneBy == nil && $0.start.undoes == nil
    }
    guard !all.isEmpty else {
      throw MemshError(
        .notFound, "the run that did operation \(chosen.id) has no operation left to undo",
        hint: "`undo \(chosen.id)` takes back this one alone")
    }
    return all
  }

  // MARK: Rows

  private typealias Phase = OperationRows.Phase
  private typealias Group = OperationRows.Group

  /// The order in which rows are put back, so that a record of a duplicate never refers to a memory that is not there. A
  /// row stands once in an operation, so any order ends the same.
  private static let phases: [Phase] = [
    (Table.side.map(\.name), .inserted), (["memories"], .deleted),
    (["memories"] + Table.side.map(\.name), .updated), (Table.side.map(\.name), .deleted),
    (["memories"], .inserted),
  ]

  private func current(_ group: Group) throws -> [Int64: JSON] {
    if let sum = group.sum { return try store.sums(group.rows.map(\.id), of: group.table, sum) }
    let images = try store.images(group.rows.map(\.id), of: group.table, columns: group.columns)
    return Dictionary(uniqueKeysWithValues: images.map { ($0.id, $0.columns) })
  }

  // MARK: What stands in the way

  private func refuseConflicts(_ rows: OperationRows, locks: Bool) throws {
    let operation = rows.operation
    var conflicts: [String] = []
    for phase in UndoService.phases {
      try rows.forEachGroup(phase) { group in
        if phase.kind == .inserted { try store.expectDeletion() }
        // What is found free must stay so until it is put back.
        if locks { try store.lockRows(group.rows.map(\.id), of: group.table) }
        let current = try current(group)
        conflicts += group.rows.compactMap { UndoService.conflict($0, current: current[$0.id]) }
        switch (group.table, phase.kind) {
        case ("memories", .inserted): conflicts += try referringDuplicates(group.rows.map(\.id), besides: rows)
        case (Table.duplicates.name, .deleted): conflicts += try lostOriginals(group.rows, of: rows)
        default: break
        }
      }
    }
    guard !conflicts.isEmpty else { return }
    let listed = conflicts.prefix(UndoService.conflictsListed).joined(separator: "; ")
    let more = conflicts.count - UndoService.conflictsListed
    throw MemshError(
      .undoConflict,
      "operation \(operation.id) cannot be undone: \(listed)" + (more > 0 ? "; and \(more) more" : ""),
      hint: "undo the later changes first (`journal`), or mend the rows by hand")
  }

  /// What stands in the way of putting a row back; nil when nothing does.
  private static func conflict(_ row: JournalRow, current: JSON?) -> String? {
    let name = "row \(row.id) of \(row.table)"
    switch (row.before, row.after) {
    case (nil, let after?):
      guard let current else { return nil }
      if RowSum(after) != nil { return current == after ? nil : "\(name) was changed since" }
      // What becomes of a column that is gone since does not matter to a row that goes itself.
      let columns = after.memberKeys.filter { current[key: $0] != nil }
      return differs(current, after, in: columns) ? "\(name) was changed since" : nil
    case (_?, nil): return current == nil ? nil : "\(name) is there again"
    case (_?, let after?):
      guard let current else { return "\(name) is gone" }
      return differs(current, after, in: row.changedColumns) ? "\(name) was changed since" : nil
    case (nil, nil): return nil
    }
  }

  private static func differs(_ left: JSON, _ right: JSON, in columns: [String]) -> Bool {
    columns.contains { name in
      !volatileColumns.contains(name) && !JSON.areIdentical(left[key: name], right[key: name])
        && !isOldNotation(right[key: name], of: left[key: name])
    }
  }

  /// Whether a value in the journal is an array, a row or a `json` in the notation of memsh 0.1, which tells less than
  /// the present one: it cannot be compared, and does not stand in the way.
  private static func isOldNotation(_ noted: JSON?, of now: JSON?) -> Bool {
    switch (noted, now) {
    case (.array?, .string?), (.object?, .string?): true
    case (.array?, .object(let members)?), (.object?, .object(let members)?):
      members.count == 1 && members[0].key.isEmpty && members[0].value != .string("null")
    default: false
    }
  }

  /// Records of duplicates that were made since and would go with the memory.
  private func referringDuplicates(_ memories: [Int64], besides rows: OperationRows) throws -> [String] {
    let referring = try store.duplicateIDs(ofOriginals: memories)
    guard !referring.isEmpty else { return [] }
    let table = Table.duplicates.name
    let own = try rows.ids(in: table, .inserted).union(rows.ids(in: table, .updated))
    return referring.filter { !own.contains($0) }.map { "row \($0) of memory_duplicates refers to its memory" }
  }

  /// Records of duplicates whose memory is neither there nor comes back with them.
  private func lostOriginals(_ rows: [JournalRow], of operation: OperationRows) throws -> [String] {
    let originals = rows.compactMap { row -> (row: Int64, memory: Int64)? in
      row.before?[key: "original_id"]?.integerValue.map { (row.id, Int64($0)) }
    }
    let present = try store.usedIDs(originals.map(\.memory), in: "memories")
    guard originals.contains(where: { !present.contains($0.memory) }) else { return [] }
    let restored = try operation.ids(in: "memories", .deleted)
    return originals.filter { !present.contains($0.memory) && !restored.contains($0.memory) }.map {
      "row \($0.row) of memory_duplicates refers to memory \($0.memory), which is gone"
    }
  }

  // MARK: Putting back

  private func reverse(
    _ rows: OperationRows, _ undo: Operation, dryRun: Bool, _ report: inout UndoReport
  ) throws {
    if let space = rows.operation.start.spaceBefore {
      return try reverseMove(rows, to: space, undo, dryRun: dryRun, &report)
    }
    var counts = report
    for phase in UndoService.phases {
      try rows.forEachGroup(phase) { group in
        try reverse(group, phase.kind, undo, dryRun: dryRun, &counts)
      }
    }
    report = counts
  }

  private func reverse(
    _ group: Group, _ kind: JournalRow.Kind, _ undo: Operation, dryRun: Bool, _ report: inout UndoReport
  ) throws {
    switch kind {
    case .inserted:
      let ids = try store.presentIDs(group.rows.map(\.id), in: group.table).sorted()
      report.deleted += ids.count
      if dryRun {
        try undo.noteLosses(deleting: ids, from: group.table)
      } else {
        try undo.delete(ids, from: group.table)
      }
    case .deleted:
      report.inserted += group.rows.count
      let images = group.rows.compactMap { row in row.before.map { RowImage(id: row.id, columns: $0) } }
      guard !dryRun else { return }
      try undo.inserting(into: group.table) {
        report.notRestored += try putBack(images, of: group.table, inserting: true)
        return images.map(\.id)
      }
    case .updated:
      report.updated += group.rows.count
      guard !dryRun else { return }
      for (columns, images) in UndoService.partialImages(group.rows, try current(group)) {
        try undo.changing(images.map(\.id), of: group.table, columns: columns.filter { $0 != "updated_at" }) {
          report.notRestored += try putBack(images, of: group.table, inserting: false)
        }
      }
    }
  }

  /// Puts rows back, and where triggers of others stand on the table looks what became of it.
  ///
  /// - Returns: What is not as it was, in words.
  private func putBack(_ images: [RowImage], of table: String, inserting: Bool) throws -> [String] {
    guard try !store.foreignTriggers(on: table).isEmpty else {
      try store.restore(images, of: table, inserting: inserting)
      return []
    }
    // A trigger may set columns that the images lack.
    let wanted = inserting ? images : try completed(images, of: table)
    try store.restore(images, of: table, inserting: inserting)
    // A trigger has had its say; an UPDATE of what it has set may get past it.
    for again in UndoService.byColumns(try differing(wanted, of: table)) {
      try store.restore(again, of: table, inserting: false)
    }
    return try differing(wanted, of: table).flatMap { image in
      image.columns.memberKeys.map { "\($0) of row \(image.id) of \(table)" }
    }
  }

  /// Images of rows that are there, with the columns that they lack as these are now.
  private func completed(_ images: [RowImage], of table: String) throws -> [RowImage] {
    let current = Dictionary(
      uniqueKeysWithValues: try store.images(images.map(\.id), of: table, columns: nil).map { ($0.id, $0.columns) })
    return images.map { image in
      guard case .object(let now)? = current[image.id] else { return image }
      let members = now.map { JSON.Member($0.key, image.columns[key: $0.key] ?? $0.value) }
      return RowImage(id: image.id, columns: .object(members))
    }
  }

  /// The columns of rows that are not as images have them, with the values that they should have.
  private func differing(_ images: [RowImage], of table: String) throws -> [RowImage] {
    let keys = images.first?.columns.memberKeys ?? []
    let current = Dictionary(
      uniqueKeysWithValues: try store.images(images.map(\.id), of: table, columns: keys).map { ($0.id, $0.columns) })
    let missing = images.map(\.id).filter { current[$0] == nil }
    guard missing.isEmpty else { throw MemshError.rowsNotWritten(missing, of: table, "put back") }
    return images.compactMap { image in
      guard case .object(let members) = image.columns, let now = current[image.id] else { return nil }
      let others = members.filter { member in now[key: member.key].map { !JSON.areIdentical($0, member.value) } ?? false
      }
      return others.isEmpty ? nil : RowImage(id: image.id, columns: .object(others))
    }
  }

  /// Images with the same columns together.
  private static func byColumns(_ images: [RowImage]) -> [[RowImage]] {
    Array(Dictionary(grouping: images, by: \.columns.memberKeys).values)
  }

  /// The old values of the columns that have not been changed since, by the columns.
  private static func partialImages(_ rows: [JournalRow], _ current: [Int64: JSON]) -> [[String]: [RowImage]] {
    var images: [[String]: [RowImage]] = [:]
    for row in rows {
      guard let before = row.before, let after = row.after, let now = current[row.id] else { continue }
      let columns = row.changedColumns.filter { JSON.areIdentical(now[key: $0], after[key: $0]) }
      let members = columns.map { JSON.Member($0, before[key: $0] ?? .null) }
      images[columns, default: []].append(RowImage(id: row.id, columns: .object(members)))
    }
    return images
  }

  /// Moves the store back to the space it had, with the vectors it had.
  private func reverseMove(
    _ rows: OperationRows, to space: EmbeddingSpace, _ undo: Operation, dryRun: Bool,
    _ report: inout UndoReport
  ) throws {
    let fragments = Table.fragments.name
    let memories = try rows.ids(in: "memories", .updated)
    let changedFragments = try rows.ids(in: fragments, .updated)
    var allFragments: [Int64] = []
    try store.readRows(of: .fragments, batchSize: UndoService.batchSize) { allFragments += $0.map(\.id) }
    let embedded =
      try embeddedRows(store.memoryIDs(matching: MemoryFilter()), besides: memories, of: "memories")
      + embeddedRows(allFragments, besides: changedFragments, of: fragments)
    guard embedded == 0 else {
      throw MemshError(
        .undoConflict,
        "operation \(rows.operation.id) cannot be undone: \(embedded) rows got embeddings of the present space since",
        hint: "`reembed` with the old embedder moves all of them back")
    }
    report.updated += memories.count + changedFragments.count
    guard !dryRun, let current = try store.embeddingSpace() else { return }
    undo.leaves(current)
    try undo.changing(memories.sorted(), of: "memories", columns: ["embedding"]) {
      try undo.changing(changedFragments.sorted(), of: fragments, columns: ["embedding"]) {
        try store.moveVectors(to: space)
        try rows.forEachGroup((["memories", fragments], .updated)) { group in
          for images in UndoService.byColumns(group.rows.map(UndoService.imageBeforeMove)) {
            report.notRestored += try putBack(images, of: group.table, inserting: false)
          }
        }
      }
    }
    _ = try store.buildIndexes(nil, SilentProgress())
  }

  /// What a move changed of a row, as it was: its embedding, and what a trigger of others set.
  private static func imageBeforeMove(_ row: JournalRow) -> RowImage {
    let columns = ["embedding"] + row.changedColumns.filter { $0 != "embedding" && !volatileColumns.contains($0) }
    return RowImage(
      id: row.id, columns: .object(columns.map { JSON.Member($0, row.before?[key: $0] ?? .null) }))
  }

  /// How many of these rows, but for some, have an embedding.
  private func embeddedRows(_ ids: [Int64], besides known: Set<Int64>, of table: String) throws -> Int {
    try ids.filter { !known.contains($0) }.chunks(ofCount: UndoService.batchSize).reduce(0) { count, batch in
      try count
        + store.images(Array(batch), of: table, columns: ["embedding"]).count {
          $0.columns[key: "embedding"] != JSON.null
        }
    }
  }
}
