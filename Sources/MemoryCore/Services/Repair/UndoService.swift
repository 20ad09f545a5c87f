/// What undoing did, or would do.
public struct UndoReport: Sendable, Equatable {
  /// The operations taken back, the newest first.
  public var operations: [OperationRecord] = []
  /// The operations that took them back, in the same order; empty for a dry run.
  public var undos: [Int64] = []
  /// Rows put back that had been deleted.
  public var inserted = 0
  /// Rows given back the values they had.
  public var updated = 0
  /// Rows taken out that had been inserted.
  public var deleted = 0
}

/// Takes repairs back, exactly or not at all.
public struct UndoService {
  private let store: any MemoryStore
  private let author: RepairAuthor

  private static let batchSize = 200
  private static let conflictsListed = 5
  /// What reading a memory changes: never in the way of an undo, and never put back over a newer value.
  private static let volatileColumns = ["access_count", "last_accessed_at", "updated_at"]

  /// Sets undoing up.
  public init(store: any MemoryStore, author: RepairAuthor) {
    self.store = store
    self.author = author
  }

  /// Takes an operation back, in one transaction. Undoing an undo does the operation again.
  ///
  /// - Parameters:
  ///   - number: The operation; nil for the last one that stands and is no undo itself.
  ///   - wholeSession: Whether everything goes that the same memsh process did.
  /// - Throws: `not_found`; `undo_conflict` when later changes would be overwritten, naming the rows.
  public func undo(_ number: Int64?, wholeSession: Bool, dryRun: Bool) throws -> UndoReport {
    guard try store.embeddingSpace() != nil else { throw MemshError.schemaMissing(store.identity) }
    return try store.transaction(dryRun ? .readOnly : .commit) {
      var report = UndoReport()
      let operations = try self.operations(number, wholeSession: wholeSession)
      for operation in operations {
        // A dry run of several would have to see the earlier undos; each is checked against what is there now.
        if !dryRun || operation == operations.first { try refuseConflicts(operation) }
        let undo = Operation(store, author, undoes: operation.id)
        try reverse(operation, undo, dryRun: dryRun, &report)
        report.operations.append(operation)
        guard !dryRun else { continue }
        if let number = undo.number { report.undos.append(number) }
        try store.markUndone(operation.id, by: undo.number ?? operation.id)
        if let undone = operation.start.undoes { try store.markUndone(undone, by: nil) }
      }
      return report
    }
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
    return try store.operations(.session(chosen.start.session), limit: .max).filter {
      $0.undoneBy == nil && $0.start.undoes == nil
    }
  }

  // MARK: Rows

  private func forEachBatch(_ operation: Int64, _ body: ([JournalRow]) throws -> Void) throws {
    var position = Int64.max
    while true {
      let rows = try store.journalRows(ofOperation: operation, before: position, limit: UndoService.batchSize)
      guard let last = rows.last else { return }
      position = last.position
      try body(rows)
    }
  }

  /// The rows of a batch in runs of the same table, kind and columns, so that many go at a time.
  private static func runs(_ rows: [JournalRow]) -> [ArraySlice<JournalRow>] {
    rows.chunked { left, right in
      left.table == right.table && left.kind == right.kind && keys(left.before) == keys(right.before)
    }
  }

  private static func keys(_ image: JSON?) -> [String] {
    if case .object(let members)? = image { members.map(\.key) } else { [] }
  }

  private func current(_ rows: ArraySlice<JournalRow>) throws -> [Int64: JSON] {
    guard let first = rows.first else { return [:] }
    let columns = first.kind == .updated ? UndoService.keys(first.before) : nil
    let images = try store.images(rows.map(\.id), of: first.table, columns: columns)
    return Dictionary(uniqueKeysWithValues: images.map { ($0.id, $0.columns) })
  }

