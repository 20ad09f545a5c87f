import Crypto
import Database
import MemoryModel

/// The sha256 of rows, each value by its type and its bytes. What an export writes alike counts as the same, so that a
/// row has the same digest in a database of either kind.
struct ValueDigest {
  private var hasher = SHA256()
  private var buffer: [UInt8] = []
  private static let bufferBytes = 1 << 16

  mutating func add(_ id: Int64, _ values: [Value], _ added: [AddedValue], of table: Table) {
    add(.text(table.name))
    add(.integer(id))
    for value in values { add(value) }
    for value in added {
      add(.text(value.column.name))
      add(text: RowJSON.json(added: value.value).text, tag: 1)
    }
    guard buffer.count >= ValueDigest.bufferBytes else { return }
    hasher.update(data: buffer)
    buffer.removeAll(keepingCapacity: true)
  }

  mutating func finalize() -> [UInt8] {
    hasher.update(data: buffer)
    return Array(hasher.finalize())
  }

  private mutating func add(_ value: Value) {
    switch value {
    case .null: begin(0, 0)
    case .integer(let number): add(number, tag: 2)
    // A zero has no sign, and every NaN is the same.
    case .double(let number): add(number.isNaN ? 0 : (number + 0).bitPattern, tag: number.isNaN ? 3 : 4)
    case .boolean(let flag): begin(flag ? 6 : 5, 0)
    case .text(let text): add(text: text, tag: 7)
    case .timestamp(let moment): add(moment.microseconds, tag: 8)
    case .json(let json): add(text: json.text, tag: 9)
    case .vector(let vector) where vector.isFinite:
      vector.values.withUnsafeBytes { bytes in
        begin(10, bytes.count)
        buffer.append(contentsOf: bytes)
      }
    // Neither JSON nor pgvector can hold it.
    case .vector: begin(0, 0)
    case .texts(let texts): add(text: JSON.array(texts.map(JSON.string)).text, tag: 11)
    case .bytes(let bytes):
      begin(12, bytes.count)
      buffer.append(contentsOf: bytes)
    case .integers(let numbers): add(text: "\(numbers)", tag: 13)
    }
  }

  private mutating func add(_ number: some FixedWidthInteger, tag: UInt8) {
    begin(tag, 8)
    withUnsafeBytes(of: number.littleEndian) { buffer.append(contentsOf: $0) }
  }

  private mutating func add(text: String, tag: UInt8) {
    begin(tag, text.utf8.count)
    buffer.append(contentsOf: text.utf8)
  }

  /// The type and the length of a value in front of it, so that no two rows run into the same bytes.
  private mutating func begin(_ tag: UInt8, _ count: Int) {
    buffer.append(tag)
    withUnsafeBytes(of: UInt64(count).littleEndian) { buffer.append(contentsOf: $0) }
  }
}
