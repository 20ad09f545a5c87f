import Database
import Foundation
import MemoryModel

/// Reads the embeddings of a column.
struct EmbeddingDecoder {
  /// How vectors stand in a blob.
  enum BlobForm: Equatable {
    /// As in files of the legacy system, whose versions wrote JSON text, base64 of floats, or little-endian floats: each
    /// value tells its own. Text is JSON, else base64; a blob is JSON when it begins with a bracket, else base64 text,
    /// else raw floats. 64-bit floats are assumed only where 32-bit ones make no sense.
    case legacy
    /// 32-bit floats; text is as in the legacy system.
    case floats
    /// 32-bit floats, or the base64 of them.
    case floatsOrBase64
    /// One form for the whole column. Where it was guessed, a value that makes sense only in another one is refused.
    case column(VectorForm, isGuessed: Bool)
    /// Nobody said it, and it could not be told.
    case untold
  }

  /// The length that vectors of this file are known to have; 0 while it is unknown.
  var expectedDimensions = 0
  /// What is known of blobs.
  var form = BlobForm.legacy

  /// Decodes the bytes of a column.
  func decode(_ bytes: UnsafeRawBufferPointer, isText: Bool) -> SourceEmbedding {
    let characters = bytes.bindMemory(to: UInt8.self)
    guard let first = isText ? characters.first(where: { $0 > 0x20 }) : characters.first else { return .missing }
    switch form {
    case .column(let form, let isGuessed): return column(form, isGuessed, bytes, isText)
    case .untold:
      return isNull(bytes, isText)
        ? .missing : unreadable("the form of the column's vectors is not known", bytes, isText)
    case .floats where !isText, .floatsOrBase64 where !isText: return known(bytes)
    case .legacy, .floats, .floatsOrBase64: break
    }
    if first == UInt8(ascii: "[") {
      do throws(FloatParser.Failure) {
        return checked(Vector(try FloatParser.parseArray(characters, capacity: expectedDimensions)), bytes, isText)
      } catch {
        if isText || bytes.looksLikeText { return unreadable("not a JSON array: \(error.reason)", bytes, true) }
      }
    }
    if isText || bytes.looksLikeText {
      if isNull(bytes, isText) { return .missing }
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
    if form == .floatsOrBase64, bytes.looksLikeText, let decoded = Data(base64: Data(bytes)) {
      return decoded.withUnsafeBytes { singles($0, original: bytes, isText: true) }
    }
    return singles(bytes, original: bytes, isText: false)
  }

  /// Decodes a value of a column that has one form.
  private func column(
    _ form: VectorForm, _ isGuessed: Bool, _ bytes: UnsafeRawBufferPointer, _ isText: Bool
  ) -> SourceEmbedding {
    func refused(_ what: String) -> SourceEmbedding {
      unreadable("\(what), and the column's vectors are \(form.title)", bytes, isText)
    }
    if isNull(bytes, isText) { return .missing }
    let isArray = (isText || bytes.looksLikeText) && bytes.first { $0 > 0x20 } == UInt8(ascii: "[")
    guard let number = form.number else {
      guard isArray else { return refused(isText ? "it is other text" : "it is bytes") }
      do throws(FloatParser.Failure) {
        let values = try FloatParser.parseArray(bytes.bindMemory(to: UInt8.self), capacity: expectedDimensions)
        return checked(Vector(values), bytes, isText)
      } catch { return unreadable("not a JSON array: \(error.reason)", bytes, isText) }
    }
    if isArray, isText || number != .int8 { return refused("it is a JSON array") }
    let decoded = isText || bytes.looksLikeText ? Data(base64: Data(bytes)) : nil
    guard form.isBase64 else {
      if isText { return refused("it is text") }
      return numbers(number, bytes, isText, other: isGuessed ? other(than: number, bytes, decoded) : nil, refused)
    }
    guard let decoded else { return refused("it is not base64") }
    return decoded.withUnsafeBytes {
      numbers(number, $0, isText, other: isGuessed ? other(than: number, $0, nil) : nil, refused)
    }
  }

  private func numbers(
    _ number: VectorForm.Number, _ numbers: UnsafeRawBufferPointer, _ isText: Bool, other: VectorForm?,
    _ refused: (String) -> SourceEmbedding
  ) -> SourceEmbedding {
    if let other { return refused("it is \(other.title)") }
    guard let vector = number.vector(numbers) else {
      return refused("its \(numbers.count) bytes are not a whole number of numbers")
    }
    if vector.values.isEmpty { return .missing }
    return vector.isFinite ? .vector(vector) : refused("it contains NaN or infinity")
  }

  /// The form in which a value makes sense, where it makes none in that of its column.
  private func other(
    than number: VectorForm.Number, _ bytes: UnsafeRawBufferPointer, _ decoded: Data?
  ) -> VectorForm? {
    guard number != .int8 else { return nil }
    if let double = number.double, bytes.count % 8 == 0, VectorTally(bytes, as: double).fits {
      var halves = PairTally()
      halves.add(bytes, isBigEndian: double == .float64be)
      if halves.isOneNumber == true { return VectorForm(number: double, isBase64: false) }
    }
    if bytes.count % number.width == 0, VectorTally(bytes, as: number).fits { return nil }
    func fitting(_ bytes: UnsafeRawBufferPointer) -> VectorForm.Number? {
      VectorForm.Number.allCases.first {
        $0 != .int8 && bytes.count % $0.width == 0 && VectorTally(bytes, as: $0).fits
      }
    }
    if let other = fitting(bytes) { return VectorForm(number: other, isBase64: false) }
    return decoded?.withUnsafeBytes { fitting($0) }.map { VectorForm(number: $0, isBase64: true) }
  }

  private func isNull(_ bytes: UnsafeRawBufferPointer, _ isText: Bool) -> Bool {
    isText && bytes.elementsEqual("null".utf8)
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
    let text = isText ? String(utf8: bytes.bindMemory(to: UInt8.self)) : nil
    return .unreadable(reason: reason, value: text.map(SourceValue.text) ?? .bytes(Array(bytes), isText: isText))
  }
}
