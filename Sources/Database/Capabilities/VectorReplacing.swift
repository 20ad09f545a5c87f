import MemoryModel

/// The part of a store that exchanges the vectors of its rows.
package protocol VectorReplacing: AnyObject {
  /// Texts whose vectors are to be computed, in the order of their ids.
  ///
  /// - Parameters:
  ///   - table: `memories` or `prompt_fragments`.
  ///   - id: The last id of the page before.
  func texts(
    in table: String, _ selection: ReembedSelection, behind id: Int64, limit: Int
  ) throws -> [EmbeddableText]

  /// Makes an empty place for new vectors, which no other session sees and which goes with the connection.
  func beginStaging(dimensions: Int) throws

  /// Puts new vectors into that place.
  func stage(_ vectors: [StagedVector]) throws

  /// Moves the store to another space: vectors of another length go, and the vector indexes with them. Belongs into a
  /// transaction, which gives every row that had one another vector, or none.
  func moveVectors(to space: EmbeddingSpace) throws

  /// Gives the rows their new vectors, unless their content has changed since. Belongs into a transaction.
  ///
  /// - Parameter space: The space to move the store to: all its old vectors go; nil stays in its space.
  func switchVectors(to space: EmbeddingSpace?) throws
}

/// Which rows get new vectors.
package enum ReembedSelection: Sendable, Equatable {
  case all
  /// Those without a vector.
  case missing
  /// Memories that pass a filter.
  case matching(MemoryFilter)
  /// Those with these ids.
  case rows([Int64])
}

/// A row's text.
package struct EmbeddableText: Sendable, Equatable {
  /// The row's id.
  package let id: Int64
  /// Its content.
  package let content: String

  /// Creates a text.
  package init(id: Int64, content: String) {
    self.id = id
    self.content = content
  }
}

/// A vector for a row, and the sha256 of the content that it was computed from.
package struct StagedVector: Sendable, Equatable {
  /// The row's table.
  package let table: String
  /// The row's id.
  package let id: Int64
  /// 64 hexadecimal digits.
  package let contentHash: String
  /// The vector.
  package let vector: Vector

  /// Creates an entry.
  package init(table: String, id: Int64, contentHash: String, vector: Vector) {
    self.table = table
    self.id = id
    self.contentHash = contentHash
    self.vector = vector
  }
}
