import Database
import Kernels
import MemoryModel

/// A sum over rows that does not depend on their order: of rows that differ it is the same once in 2^32 times at the most.
///
/// Taken once over the rows on their way in and once over what the store gives back, it verifies a migration of any
/// size in constant memory. Ids, users, contents, categories, importance, the time of creation and a checksum of every
/// vector go in: a server that computes checksums need not send the vectors. Metadata does not go in, because databases
/// may write the same JSON in other words; nor does what an agent changes by reading a memory while the verification
/// runs.
struct RowDigest: Equatable {
  private(set) var rows: Int64 = 0
  private var sum: UInt64 = 0
  private var mixedSum: UInt64 = 0

  /// What goes in beside the id and the checksum of the vector, in this order.
  static let columns: [Column] = [.userID, .content, .category, .importance, .created]

  /// The CRC-32C of a vector in pgvector's binary form.
  static func checksum(of vector: Vector) -> UInt32 {
    vector.values.withUnsafeBufferPointer { memsh_vector_checksum($0.baseAddress, $0.count) }
  }

  /// Adds a memory.
  mutating func add(id: Int64, _ fields: MemoryFields) {
    add(
      id, [fields.userID, fields.content, fields.category], fields.importanceScore, fields.createdAt,
      fields.embedding.map(RowDigest.checksum))
  }

  /// Adds the row of an answer that has the id and ``columns``, and the checksum of its vector.
  mutating func add(_ row: any Row, _ checksum: UInt32?) throws {
    try add(row.number(0), [row.string(1), row.string(2), row.text(3)], row.double(4), row.timestamp(5), checksum)
  }

  /// Adds the rows of another sum.
  mutating func add(_ other: RowDigest) {
    rows += other.rows
    sum &+= other.sum
    mixedSum &+= other.mixedSum
  }

  private mutating func add(
    _ id: Int64, _ texts: [String?], _ importance: Double?, _ created: Timestamp?, _ checksum: UInt32?
  ) {
    var hash = StreamHash()
    hash.add(UInt64(bitPattern: id))
    for text in texts { hash.add(text ?? "\0") }
    // SQLite keeps NaN as NULL, and a zero without its sign.
    let number = importance.flatMap { $0.isNaN ? nil : $0 + 0 }
    hash.add(number?.bitPattern ?? .max)
    hash.add(created.map { UInt64(bitPattern: $0.microseconds) } ?? .max)
    hash.add(checksum.map(UInt64.init) ?? .max)
    rows += 1
    sum &+= hash.value
    // A second sum, mixed in another way: two rows whose changes cancel each other out in one do not in both.
    mixedSum &+= hash.value.multipliedFullWidth(by: hash.value | 1).high
  }
}
