/// How important a memory is, and when it was used.
package struct MemoryUse: Sendable {
  /// Its id.
  package let id: Int64
  /// Its importance.
  package let importance: Double?
  /// When it was read, stored or changed for the last time; nil where none of these is known.
  package let lastUse: Timestamp?

  /// Creates it; of the times the last one counts. One before every moment tells nothing.
  package init(
    id: Int64, importance: Double?, lastAccessedAt: Timestamp?, createdAt: Timestamp?, updatedAt: Timestamp?
  ) {
    (self.id, self.importance) = (id, importance)
    lastUse = [lastAccessedAt, createdAt, updatedAt].lazy.compactMap(\.self).filter { $0 != .minusInfinity }.max()
  }

  /// The same of a memory that has been read.
  package init(_ memory: Memory) {
    let fields = memory.fields
    self.init(
      id: memory.id, importance: fields.importanceScore, lastAccessedAt: fields.lastAccessedAt,
      createdAt: fields.createdAt, updatedAt: fields.updatedAt)
  }
}
