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
  ///   when somebody else changes the memory meanwhile.
  package func edit(
    _ id: Int64, _ changes: [MemoryChange], embedder: (() throws -> any Embedder)?, dryRun: Bool
  ) throws -> EditReport {
    guard try store.embeddingSpace() != nil else { throw MemshError.schemaMissing(store.identity) }
    guard let before = try store.memories([id]).first else { throw MemshError.memoryMissing(id) }
    var changes = changes.filter { !$0.isAlready(in: before.fields) }
    // Before the transaction: an embedding server may take its time, and others want to write.
    if case .content(let text)? = changes.first(where: { $0.column == "content" }), !dryRun {
      changes.append(.embedding(try embedding(of: text, embedder)))
    }
    var after = before.fields
    for change in changes { change.apply(to: &after) }
    let report = EditReport(
      before: before, after: Memory(id: id, fields: after), changed: changes.map(\.column).filter { $0 != "embedding" })
    guard !dryRun, !changes.isEmpty else { return report }
    return try store.transaction(.commit) {
      var report = report
      let operation = Operation(store, author)
      try operation.changing([id], of: "memories", columns: changes.map(\.column)) {
        guard try store.memories([id]).first?.fields.content.utf8.elementsEqual(before.fields.content.utf8) == true
        else {
          throw MemshError(.storeBusy, "somebody else has just changed memory \(id)", hint: "look at it and try again")
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
    guard embedder.space == space else { throw embedder.space.mismatch(storeSpace: space) }
    return try embedder.embed([text]).first
  }
}

extension MemoryChange {
  /// Whether the value is what a memory has, to the byte.
  func isAlready(in fields: MemoryFields) -> Bool {
    func same(_ left: String?, _ right: String?) -> Bool { left.map { Array($0.utf8) } == right.map { Array($0.utf8) } }
    return switch self {
    case .userID(let value): same(value, fields.userID)
    case .content(let value): same(value, fields.content)
    case .category(let value): same(value, fields.category)
    // A NaN is the same as another one here.
    case .importance(let value):
      value?.bitPattern == fields.importanceScore?.bitPattern || value == fields.importanceScore
    case .metadata(let value): JSON.areIdentical(value, fields.metadata)
    case .embedding(let value): value == fields.embedding
    case .accessCount(let value): value == fields.accessCount
    case .lastAccessedAt(let value): value == fields.lastAccessedAt
    case .createdAt(let value): value == fields.createdAt
    case .updatedAt(let value): value == fields.updatedAt
    }
  }

  /// Puts the value into a memory.
  func apply(to fields: inout MemoryFields) {
    switch self {
    case .userID(let value): fields.userID = value
    case .content(let value): fields.content = value
    case .category(let value): fields.category = value
    case .importance(let value): fields.importanceScore = value
    case .metadata(let value): fields.metadata = value
    case .embedding(let value): fields.embedding = value
    case .accessCount(let value): fields.accessCount = value
    case .lastAccessedAt(let value): fields.lastAccessedAt = value
    case .createdAt(let value): fields.createdAt = value
    case .updatedAt(let value): fields.updatedAt = value
    }
  }
}
