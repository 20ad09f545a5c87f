import Database
import Foundation
import MemoryModel

/// Reads an embedding of unknown form: JSON text, base64 of floats, or little-endian floats themselves.
///
/// The order of the attempts is fixed: text is JSON, else base64; a blob is JSON when it begins with a bracket,
/// else base64 text, else raw floats. 64-bit floats are assumed only where 32-bit ones make no sense.
struct EmbeddingDecoder {
  /// How vectors stand in a blob.
  enum BlobForm {
    /// It has to be guessed.
    case unknown
    /// 32-bit floats.
    case floats
    /// 32-bit floats, or the base64 of them.
    case floatsOrBase64
  }

  /// The length that vectors of this file are known to have; 0 while it is unknown.
  var expectedDimensions = 0
  /// What is known of blobs.
  var form = BlobForm.unknown

  /// Decodes the bytes of a column.
  func decode(_ bytes: UnsafeRawBufferPointer, isText: Bool) -> SourceEmbedding {
    let characters = bytes.bindMemory(to: UInt8.self)
    guard let first = isText ? characters.first(where: { $0 > 0x20 }) : characters.first else { return .missing }
    if !isText, form != .unknown { return known(bytes) }
    if first == UInt8(ascii: "[") {
      do throws(FloatParser.Failure) {
        return checked(Vector(try FloatParser.parseArray(characters, capacity: expectedDimensions)), bytes, isText)
      } catch {
        if isText || looksLikeText(characters) { return unreadable("not a JSON array: \(error.reason)", bytes, true) }
      }
    }
    if isText || looksLikeText(characters) {
      if isText, let word = String(validating: characters, as: UTF8.self), word == "null" { return .missing }
      if let decoded = Data(base64: Data(bytes)) {
        return decoded.withUnsafeBytes { floats($0, original: bytes, isText: true) }
      }
      if isText { return unreadable("neither a JSON array nor base64", bytes, true) }
    }
    return floats(bytes, original: bytes, isText: isText)
  }

  /// Decodes a value that was copied out of its column.
  func decode(_ value: SourceValue) -> SourceEmbedding {
    switch value {
    case .null, .json(.null): .missing
    case .bytes(let bytes, let isText): bytes.withUnsafeBytes { decode($0, isText: isText) }
    case .text(var text): text.withUTF8 { decode(UnsafeRawBufferPointer($0), isText: true) }
    default: .unreadable(reason: "neither text nor bytes", value: value)
    }
  }

  /// Decodes a blob of a known form.
  private func known(_ bytes: UnsafeRawBufferPointer) -> SourceEmbedding {
    if form == .floatsOrBase64, looksLikeText(bytes.bindMemory(to: UInt8.self)), let decoded = Data(base64: Data(bytes))
    {
      return decoded.withUnsafeBytes { singles($0, original: bytes, isText: true) }
    }
    return singles(bytes, original: bytes, isText: false)
  }

  private func looksLikeText(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
    bytes.allSatisfy { $0 >= 0x20 && $0 < 0x7F || $0 == 0x0A || $0 == 0x0D || $0 == 0x09 }
  }

  private func floats(
    _ bytes: UnsafeRawBufferPointer, original: UnsafeRawBufferPointer, isText: Bool
  ) -> SourceEmbedding {
    let mayBeDoubles = expectedDimensions == 0 || bytes.count == expectedDimensions * 8
    let holdsDoubles = mayBeDoubles && EmbeddingDecoder.looksLikeDoubles(bytes)
    if holdsDoubles {
      let values = (0..<bytes.count / 8).map { Float(EmbeddingDecoder.double(bytes, at: $0)) }
      return checked(Vector(values), original, isText)
    }
    return singles(bytes, original: original, isText: isText)
  }

  private func singles(
    _ bytes: UnsafeRawBufferPointer, original: UnsafeRawBufferPointer, isText: Bool
  ) -> SourceEmbedding {
    guard let vector = Vector(littleEndianBytes: bytes) else {
      return unreadable("\(bytes.count) bytes are not a whole number of 32-bit floats", original, isText)
    }
    return checked(vector, original, isText)
  }

  /// Whether bytes make sense as 64-bit but not as 32-bit floats: components of embeddings lie within ±1,000.
  private static func looksLikeDoubles(_ bytes: UnsafeRawBufferPointer) -> Bool {
    func isPlausible(_ value: Double) -> Bool { value == 0 || (1e-12...1e3).contains(abs(value)) }
    guard bytes.count % 8 == 0, bytes.count > 0 else { return false }
    let singles = (0..<bytes.count / 4).map {
      Double(Float(bitPattern: UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: $0 * 4, as: UInt32.self))))
    }
    guard !singles.allSatisfy(isPlausible) else { return false }
    return (0..<bytes.count / 8).allSatisfy { isPlausible(double(bytes, at: $0)) }
  }

  private static func double(_ bytes: UnsafeRawBufferPointer, at index: Int) -> Double {
    Double(bitPattern: UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: index * 8, as: UInt64.self)))
  }

  private func checked(_ vector: Vector, _ bytes: UnsafeRawBufferPointer, _ isText: Bool) -> SourceEmbedding {
    if vector.values.isEmpty { return .missing }
    return vector.isFinite ? .vector(vector) : unreadable("it contains NaN or infinity", bytes, isText)
  }

  private func unreadable(_ reason: String, _ bytes: UnsafeRawBufferPointer, _ isText: Bool) -> SourceEmbedding {
    let text = isText ? String(validating: bytes.bindMemory(to: UInt8.self), as: UTF8.self) : nil
    return .unreadable(reason: reason, value: text.map(SourceValue.text) ?? .bytes(Array(bytes), isText: isText))
  }
}
