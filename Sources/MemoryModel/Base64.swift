/// Base64 of RFC 4648, for bytes inside JSON and for embeddings that come as base64 text.
package enum Base64 {
  private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

  private static let values: [UInt8] = {
    var table = [UInt8](repeating: 0xFF, count: 256)
    for (value, character) in alphabet.enumerated() { table[Int(character)] = UInt8(value) }
    return table
  }()

  /// The bytes as padded base64.
  package static func encode(_ bytes: [UInt8]) -> String {
    var output: [UInt8] = []
    output.reserveCapacity((bytes.count + 2) / 3 * 4)
    for start in stride(from: 0, to: bytes.count, by: 3) {
      let group = bytes[start..<min(start + 3, bytes.count)]
      let bits = group.reduce(0) { $0 << 8 | UInt32($1) } << (8 * (3 - UInt32(group.count)))
      for position in 0..<4 {
        let isPadding = position > group.count
        output.append(isPadding ? UInt8(ascii: "=") : alphabet[Int(bits >> (18 - 6 * UInt32(position)) & 63)])
      }
    }
    return String(decoding: output, as: UTF8.self)
  }

  /// The bytes of base64 text; nil when it is none. Padding may be missing.
  package static func decode(_ text: UnsafeRawBufferPointer) -> [UInt8]? {
    var length = text.count
    while length > 0, text[length - 1] == UInt8(ascii: "=") { length -= 1 }
    guard text.count - length <= 2, length % 4 != 1 else { return nil }
    var isValid = true
    let output = [UInt8](unsafeUninitializedCapacity: length * 3 / 4 + 3) { output, count in
      isValid = values.withUnsafeBufferPointer { decode(text, length, $0, into: output) }
      count = isValid ? length * 3 / 4 : 0
    }
    return isValid ? output : nil
  }

  /// Decodes four characters at a time; what is missing in the last group counts as zero bits.
  private static func decode(
    _ text: UnsafeRawBufferPointer, _ length: Int, _ values: UnsafeBufferPointer<UInt8>,
    into output: UnsafeMutableBufferPointer<UInt8>
  ) -> Bool {
    func value(_ index: Int) -> UInt32 { index < length ? UInt32(values[Int(text[index])]) : 0 }
    var problems: UInt32 = 0
    var target = 0
    for index in stride(from: 0, to: length, by: 4) {
      let (a, b, c, d) = (value(index), value(index + 1), value(index + 2), value(index + 3))
      // Characters that are none of the alphabet's have the value 255.
      problems |= a | b | c | d
      let bits = a << 18 | b << 12 | c << 6 | d
      output[target] = UInt8(truncatingIfNeeded: bits >> 16)
      output[target + 1] = UInt8(truncatingIfNeeded: bits >> 8)
      output[target + 2] = UInt8(truncatingIfNeeded: bits)
      target += 3
    }
    return problems < 64
  }
}
