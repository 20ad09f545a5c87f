import MemoryModel

/// Rows of a system whose store has to be read as a whole, held but for their vectors.
final class HeldRows: ForeignReader {
  let system: String
  let parts: [String]
  let remarks: [String]
  private let rows: [SourceRow]
  /// The vector of the row with this number.
  private let vector: (Int) -> SourceEmbedding

  init(
    _ system: String, parts: [String], _ rows: [SourceRow], remarks: [String] = [],
    vector: @escaping (Int) -> SourceEmbedding = { _ in .missing }
  ) {
    self.system = system
    self.parts = parts
    self.rows = rows
    self.remarks = remarks
    self.vector = vector
  }

  func counts() throws -> [RowState: Int64] { rows.reduce(into: [:]) { $0[$1.state, default: 0] += 1 } }

  func readRows(decodingVectors: Bool, _ body: (SourceRow) throws -> Void) throws {
    for (number, held) in rows.enumerated() {
      var row = held
      row.embedding = vector(number).left(undecoded: !decodingVectors)
      try body(row)
    }
  }
}

extension SourceEmbedding {
  /// The vector as it is, or its bytes where nobody asked for vectors.
  func left(undecoded: Bool) -> SourceEmbedding {
    guard undecoded, case .vector(let vector) = self else { return self }
    return .undecoded(.bytes(vector.littleEndianBytes, isText: false))
  }
}
