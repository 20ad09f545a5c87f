import Crypto
import Foundation

/// The sha256 of text: how memsh tells whether two contents are the same.
package enum ContentHash {
  /// 64 hexadecimal digits of the sha256 of the text's UTF-8.
  package static func hex(of text: String) -> String {
    var text = text
    return text.withUTF8 { hex(of: UnsafeRawBufferPointer($0)) }
  }

  /// The same of the bytes themselves.
  package static func hex(of utf8: UnsafeRawBufferPointer) -> String { SHA256.hash(data: utf8).hexadecimal }

  /// The 32 bytes of the sha256 of the text's UTF-8.
  package static func bytes(of text: String) -> [UInt8] {
    var text = text
    return text.withUTF8 { Array(SHA256.hash(data: UnsafeRawBufferPointer($0))) }
  }

  /// The 32 bytes of the sha256 of several pieces of data, one behind the other.
  package static func bytes(of pieces: [some DataProtocol]) -> [UInt8] {
    var hasher = SHA256()
    for piece in pieces { hasher.update(data: piece) }
    return Array(hasher.finalize())
  }

  /// 32 hexadecimal digits of the md5 of the text's UTF-8, as mem0 notes it beside each text. It protects nothing.
  package static func md5(of text: String) -> String {
    var text = text
    return text.withUTF8 { Insecure.MD5.hash(data: UnsafeRawBufferPointer($0)) }.hexadecimal
  }
}

extension UUID {
  /// The UUID that a name has in a space of names, the same at all times (RFC 9562, version 5).
  package init(named name: String, in space: UUID) {
    var hasher = Insecure.SHA1()
    withUnsafeBytes(of: space.uuid) { hasher.update(bufferPointer: $0) }
    hasher.update(data: Data(name.utf8))
    var bytes = Array(hasher.finalize().prefix(16))
    bytes[6] = bytes[6] & 0x0F | 0x50
    bytes[8] = bytes[8] & 0x3F | 0x80
    self = bytes.withUnsafeBytes { UUID(uuid: $0.loadUnaligned(as: uuid_t.self)) }
  }
}

extension Sequence<UInt8> {
  /// Two digits for each byte, in small letters.
  package var hexadecimal: String {
    func digit(_ value: UInt8) -> UInt8 { value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "a") + value - 10 }
    var digits: [UInt8] = []
    digits.reserveCapacity(underestimatedCount * 2)
    for byte in self {
      digits.append(digit(byte >> 4))
      digits.append(digit(byte & 0xF))
    }
    return String(decoding: digits, as: UTF8.self)
  }
}
