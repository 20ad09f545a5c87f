internal import Algorithms
import Database
import MemoryModel
import MemoryStore

/// What computing vectors anew did, or would do.
package struct ReembedReport: ChangeReport, Sendable, Equatable {
  /// The space before.
  package let from: EmbeddingSpace
  /// The space after.
  package let to: EmbeddingSpace
  /// Texts embedded, of memories and of fragments.
  package var memories: Int64 = 0
  /// Fragments embedded.
  package var fragments: Int64 = 0
  /// Memories that have no vector now.
  package var missing: Int64 = 0
  /// What embedding takes; counted by plans only.
  package var effort = EmbeddingEffort()
  package var leftOut: [RowName] = []
  /// The operations in the journal; empty when nothing changed, or the old vectors are not kept.
  package var operations: [Int64] = []
}

/// Computes the vectors of a store anew, or only those that are missing, with the embedder in use.
///
/// New vectors are gathered beside the old ones; in the end one transaction switches to them. Until then nothing
/// changes, and an embedder with a cache goes on where an interrupted run stopped.
package struct ReembedService {
  private let store: MemoryStore
  private let embedder: any Embedder
  private let author: RepairAuthor?
  private let progress: any ProgressReporter
  private let interruption: Interruption

  private static let batchSize = 500
  /// Rows may change while vectors are computed; what changed is computed once more, but not for ever.
  private static let passesMaximum = 3

  /// Sets it up; nothing happens yet.
  ///
  /// - Parameter author: Who the journal says it was; nil leaves the journal, and with it the old vectors, out.
  package init(
    store: MemoryStore, embedder: any Embedder, author: RepairAuthor?, progress: any ProgressReporter,
    interruption: Interruption
  ) {
    self.store = store
    self.embedder = embedder
    self.author = author
    self.progress = progress
    self.interruption = interruption
  }

  /// Plans it: which texts, and what embedding them takes.
  ///
  /// - Throws: `embedding_space_mismatch` when only some rows are selected and the embedder is of another space.
  package func plan(
    _ selection: ReembedSelection, index: VectorIndexMethod? = nil
  ) throws -> ChangePlan<ReembedReport> {
    if selection == .all { try store.requireEveryRow() }
    var rows: [String: [Int64]] = [:]
    let report = try store.transaction(.readOnly) {
      var report = try begun(selection)
      for table in ReembedService.tables(selection) {
        try forEachBatch(table, selection) { batch in
          report.effort = report.effort + (try embedder.effort(batch.map(\.content)))
          rows[table, default: []] += batch.map(\.id)
        }
      }
      report.memories = Int64(rows["memories"]?.count ?? 0)
      report.fragments = Int64(rows[Table.fragments.name]?.count ?? 0)
      return report
    }
    let count = rows.values.reduce(0) { $0 + $1.count }
    let extent: ChangeExtent = selection == .all ? .everything(count) : .rows(count, of: "memories")
    return ChangePlan(report, extent) { [rows] in try run(selection, rows: rows, index: index) }
  }

  /// Runs it.
  ///
  /// - Parameter rows: The rows by their tables, where they are known; nil looks for them.
  /// - Throws: `embedding_space_mismatch` when only some rows are selected and the embedder is of another space.
  package func run(
    _ selection: ReembedSelection, rows: [String: [Int64]]? = nil, index: VectorIndexMethod? = nil
  ) throws -> ReembedReport {
    if selection == .all { try store.requireEveryRow() }
    // Before anything is computed.
    var report = try begun(selection)
    let moves = report.from != report.to
    var (selection, rows) = (selection, rows)
    for pass in 1...ReembedService.passesMaximum {
      try store.beginStaging(dimensions: report.to.dimensions)
      var staged: [String: [Int64]] = [:]
      for table in ReembedService.tables(selection) {
        let ids = try stage(table, selection, rows)
        staged[table] = ids
        if table == "memories" { report.memories += Int64(ids.count) } else { report.fragments += Int64(ids.count) }
        if let planned = rows?[table], planned.count > ids.count {
          let there = Set(ids)
          report.leftOut += planned.filter { !there.contains($0) }.map { RowName(table, $0) }
        }
      }
      try store.whileMigratingAlone(progress, interruption) {
        // Another session may have moved the store meanwhile.
        let current = try store.embeddingSpace()
        let expected = pass == 1 ? report.from : report.to
        guard current == expected else { throw expected.mismatch(storeSpace: current ?? expected) }
        _ = try store.createSchema(space: report.from)
        // A session that waits for a table while it holds rows may never get it.
        if pass == 1, moves { try store.lockTables() }
        let operation = try journaled(from: pass == 1 && moves ? report.from : nil, staged) {
          try store.switchVectors(to: pass == 1 && moves ? report.to : nil)
        }
        if let operation { report.operations.append(operation) }
        if pass == 1, moves {
          for outcome in try store.buildIndexes(index, progress) { progress.report(.vectorIndex(outcome)) }
        }
        try interruption.check()
      }
      let statistics = try store.statistics(userID: nil)
      report.missing = statistics.memories - statistics.embeddingsPresent
      // What others wrote meanwhile has no vector yet; a filter leaves the others alone.
      guard report.missing > 0, selection == .all || pass > 1 else { break }
      (selection, rows) = (.missing, nil)
    }
    return report
  }

  /// Notes the vectors before and after `body` changes them.
  ///
  /// - Parameters:
  ///   - space: The space that the store leaves: all its vectors change; nil when it stays.
  ///   - rows: The rows that get other vectors, by their tables.
  /// - Returns: The operation's number; nil when nothing is noted.
  private func journaled(
    from space: EmbeddingSpace?, _ rows: [String: [Int64]], _ body: () throws -> Void
  ) throws -> Int64? {
    guard let author else {
      try body()
      return nil
    }
    let operation = Operation(store, author)
    let fragments = Table.fragments.name
    var rows = rows
    if let space {
      operation.leaves(space)
      rows["memories"] = try store.memoryIDs(matching: MemoryFilter())
      rows[fragments] = []
      try store.readRows(of: .fragments, batchSize: ReembedService.batchSize) {
        rows[fragments, default: []] += $0.map(\.id)
      }
    }
    try operation.changing(rows["memories"] ?? [], of: "memories", columns: ["embedding"]) {
      try operation.changing(rows[fragments] ?? [], of: fragments, columns: ["embedding"], body)
    }
    return operation.number
  }

  private func begun(_ selection: ReembedSelection) throws -> ReembedReport {
    let space = try store.requireTables()
    guard selection == .all || embedder.space == space else { throw embedder.space.mismatch(storeSpace: space) }
    try store.refuseUnchangeableLength(embedder.space.dimensions)
    return ReembedReport(from: space, to: embedder.space)
  }

  /// A filter of memories selects no fragments.
  private static func tables(_ selection: ReembedSelection) -> [String] {
    if case .matching = selection { ["memories"] } else { ["memories", "prompt_fragments"] }
  }

  private func forEachBatch(
    _ table: String, _ selection: ReembedSelection, _ body: ([EmbeddableText]) throws -> Void
  ) throws {
    var last: Int64 = .min
    while true {
      try interruption.check()
      let batch = try store.texts(in: table, selection, behind: last, limit: ReembedService.batchSize)
      guard let final = batch.last else { return }
      last = final.id
      try body(batch)
    }
  }

  /// Hands over the texts of rows that are known, as they are now.
  private func forEachBatch(_ table: String, of ids: [Int64], _ body: ([EmbeddableText]) throws -> Void) throws {
    for batch in ids.chunks(ofCount: ReembedService.batchSize) {
      try interruption.check()
      let texts = try store.texts(in: table, .rows(Array(batch)), behind: .min, limit: batch.count)
      if !texts.isEmpty { try body(texts) }
    }
  }

  /// Computes the vectors of a table's rows and puts them beside it.
  ///
  /// - Returns: The rows.
  private func stage(_ table: String, _ selection: ReembedSelection, _ rows: [String: [Int64]]?) throws -> [Int64] {
    let total = try rows.map { Int64($0[table]?.count ?? 0) } ?? store.statistics(userID: nil).memories
    let ahead = EmbeddingAhead<[EmbeddableText]>(embedder)
    var ids: [Int64] = []
    func write(_ texts: [EmbeddableText], _ vectors: [Vector]) throws {
      try store.stage(
        zip(texts, vectors).map { text, vector in
          StagedVector(table: table, id: text.id, contentHash: ContentHash.hex(of: text.content), vector: vector)
        })
      ids += texts.map(\.id)
      let done = Int64(ids.count)
      progress.progress("Embedding \(table)", done: done, total: table == "memories" ? max(total, done) : 0)
    }
    func embed(_ batch: [EmbeddableText]) throws {
      ahead.append(batch, texts: batch.map(\.content))
      while let done = try ahead.next(waiting: ahead.isFull) { try write(done.item, done.vectors) }
    }
    if let rows {
      try forEachBatch(table, of: rows[table] ?? [], embed)
    } else {
      try forEachBatch(table, selection, embed)
    }
    ahead.end()
    while let done = try ahead.next(waiting: true) { try write(done.item, done.vectors) }
    guard ahead.isEmpty else { throw MemshError(.embedderFailed, "the embedder gave too few vectors") }
    return ids
  }
}
