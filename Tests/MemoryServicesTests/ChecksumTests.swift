import Kernels
import TestSupport
import Testing

@testable import MemoryModel
@testable import MemoryServices

@Suite struct ChecksumTests {
  /// The CRC-32C of bytes, bit by bit.
  private static func checksum(_ bytes: [UInt8]) -> UInt32 {
    var sum = UInt32.max
    for byte in bytes {
      sum ^= UInt32(byte)
      for _ in 0..<8 { sum = sum & 1 == 1 ? sum >> 1 ^ 0x82F6_3B78 : sum >> 1 }
    }
    return ~sum
  }

  /// pgvector's binary form.
  private static func bytes(_ values: [Float]) -> [UInt8] {
    func bigEndian<Number: FixedWidthInteger>(_ number: Number) -> [UInt8] {
      withUnsafeBytes(of: number.bigEndian) { Array($0) }
    }
    return bigEndian(UInt16(values.count)) + [0, 0] + values.flatMap { bigEndian($0.bitPattern) }
  }

  @Test("the sum of a known text is the known one")
  func isCastagnoli() {
    #expect(Self.checksum(Array("123456789".utf8)) == 0xE306_9283)
  }

  @Test("a vector's checksum is that of its bytes, with the processor's instruction and without it")
  func isThatOfBytes() {
    var generator = SeededGenerator(seed: 7)
    for count in Array(0...40) + [255, 256, 257, 1_536, 16_000] {
      let values = (0..<count).map { _ in Float(bitPattern: UInt32.random(in: 0...UInt32.max, using: &generator)) }
      let expected = Self.checksum(Self.bytes(values))
      values.withUnsafeBufferPointer {
        #expect(memsh_vector_checksum($0.baseAddress, count) == expected, "\(count)")
        #expect(memsh_portable_vector_checksum($0.baseAddress, count) == expected, "\(count)")
      }
    }
  }

  @Test("a row with any bit of its vector changed has another sum")
  func seesEveryBit() {
    let values = (0..<24).map { Float($0) / 7 - 1 }
    func digest(_ values: [Float]) -> RowDigest {
      var digest = RowDigest()
      digest.add(
        id: 1, MemoryFields(userID: "u", content: "c", embedding: Vector(values), createdAt: nil, updatedAt: nil))
      return digest
    }
    let whole = digest(values)
    #expect(whole == digest(values))
    for index in values.indices {
      for bit in 0..<32 {
        var changed = values
        changed[index] = Float(bitPattern: values[index].bitPattern ^ 1 << UInt32(bit))
        #expect(digest(changed) != whole, "\(index) \(bit)")
      }
    }
    #expect(digest(Array(values.dropLast())) != whole)
  }
}
