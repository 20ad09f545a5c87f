import Database
import MemoryModel

/// Writes rows as JSON objects, a line each: the text of what ``RowJSON`` makes of them, without a value for each part.
struct RowLines: Sendable {
  /// What stands in front of a row's key.
  private let head: [UInt8]
  /// What stands in front of each column's value; nil for one that is left out.
  private let names: [[UInt8]?]

  /// Writes rows of a table.
  ///
  /// - Parameter embeddings: Whether embeddings go along.
  init(_ table: Table, embeddings: Bool) {
    var head = Array("{\"table\":".utf8)
    JSON.quote(table.name, into: &head)
    self.head = head + Array(",\"id\":".utf8)
    names = table.columns.map { embeddings || $0.type != .vector ? RowLines.key($0.name) : nil }
  }

  private static func key(_ name: String) -> [UInt8] {
    var key = [UInt8(ascii: ",")]
    JSON.quote(name, into: &key)
    key.append(UInt8(ascii: ":"))
    return key
  }

  /// Appends a memory, without a line end.
  func append(_ memory: Memory, to bytes: inout [UInt8]) {
    append(Record(id: memory.id, values: memory.fields.values, added: memory.fields.added), to: &bytes)
  }

  /// Appends a row, without a line end.
  func append(_ row: Record, to bytes: inout [UInt8]) {
    bytes += head
    bytes.append(contentsOf: row.id.description.utf8)
    for (name, value) in zip(names, row.values) {
      guard let name else { continue }
      bytes += name
      RowLines.append(value, to: &bytes)
    }
    for value in row.added {
      bytes += RowLines.key(value.column.name)
      bytes.append(contentsOf: RowJSON.json(added: value.value).text.utf8)
    }
    bytes.append(UInt8(ascii: "}"))
  }

  private static func append(_ value: Value, to bytes: inout [UInt8]) {
    switch value {
    case .text(let text): JSON.quote(text, into: &bytes)
    case .vector(let vector) where vector.isFinite: FloatWriter.append(vector.values, to: &bytes)
    default: bytes.append(contentsOf: RowJSON.json(value).text.utf8)
    }
  }
}
