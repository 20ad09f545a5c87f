import Database
import MemoryModel

/// What others made on the four tables, beside them and hanging on them.
extension MemoryStore {
  /// All of it. Never writes.
  package func objectsOfOthers() throws -> [ForeignObject] {
    try driver.rows(driver.dialect.objectsOfOthers) { try ForeignObject($0) }
  }

  /// What a copy of the four tables leaves out; of a store that is a file, all that is in it. Never writes.
  package func contentOfOthers() throws -> [ForeignObject] {
    guard try file.map({ try $0.isThere() }) ?? true else { return [] }
    // The owner of the tables is not a part of what is in them, and a foreign key is part of another table.
    return try objectsOfOthers().filter { object in
      if case .refers = object.effect { false } else { object.kind != "owner" }
    }
  }

  /// What keeps the vectors from getting this length. Never writes.
  package func objectsInTheWay(ofVectorsOf dimensions: Int) throws -> [ForeignObject] {
    guard let question = driver.dialect.objectsInTheWay(ofVectorsOf: dimensions) else { return [] }
    return try driver.rows(question) { row in
      ForeignObject(kind: try row.string(0), name: try row.string(1), drop: try row.text(2), effect: .prevents)
    }
  }

  /// Makes sure that the vectors can get this length.
  ///
  /// - Throws: `foreign_objects`, which names what keeps them from it.
  package func refuseUnchangeableLength(_ dimensions: Int) throws {
    let objects = try objectsInTheWay(ofVectorsOf: dimensions)
    guard objects.isEmpty else {
      throw MemshError.inTheWay(objects, of: "vectors of \(dimensions) numbers")
    }
  }
}
