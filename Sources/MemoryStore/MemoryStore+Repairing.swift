import Database
import MemoryModel

extension MemoryStore {
  /// The ids of the memories that pass a filter, ascending.
  package func memoryIDs(matching filter: MemoryFilter) throws -> [Int64] { try backend.memoryIDs(matching: filter) }

  /// A page of memories, without their embeddings.
  ///
  /// - Throws: `not_found` when the memory that the page begins behind is gone.
  package func list(_ query: ListQuery) throws -> [Memory] { try backend.list(query) }

  /// Keeps others from changing or deleting rows until the transaction ends.
  package func lockRows(_ ids: [Int64], of table: String) throws { try backend.lockRows(ids, of: table) }

  /// Gives memories other values, all the same ones. `updated_at` follows.
  package func update(_ changes: [MemoryChange], memories ids: [Int64]) throws {
    try backend.update(changes, memories: ids)
  }

  /// Gives each memory its own importance.
  package func setImportance(_ values: [(id: Int64, importance: Double)]) throws { try backend.setImportance(values) }

  /// The rows of `memory_duplicates` that refer to these memories.
  package func duplicateIDs(ofOriginals ids: [Int64]) throws -> [Int64] { try backend.duplicateIDs(ofOriginals: ids) }

  /// The hashes of the duplicates that are recorded for a memory.
  package func duplicateHashes(ofOriginal id: Int64) throws -> [String] { try backend.duplicateHashes(ofOriginal: id) }

  /// Makes rows of `memory_duplicates` refer to another memory.
  package func repoint(duplicates ids: [Int64], to original: Int64) throws {
    try backend.repoint(duplicates: ids, to: original)
  }
}
