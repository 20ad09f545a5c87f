/// A fast 64-bit hash: multiply and fold, as in wyhash (Wang Yi, https://github.com/wangyi-fudan/wyhash).
package struct StreamHash {
  /// The hash of what was added.
  package private(set) var value: UInt64 = 0x9E37_79B9_7F4A_7C15

  /// Begins with nothing.
  package init() {}

  /// Adds a word.
  package mutating func add(_ word: UInt64) {
    let product = (value ^ word).multipliedFullWidth(by: 0xA076_1D64_78BD_642F)
    value = product.high ^ product.low &+ 0xE703_7ED1_A0B4_28DB
  }

  /// Adds a text.
  package mutating func add(_ text: String) {
    var text = text
    text.withUTF8 { add(UnsafeRawBufferPointer($0)) }
  }

  /// Adds a vector.
  package mutating func add(_ floats: [Float]) { floats.withUnsafeBytes { add($0) } }

  /// Adds bytes, and how many they are: of two words at a time one stands in the place of the constant.
  package mutating func add(_ bytes: UnsafeRawBufferPointer) {
    add(UInt64(bytes.count))
    var offset = 0
    while offset + 16 <= bytes.count {
      let word = bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
      let next = bytes.loadUnaligned(fromByteOffset: offset + 8, as: UInt64.self)
      let product = (value ^ word).multipliedFullWidth(by: next ^ 0xA076_1D64_78BD_642F)
      value = product.high ^ product.low &+ 0xE703_7ED1_A0B4_28DB
      offset += 16
    }
    for start in stride(from: offset, to: bytes.count, by: 8) {
      var rest: UInt64 = 0
      for byte in bytes[start..<min(start + 8, bytes.count)] { rest = rest << 8 | UInt64(byte) }
      add(rest)
    }
  }
}
