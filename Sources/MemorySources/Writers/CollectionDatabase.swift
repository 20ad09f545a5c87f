import Database
import Foundation
import MemoryModel

/// A PostgreSQL database that a collection is written into, in one transaction.
final class CollectionDatabase {
  let driver: any Driver
  private var ids: OutgoingIDs
  /// The length of all vectors; nil before the first.
  private(set) var dimensions: Int?
  /// How many memories had no vector.
  private var missing = 0
  /// What was created, as a person would name it.
  private(set) var made: [String] = []

  init(_ driver: any Driver, collection: String, from store: StoreIdentity) {
    self.driver = driver
    ids = OutgoingIDs(of: store, for: collection)
  }

  /// Runs what writes in one transaction.
  func whole<Value>(_ body: () throws -> Value) throws -> Value {
    try driver.transaction(.commit) {
      if try driver.capabilities.schema.vectorSupport(.ensure).changed { made.append("extension vector") }
      return try body()
    }
  }

  /// Creates a table or an index, and notes it.
  func create(_ what: String, _ statement: SQL) throws {
    try driver.execute(statement)
    made.append(what)
  }

  /// Whether there is a table of a name where names are looked up.
  func hasTable(_ name: String) throws -> Bool {
    try driver.exists("SELECT 1 WHERE \(function: "to_regclass")(\(name.quotedIdentifier)) IS NOT NULL")
  }

  /// Whether the vectors have been counted: with one missing, nothing more is written, and the others are counted for
  /// the refusal.
  func takes(_ memories: [Memory]) -> Bool {
    missing += memories.count { $0.fields.embedding == nil }
    dimensions = dimensions ?? memories.lazy.compactMap(\.fields.embedding?.dimensions).first
    return missing == 0
  }

  /// - Throws: `invalid_vector` when a memory has no vector, or there is no memory at all.
  func requireVectors() throws {
    guard missing == 0 else {
      throw MemshError(
        .invalidVector,
        "\(missing == 1 ? "1 memory has" : "\(missing) memories have") no embedding, and a collection takes none without",
        hint: "`reembed --missing` computes what is missing; nothing was written")
    }
    guard dimensions != nil else {
      throw MemshError(.notFound, "there are no memories to export", hint: "nothing was written")
    }
  }

  /// Gives memories their ids; those that a table has already are taken.
  ///
  /// - Parameter used: Which of some UUIDs the place where they go has already.
  func identify(
    _ memories: [Memory], used: ([String]) throws -> Set<String> = { _ in [] }
  ) rethrows -> [(id: String, memory: OutgoingMemory, vector: Vector)] {
    let outgoing = memories.map(OutgoingMemory.init)
    let before = try used(zip(memories, outgoing).flatMap { ids.wishes($0, $1) }.map(\.text))
    return zip(memories, outgoing).compactMap { memory, outgoing in
      memory.fields.embedding.map { vector in
        (ids.next(memory, outgoing) { !before.contains($0.text) }, outgoing, vector)
      }
    }
  }
}
