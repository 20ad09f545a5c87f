import Database
import Foundation
import MemoryModel

/// The form in which texts are compared: what looks the same is the same.
enum ComparableText {
  /// The text composed (NFC), without characters that cannot be seen: zero-width ones, marks of direction, variants.
  static func folded(_ text: String) -> String {
    // Below U+0300 everything is composed, and only the soft hyphen cannot be seen.
    var soft = false
    let isPlain = text.utf8.allSatisfy { byte in
      let isSoftHyphen = soft && byte == 0xAD
      soft = byte == 0xC2
      return byte < 0xCC && !isSoftHyphen
    }
    guard !isPlain else { return text }
    let visible = text.unicodeScalars.filter { !$0.properties.isDefaultIgnorableCodePoint }
    return String(String.UnicodeScalarView(visible)).precomposedStringWithCanonicalMapping
  }

  /// The scalars of the folded text, in small letters.
  static func smallScalars(_ text: String) -> [UInt32] {
    var text = text
    return text.withUTF8 { bytes in
      guard bytes.allSatisfy({ $0 < 0x80 }) else {
        return folded(String(decoding: bytes, as: UTF8.self)).lowercased().unicodeScalars.map(\.value)
      }
      return bytes.map { UInt32((0x41...0x5A).contains($0) ? $0 | 0x20 : $0) }
    }
  }

  static func isBlank(_ scalar: UInt32) -> Bool {
    scalar < 0x80
      ? scalar == 0x20 || (0x09...0x0D).contains(scalar)
      : Unicode.Scalar(scalar)?.properties.isWhitespace == true
  }

  static func isLetter(_ scalar: UInt32) -> Bool {
    scalar < 0x80 ? (0x61...0x7A).contains(scalar | 0x20) : Unicode.Scalar(scalar)?.properties.isAlphabetic == true
  }
}
