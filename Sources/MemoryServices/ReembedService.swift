import Database
import MemoryModel
import MemoryStore

/// What computing vectors anew did, or would do.
package struct ReembedReport: Sendable, Equatable {
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
  /// What embedding takes; counted by dry runs only.
  package var effort = EmbeddingEffort()
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

  /// Runs it.
  ///
  /// - Throws: `embedding_space_mismatch` when only some rows are selected and the embedder is of another space.
  package func run(_ selection: ReembedSelection, index: VectorIndexMethod? = nil) throws -> ReembedReport {
    if selection == .all { try store.requireEveryRow() }
    var report = try plan(selection)
    // Before anything is computed.
    try store.refuseUnchangeableLength(report.to.dimensions)
    let moves = report.from != report.to
    var selection = selection
    for pass in 1...ReembedService.passesMaximum {
      try store.beginStaging(dimensions: report.to.dimensions)
      for table in ReembedService.tables(selection) {
        let count = try stage(table, selection)
        if table == "memories" { report.memories += count } else { report.fragments += count }
      }
      try store.whileMigratingAlone(progress, interruption) {
        // Somebody else may have moved the store meanwhile.
        let current = try store.embeddingSpace()
        let expected = pass == 1 ? report.from : report.to
        guard current == expected else { throw expected.mismatch(storeSpace: current ?? expected) }
        _ = try store.createSchema(space: report.from)
        // Whoever waits for a table while it holds rows may never get it.
        if pass == 1, moves { try store.lockTables() }
        let operation = try journaled(from: pass == 1 && moves ? report.from : nil, selection) {
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
      selection = .missing
    }
    return report
  }

  /// Notes the vectors before and after `body` changes them.
  ///
  /// - Returns: The operation's number; nil when nothing is noted.
  private func journaled(
    from space: EmbeddingSpace?, _ selection: ReembedSelection, _ body: () throws -> Void
  ) throws -> Int64? {
    guard let author else {
      try body()
      return nil
    }
    let operation = Operation(store, author)
    if let space { operation.leaves(space) }
    var ids: [String: [Int64]] = [:]
    for table in ReembedService.tables(selection) {
      try forEachBatch(table, selection) { ids[table, default: []] += $0.map(\.id) }
    }
    let fragments = Table.fragments.name
    try operation.changing(ids["memories"] ?? [], of: "memories", columns: ["embedding"]) {
      try operation.changing(ids[fragments] ?? [], of: fragments, columns: ["embedding"], body)
    }
    return operation.number
  }

  /// Tells what ``run(_:index:)`` would do, without writing anything anywhere.
  package func dryRun(_ selection: ReembedSelection) throws -> ReembedReport {
    try store.transaction(.readOnly) {
      var report = try plan(selection)
      try store.refuseUnchangeableLength(report.to.dimensions)
      for table in ReembedService.tables(selection) {
        try forEachBatch(table, selection) { batch in
          report.effort = report.effort + (try embedder.effort(batch.map(\.content)))
          if table == "memories" {
            report.memories += Int64(batch.count)
          } else {
            report.fragments += Int64(batch.count)
          }
        }
      }
      return report
    }
  }

  private func plan(_ selection: ReembedSelection) throws -> ReembedReport {
    let space = try store.requireTables()
    guard selection == .all || embedder.space == space else { throw embedder.space.mismatch(storeSpace: space) }
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

  /// Computes the vectors of a table's rows and puts them beside it.
  private func stage(_ table: String, _ selection: ReembedSelection) throws -> Int64 {
    let total = try store.statistics(userID: nil).memories
    let ahead = EmbeddingAhead<[EmbeddableText]>(embedder)
    var count: Int64 = 0
    func write(_ texts: [EmbeddableText], _ vectors: [Vector]) throws {
      try store.stage(
        zip(texts, vectors).map { text, vector in
          StagedVector(table: table, id: text.id, contentHash: ContentHash.hex(of: text.content), vector: vector)
        })
      count += Int64(texts.count)
      progress.progress("Embedding \(table)", done: count, total: table == "memories" ? max(total, count) : 0)
    }
    try forEachBatch(table, selection) { batch in
      ahead.append(batch, texts: batch.map(\.content))
      while let done = try ahead.next(waiting: ahead.isFull) { try write(done.item, done.vectors) }
    }
    ahead.end()
    while let done = try ahead.next(waiting: true) { try write(done.item, done.vectors) }
    guard ahead.isEmpty else { throw MemshError(.embedderFailed, "the embedder gave too few vectors") }
    return count
  }
}
