import Database
import MemoryModel

extension MemoryStore {
  /// Texts whose vectors are to be computed, in the order of their ids.
  ///
  /// - Parameters:
  ///   - table: `memories` or `prompt_fragments`.
  ///   - id: The last id of the page before.
  package func texts(in table: String, _ selection: ReembedSelection, behind id: Int64, limit: Int) throws
    -> [EmbeddableText]
  { try driver.capabilities.vectors.texts(in: table, selection, behind: id, limit: limit) }

  /// Some memories that have a vector, by id.
  package func memoriesWithVectors(limit: Int) throws -> [Memory] {
    try memories(
      driver.ids("SELECT id FROM \(Table.memories) WHERE \(Column.embedding) IS NOT NULL ORDER BY id LIMIT \(limit)"))
  }

  /// Makes an empty place for new vectors, which no other session sees and which goes with the connection.
  package func beginStaging(dimensions: Int) throws {
    try driver.capabilities.vectors.beginStaging(dimensions: dimensions)
  }

  /// Puts new vectors into that place.
  package func stage(_ vectors: [StagedVector]) throws { try driver.capabilities.vectors.stage(vectors) }

  /// Moves the store to another space: vectors of another length go, and the vector indexes with them. Belongs into a
  /// transaction, which gives every row that had one another vector, or none.
  ///
  /// - Throws: `foreign_objects`, which names what keeps the vectors from getting another length.
  package func moveVectors(to space: EmbeddingSpace) throws {
    defer { forgetState() }
    try refuseUnchangeableLength(space.dimensions)
    try driver.capabilities.vectors.moveVectors(to: space)
  }

  /// Gives the rows their new vectors, unless their content has changed since. Belongs into a transaction.
  ///
  /// - Parameter space: The space to move the store to: all its old vectors go; nil stays in its space.
  package func switchVectors(to space: EmbeddingSpace?) throws {
    defer { forgetState() }
    try driver.capabilities.vectors.switchVectors(to: space)
  }
}