  private func refuseConflicts(_ operation: OperationRecord) throws {
    var conflicts: [String] = []
    try forEachBatch(operation.id) { rows in
      for run in UndoService.runs(rows) {
        let current = try current(run)
        conflicts += run.compactMap { UndoService.conflict($0, current: current[$0.id]) }
        if run.first?.kind == .inserted, run.first?.table == "memories" {
          conflicts += try referringDuplicates(run.map(\.id), besides: operation.id)
        }
        if run.first?.kind == .deleted, run.first?.table == SideTable.duplicates.rawValue {
          conflicts += try lostOriginals(run, of: operation.id)
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
      return differs(current, after, in: keys(after)) ? "\(name) was changed since" : nil
    case (_?, nil): return current == nil ? nil : "\(name) is there again"
    case (_?, let after?):
      guard let current else { return "\(name) is gone" }
      return differs(current, after, in: row.changedColumns) ? "\(name) was changed since" : nil
    case (nil, nil): return nil
    }
  }

  private static func differs(_ left: JSON, _ right: JSON, in columns: [String]) -> Bool {
    columns.contains { !volatileColumns.contains($0) && !JSON.areIdentical(left[key: $0], right[key: $0]) }
  }

  /// Records of duplicates that were made since and would go with the memory.
  private func referringDuplicates(_ memories: [Int64], besides operation: Int64) throws -> [String] {
    let referring = try store.duplicateIDs(ofOriginals: memories)
    guard !referring.isEmpty else { return [] }
    var own: Set<Int64> = []
    try forEachBatch(operation) { rows in
      own.formUnion(rows.filter { $0.table == SideTable.duplicates.rawValue }.map(\.id))
    }
    return referring.filter { !own.contains($0) }.map { "row \($0) of memory_duplicates refers to its memory" }
  }

  /// Records of duplicates whose memory is neither there nor comes back with them.
  private func lostOriginals(_ rows: ArraySlice<JournalRow>, of operation: Int64) throws -> [String] {
    let originals = rows.compactMap { row -> (row: Int64, memory: Int64)? in
      row.before?[key: "original_id"]?.integerValue.map { (row.id, Int64($0)) }
    }
    var present = try store.usedIDs(originals.map(\.memory), in: "memories")
    guard originals.contains(where: { !present.contains($0.memory) }) else { return [] }
    try forEachBatch(operation) { batch in
      present.formUnion(batch.filter { $0.table == "memories" && $0.kind == .deleted }.map(\.id))
    }
    return originals.filter { !present.contains($0.memory) }.map {
      "row \($0.row) of memory_duplicates refers to memory \($0.memory), which is gone"
    }
  }

  private func reverse(
    _ operation: OperationRecord, _ undo: Operation, dryRun: Bool, _ report: inout UndoReport
  ) throws {
    if let space = operation.start.spaceBefore {
      return try reverseMove(operation, to: space, undo, dryRun: dryRun, &report)
    }
    try forEachBatch(operation.id) { rows in
      for run in UndoService.runs(rows) { try reverse(run, undo, dryRun: dryRun, &report) }
    }
  }

  /// Moves the store back to the space it had, with the vectors it had.
  private func reverseMove(
    _ operation: OperationRecord, to space: EmbeddingSpace, _ undo: Operation, dryRun: Bool,
    _ report: inout UndoReport
  ) throws {
    var ids: [String: [Int64]] = [:]
    try forEachBatch(operation.id) { rows in for row in rows { ids[row.table, default: []].append(row.id) } }
    let memories = Set(ids["memories"] ?? [])
    let others = try store.memoryIDs(matching: MemoryFilter()).filter { !memories.contains($0) }
    let embedded = try store.images(others, of: "memories", columns: ["embedding"]).filter {
      $0.columns[key: "embedding"] != JSON.null
    }
    guard embedded.isEmpty else {
      throw MemshError(
        .undoConflict,
        "operation \(operation.id) cannot be undone: \(embedded.count) memories got embeddings of the present space since",
        hint: "`reembed` with the old embedder moves all of them back")
    }
    report.updated += ids.values.reduce(0) { $0 + $1.count }
    guard !dryRun, let current = try store.embeddingSpace() else { return }
    undo.leaves(current)
    let fragments = SideTable.fragments.rawValue
    try undo.changing(ids["memories"] ?? [], of: "memories", columns: ["embedding"]) {
      try undo.changing(ids[fragments] ?? [], of: fragments, columns: ["embedding"]) {
        try store.moveVectors(to: space)
        try forEachBatch(operation.id) { rows in
          for run in UndoService.runs(rows) {
            let images = run.map { row in
              RowImage(
                id: row.id, columns: .object([JSON.Member("embedding", row.before?[key: "embedding"] ?? .null)]))
            }
            try store.restore(images, of: run[run.startIndex].table)
          }
        }
      }
    }
    _ = try store.buildIndexes(nil, SilentProgress())
  }

  private func reverse(
    _ rows: ArraySlice<JournalRow>, _ undo: Operation, dryRun: Bool, _ report: inout UndoReport
  ) throws {
    guard let first = rows.first else { return }
    let current = try current(rows)
    switch first.kind {
    case .inserted:
      let ids = rows.map(\.id).filter { current[$0] != nil }
      report.deleted += ids.count
      if !dryRun { try undo.delete(ids, from: first.table) }
    case .deleted:
      report.inserted += rows.count
      let images = rows.compactMap { row in row.before.map { RowImage(id: row.id, columns: $0) } }
      guard !dryRun else { return }
      try undo.inserting(into: first.table) {
        try store.restore(images, of: first.table)
        return images.map(\.id)
      }
    case .updated:
      report.updated += rows.count
      guard !dryRun else { return }
      for (columns, images) in UndoService.partialImages(rows, current) {
        try undo.changing(images.map(\.id), of: first.table, columns: columns.filter { $0 != "updated_at" }) {
          try store.restore(images, of: first.table)
        }
      }
    }
  }

  /// The old values of the columns that nobody has changed since, by the columns.
  private static func partialImages(
    _ rows: ArraySlice<JournalRow>, _ current: [Int64: JSON]
  ) -> [[String]: [RowImage]] {
    var images: [[String]: [RowImage]] = [:]
    for row in rows {
      guard let before = row.before, let after = row.after, let now = current[row.id] else { continue }
      let columns = row.changedColumns.filter { JSON.areIdentical(now[key: $0], after[key: $0]) }
      let members = columns.map { JSON.Member($0, before[key: $0] ?? .null) }
      images[columns, default: []].append(RowImage(id: row.id, columns: .object(members)))
    }
    return images
  }
}

/// Shows progress to nobody.
final class SilentProgress: ProgressReporter {
  func line(_ text: String) {}
  func progress(_ stage: String, done: Int64, total: Int64, bytes: Int64?) {}
}

extension Array {
  /// The array cut wherever two neighbours do not belong together.
  func chunked(by belongTogether: (Element, Element) -> Bool) -> [ArraySlice<Element>] {
    var chunks: [ArraySlice<Element>] = []
    var start = 0
    for index in indices.dropFirst() where !belongTogether(self[index - 1], self[index]) {
      chunks.append(self[start..<index])
      start = index
    }
    if !isEmpty { chunks.append(self[start...]) }
    return chunks
  }
}
