import Database
import MemoryModel

/// A memory before and after it was edited.
package struct EditReport: Sendable, Equatable {
  /// The memory before.
  package let before: Memory
  /// The memory after, or as it would be.
  package let after: Memory
  /// The columns that differ.
  package let changed: [String]
  /// Its number in the journal; nil for a dry run, and when nothing changed.
  package var operation: Int64?
}

extension RepairService {
  /// Gives a memory other values; other content gets another embedding.
  ///
  /// - Parameters:
  ///   - changes: The new values; those that are as before change nothing.
  ///   - embedder: Asked only when the content changes; nil leaves the memory without an embedding.
  /// - Throws: `not_found`; `embedding_space_mismatch` for an embedder of another space than the store's; `store_busy`
  ///   when another session changes the memory meanwhile.
  package func edit(
    _ id: Int64, _ changes: [MemoryChange], embedder: (() throws -> any Embedder)?, dryRun: Bool
  ) throws -> EditReport {
    try store.requireTables()
    guard let before = try store.memories([id]).first else { throw MemshError.memoryMissing(id) }
    var changes = changes.filter { !$0.isAlready(in: before.fields) }
    // Before the transaction: an embedding server may take its time, and others want to write.
    if case .text(let text)? = changes.first(where: { $0.column == .content })?.value, !dryRun {
      changes.append(.embedding(try embedding(of: text, embedder)))
    }
    var after = before.fields
    for change in changes { change.apply(to: &after) }
    let report = EditReport(
      before: before, after: Memory(id: id, fields: after),
      changed: changes.map(\.column.name).filter { $0 != Column.embedding.name })
    guard !dryRun, !changes.isEmpty else { return report }
    return try store.transaction(.commit) {
      var report = report
      let operation = Operation(store, author)
      try operation.changing([id], of: "memories", columns: changes.map(\.column.name)) {
        guard try store.memories([id]).first?.fields.content.utf8.elementsEqual(before.fields.content.utf8) == true
        else {
          throw MemshError(
            .storeBusy, "another session has just changed memory \(id)", hint: "look at it and try again")
        }
        try store.update(changes, memories: [id])
      }
      report.operation = operation.number
      return report
    }
  }

  /// The embedding of a text; nil without an embedder.
  ///
  /// - Throws: `embedding_space_mismatch` when the embedder is of another space than the store.
  func embedding(of text: String, _ embedder: (() throws -> any Embedder)?) throws -> Vector? {
    guard let embedder = try embedder?(), let space = try store.embeddingSpace() else { return nil }
    guard embedder.space == space else { throw store.mismatch(embedder.space, storeSpace: space) }
    return try embedder.embed([text]).first
  }
}
