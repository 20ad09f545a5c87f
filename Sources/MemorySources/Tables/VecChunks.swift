import MemoryModel

/// Takes the vectors and metadata of rows out of the chunks of a sqlite-vec table.
///
/// It holds one chunk of each column, so that rows should come in ``VecTable/order(rowids:)``.
final class VecChunks {
  private let table: VecTable
  private let database: any TableDatabase
  /// The chunks that were read last, by inner table.
  private var held: [String: (chunk: Int64, bytes: [UInt8]?)] = [:]

  /// No chunk that sqlite-vec makes is larger: 4,096 rows of 8,192 floats.
  private static let bytesMaximum = 4_096 * 8_192 * 4

  init(_ table: VecTable, _ database: any TableDatabase) {
    self.table = table
    self.database = database
  }

  /// Replaces what tells a row's place by the vector and the metadata that stand there.
  ///
  /// - Throws: `source_unreadable` where metadata cannot be read. A vector that cannot is said in the row.
  func fill(_ row: inout SourceRow, decodingVectors: Bool) throws {
    let texts = table.definition.metadata.indices.map { row.take(VecTable.longText($0)) }
    guard let (chunk, slot) = try fillVector(&row, decodingVectors: decodingVectors) else { return }
    for (index, column) in table.definition.metadata.enumerated() where !table.omitted.contains(column.name) {
      row.otherColumns.append((column.name, try metadata(index, column.type, chunk, slot, texts[index])))
    }
  }

  /// Replaces what tells a row's place by the vector that stands there.
  ///
  /// - Returns: The place; nil for a row that has none.
  @discardableResult
  func fillVector(_ row: inout SourceRow, decodingVectors: Bool) throws -> (chunk: Int64, slot: Int)? {
    let place = (chunk: row.take(VecTable.chunk), slot: row.take(VecTable.slot))
    // A row of another table that has no vector.
    if place.chunk == .null { return nil }
    guard case .integer(let chunk) = place.chunk, case .integer(let number) = place.slot, number >= 0,
      let slot = Int(exactly: number)
    else {
      row.embedding = .unreadable(reason: "its place in \(table.name) is not a number", value: place.chunk)
      return nil
    }
    if let index = table.vectorIndex {
      row.embedding = decodingVectors ? try vector(index, chunk, slot) : .undecoded(.null)
    }
    return (chunk, slot)
  }

  private func vector(_ index: Int, _ chunk: Int64, _ slot: Int) throws -> SourceEmbedding {
    let place = SourceValue.text("\(table.name), chunk \(chunk), slot \(slot)")
    let width = table.definition.vectors[index].dimensions * 4
    guard let bytes = try bytes("_vector_chunks" + VecTable.number(index), "vectors", chunk) else {
      return .unreadable(reason: "chunk \(chunk) of \(table.name) is missing or not a blob", value: place)
    }
    guard let range = VecChunks.range(slot, width, bytes.count) else {
      return .unreadable(reason: "chunk \(chunk) of \(table.name) is too short for its slot \(slot)", value: place)
    }
    let vector = bytes.withUnsafeBytes { Vector(littleEndianBytes: UnsafeRawBufferPointer(rebasing: $0[range])) }
    guard let vector, vector.isFinite else {
      return .unreadable(reason: "it contains NaN or infinity", value: .bytes(Array(bytes[range]), isText: false))
    }
    return .vector(vector)
  }

  private func metadata(
    _ index: Int, _ type: VecDefinition.MetadataType, _ chunk: Int64, _ slot: Int, _ longText: SourceValue
  ) throws -> SourceValue {
    let bytes = try bytes("_metadatachunks" + VecTable.number(index), "data", chunk) ?? []
    func damaged() -> MemshError {
      MemshError(
        .sourceUnreadable,
        "\(database.location) is damaged: the chunk \(chunk) of \(table.name).\(table.definition.metadata[index].name) cannot be read at slot \(slot)",
        hint: SQLiteTables.recovery(of: database.location))
    }
    let width = type == .text ? 16 : 8
    guard
      let range = type == .boolean
        ? VecChunks.range(slot / 8, 1, bytes.count) : VecChunks.range(slot, width, bytes.count)
    else { throw damaged() }
    return try bytes.withUnsafeBytes { buffer in
      let start = range.lowerBound
      switch type {
      case .boolean: return .json(.bool(buffer[start] >> UInt8(slot % 8) & 1 == 1))
      case .integer: return .integer(Int64(littleEndian: buffer.loadUnaligned(fromByteOffset: start, as: Int64.self)))
      case .float:
        return .real(
          Double(bitPattern: UInt64(littleEndian: buffer.loadUnaligned(fromByteOffset: start, as: UInt64.self))))
      case .text:
        let count = Int(Int32(littleEndian: buffer.loadUnaligned(fromByteOffset: start, as: Int32.self)))
        guard count >= 0 else { throw damaged() }
        if count > 12 {
          guard longText != .null else { throw damaged() }
          return longText
        }
        let text = Array(buffer[start + 4..<start + 4 + count])
        return String(validating: text, as: UTF8.self).map(SourceValue.text) ?? .bytes(text, isText: true)
      }
    }
  }

  /// The bytes of a slot; nil where the blob does not reach so far.
  private static func range(_ slot: Int, _ width: Int, _ count: Int) -> Range<Int>? {
    let (start, isOver) = slot.multipliedReportingOverflow(by: width)
    guard !isOver, start <= count, count - start >= width else { return nil }
    return start..<start + width
  }

  /// A chunk of an inner table, which is read once as long as rows of the same chunk follow each other.
  private func bytes(_ suffix: String, _ column: String, _ chunk: Int64) throws -> [UInt8]? {
    if let held = held[suffix], held.chunk == chunk { return held.bytes }
    held[suffix] = nil
    var bytes: [UInt8]?
    let condition = "rowid = \(chunk) AND typeof(\(column)) = 'blob' AND length(\(column)) <= \(VecChunks.bytesMaximum)"
    try database.rows("SELECT \(column) FROM \(table.shadow(suffix)) WHERE \(condition) LIMIT 1") { row in
      bytes = try row.withBytes(0) { bytes, _ in Array(bytes) }
    }
    held[suffix] = (chunk, bytes)
    return bytes
  }
}
