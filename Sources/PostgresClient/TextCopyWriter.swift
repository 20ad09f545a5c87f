/// Writes the rows of `COPY … FROM STDIN` as text: fields with tabs between them, NULL as `\N`, a row a line (PostgreSQL
/// manual, COPY, "Text Format"). Every type reads its own text.
package struct TextCopyWriter {
  private var buffer: [UInt8] = []
  private let send: (UnsafeBufferPointer<UInt8>) throws -> Void

  init(send: @escaping (UnsafeBufferPointer<UInt8>) throws -> Void) { self.send = send }

  /// Writes a row; nil is NULL.
  package mutating func write(_ fields: [String?]) throws {
    if buffer.count >= BinaryCopyWriter.chunkBytes { try finish() }
    for (index, field) in fields.enumerated() {
      if index > 0 { buffer.append(UInt8(ascii: "\t")) }
      if let field { append(field) } else { buffer.append(contentsOf: "\\N".utf8) }
    }
    buffer.append(UInt8(ascii: "\n"))
  }

  private mutating func append(_ field: String) {
    for byte in field.utf8 {
      switch byte {
      case UInt8(ascii: "\\"): buffer.append(contentsOf: "\\\\".utf8)
      case UInt8(ascii: "\t"): buffer.append(contentsOf: "\\t".utf8)
      case UInt8(ascii: "\n"): buffer.append(contentsOf: "\\n".utf8)
      case UInt8(ascii: "\r"): buffer.append(contentsOf: "\\r".utf8)
      default: buffer.append(byte)
      }
    }
  }

  mutating func finish() throws {
    try buffer.withUnsafeBufferPointer(send)
    buffer.removeAll(keepingCapacity: true)
  }
}
