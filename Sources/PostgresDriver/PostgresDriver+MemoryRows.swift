import Database
import MemoryModel
import PostgresClient

extension PostgresDriver {
  /// The columns of a memory, in the types this module reads; stores that others made may have declared others.
  static let memoryColumns = """
    id::int8 AS memory_id, user_id::text, content::text, metadata::jsonb::text, category::text,
      importance_score::float8, access_count::int8, last_accessed_at::timestamp, created_at::timestamp, updated_at::timestamp
    """

  /// The fields of a memory from the columns `user_id` to `updated_at`.
  static func fields(_ row: some BinaryRow, from first: Int, embedding: Vector?) throws -> MemoryFields {
    func moment(_ column: Int) throws -> Timestamp? {
      try row.timestamp(first + column).map(Timestamp.init(microseconds:))
    }
    return MemoryFields(
      userID: try row.text(first) ?? "", content: try row.text(first + 1) ?? "", embedding: embedding,
      metadata: try row.text(first + 2).map(JSON.init(stored:)),
      category: try row.text(first + 3), importanceScore: try row.double(first + 4),
      accessCount: try row.integer(first + 5), lastAccessedAt: try moment(6), createdAt: try moment(7),
      updatedAt: try moment(8))
  }
}

extension BinaryRow {
  /// A `vector`; nil for NULL.
  func vector(_ column: Int) throws -> Vector? {
    try value(column, "a vector") { Vector(postgresBytes: $0) }
  }
}

extension Vector {
  /// Reads pgvector's binary form; nil when it is none.
  init?(postgresBytes bytes: UnsafeRawBufferPointer) {
    guard bytes.count >= 4,
      case let dimensions = Int(UInt16(bigEndian: bytes.loadUnaligned(as: UInt16.self))),
      bytes.count == 4 + 4 * dimensions
    else { return nil }
    self.init(
      [Float](unsafeUninitializedCapacity: dimensions) { buffer, count in
        for index in 0..<dimensions {
          let bits = bytes.loadUnaligned(fromByteOffset: 4 + index * 4, as: UInt32.self)
          buffer[index] = Float(bitPattern: UInt32(bigEndian: bits))
        }
        count = dimensions
      })
  }
}

extension Vector {
  /// pgvector's binary form: the number of components, two zero bytes, the components, all big-endian.
  var postgresBytes: [UInt8] {
    var writer = BinaryWriter()
    writer.append(Int16(dimensions))
    writer.append(Int16(0))
    writer.append(floats: values)
    return writer.bytes
  }
}
