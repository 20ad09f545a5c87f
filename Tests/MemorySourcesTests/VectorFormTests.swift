import Foundation
import MemoryModel
import TestSupport
import Testing

@testable import MemorySources

/// Which form a column's vectors have, told from some of them.
@Suite struct VectorFormTests {
  private static let floats = VectorForm.all.filter { $0.number != nil && $0.number != .int8 }

  private func outcome(_ rows: [[UInt8]], isText: Bool = false) -> VectorFormSample.Outcome {
    var sample = VectorFormSample()
    for row in rows { row.withUnsafeBytes { sample.add($0, isText: isText) } }
    return sample.outcome
  }

  private func decode(_ bytes: [UInt8], _ form: VectorForm, isGuessed: Bool = true) -> SourceEmbedding {
    bytes.withUnsafeBytes {
      EmbeddingDecoder(form: .column(form, isGuessed: isGuessed)).decode($0, isText: form.isBase64 || form == .json)
    }
  }

  @Test("vectors as models make them, long and short", arguments: floats, [2, 8, 384, 1_536])
  func tellsFloats(form: VectorForm, dimensions: Int) {
    var random = SeededGenerator(seed: 7)
    let rows = (0..<40).map { _ in VectorBytes.made(dimensions, &random) }
    #expect(outcome(rows.map { VectorBytes.encode($0, form) }, isText: form.isBase64) == .form(form))
    // What was a float once is still a double.
    let rounded = rows.map { $0.map { Double(Float($0)) } }
    #expect(outcome(rounded.map { VectorBytes.encode($0, form) }, isText: form.isBase64) == .form(form))
  }

  @Test("base64 in blobs")
  func tellsBase64InBlobs() {
    var random = SeededGenerator(seed: 8)
    for form in VectorFormTests.floats where form.isBase64 {
      #expect(outcome((0..<40).map { _ in VectorBytes.encode(VectorBytes.made(16, &random), form) }) == .form(form))
    }
  }

  @Test("round numbers", arguments: floats)
  func tellsRoundNumbers(form: VectorForm) {
    var random = SeededGenerator(seed: 9)
    let rows = (0..<20).map { _ in (0..<16).map { _ in Double(Int.random(in: -6...6, using: &random)) / 2 } }
    #expect(outcome(rows.map { VectorBytes.encode($0, form) }, isText: form.isBase64) == .form(form))
  }

  @Test("small integers")
  func tellsIntegers() {
    var random = SeededGenerator(seed: 10)
    for spread in [8.0, 40] {
      let rows = (0..<20).map { _ in
        VectorBytes.made(96, &random).map { max(-127, min(127, ($0 * 96.squareRoot() * spread).rounded())) }
      }
      for form in VectorForm.all where form.number == .int8 {
        #expect(outcome(rows.map { VectorBytes.encode($0, form) }, isText: form.isBase64) == .form(form))
      }
    }
  }

  @Test("a few rows with NaN or tiny numbers change nothing, and are read in the column's form", arguments: floats)
  func isNotFooledByOddRows(form: VectorForm) {
    var random = SeededGenerator(seed: 11)
    var rows = (0..<10).map { _ in VectorBytes.made(8, &random).map { Double(Float($0)) } }
    rows[0][3] = .nan
    rows[1][0] = Double(Float(bitPattern: 1))
    rows[2] = rows[2].map { _ in Double(Float(bitPattern: 1)) }
    let encoded = rows.map { VectorBytes.encode($0, form) }
    #expect(outcome(encoded, isText: form.isBase64) == .form(form))
    for index in 1..<rows.count {
      #expect(decode(encoded[index], form) == .vector(Vector(rows[index].map(Float.init))), "\(index)")
    }
    guard case .unreadable(let reason, _) = decode(encoded[0], form) else {
      Issue.record("NaN was taken for a number")
      return
    }
    #expect(reason.contains("NaN"))
  }

  @Test("columns of two forms are not guessed at; single rows of another one are refused", arguments: floats)
  func refusesMixtures(form: VectorForm) {
    for other in VectorFormTests.floats where other != form && other.isBase64 == form.isBase64 {
      var random = SeededGenerator(seed: 12)
      // As many bytes, whatever the form.
      func row(_ form: VectorForm) -> [UInt8] {
        VectorBytes.encode(VectorBytes.made(64 / (form.number?.width ?? 1), &random), form)
      }
      let half = (0..<20).map { _ in row(form) } + (0..<20).map { _ in row(other) }
      #expect(
        outcome(half, isText: form.isBase64) == .mixed(VectorForm.all.filter { $0 == form || $0 == other }),
        "\(form.name) \(other.name)")
      let single = row(other)
      #expect(outcome((0..<39).map { _ in row(form) } + [single], isText: form.isBase64) == .form(form))
      if case .unreadable = decode(single, form) {} else { Issue.record("\(other.name) was read as \(form.name)") }
    }
  }

  @Test("a value of another kind is never read", arguments: VectorForm.all)
  func refusesOtherKinds(form: VectorForm) {
    var random = SeededGenerator(seed: 13)
    let values = VectorBytes.made(16, &random)
    let array = Array("[0.25, 1]".utf8)
    for isText in [true, false] where form != .json {
      guard form.number != .int8 || isText else { continue }
      let found = array.withUnsafeBytes {
        EmbeddingDecoder(form: .column(form, isGuessed: false)).decode($0, isText: isText)
      }
      if case .unreadable = found {} else { Issue.record("JSON was read as \(form.name)") }
    }
    let bytes = VectorBytes.encode(values, VectorForm(number: .float32, isBase64: false))
    for isText in [true, false] where form.isBase64 || form == .json || isText {
      let found = bytes.withUnsafeBytes {
        EmbeddingDecoder(form: .column(form, isGuessed: false)).decode($0, isText: isText)
      }
      if case .unreadable = found {} else { Issue.record("floats were read as \(form.name)") }
    }
    for isText in [true, false] {
      #expect(
        [UInt8]().withUnsafeBytes {
          EmbeddingDecoder(form: .column(form, isGuessed: true)).decode($0, isText: isText)
        } == .missing)
    }
  }

  @Test("what may be two forms, or none, is not guessed at")
  func saysWhatItCannotTell() {
    func raw(_ number: VectorForm.Number) -> VectorForm { VectorForm(number: number, isBase64: false) }
    // Four round doubles, or eight floats of which every other one is zero.
    #expect(
      outcome([VectorBytes.encode([1, 2, 3, 0.5], raw(.float64))]) == .ambiguous([raw(.float32), raw(.float64)]))
    #expect(
      outcome([VectorBytes.encode([0, 1, 0, 0], raw(.float32))]) == .ambiguous([raw(.float32), raw(.float64)]))
    // A float, or four integers.
    #expect(outcome([[10, 236, 30, 60]]) == .ambiguous([raw(.float32), raw(.int8)]))
    #expect(outcome([]) == .empty)
    #expect(outcome([[UInt8](repeating: 0, count: 64)]) == .empty)
    #expect(outcome([Array("hello world".utf8)], isText: true) == .unknown)
    #expect(outcome([[1, 2, 3], [4, 5, 255]]) == .unknown)
    var random = SeededGenerator(seed: 14)
    let noise = (0..<50).map { _ in (0..<256).map { _ in UInt8.random(in: 0...255, using: &random) } }
    #expect(outcome(noise) == .unknown)
    // Floats of 16 bits: the upper half of 32.
    let halves = (0..<50).map { _ in
      VectorBytes.made(256, &random).flatMap { value -> [UInt8] in
        let bits = Float(value).bitPattern
        let half = UInt16(bits >> 16 & 0x8000) | UInt16(truncatingIfNeeded: ((bits >> 13) & 0x3FFFF) &- 0x1C000)
        return [UInt8(half & 0xFF), UInt8(half >> 8)]
      }
    }
    #expect(outcome(halves) == .unknown)
  }

  @Test("two different rows tell small floats from doubles")
  func tellsSmallFloats() {
    let rows = [[1.0, 2, 3, 4], [0.5, 1, 1.5, 1]].map {
      VectorBytes.encode($0, VectorForm(number: .float32, isBase64: false))
    }
    #expect(outcome(rows) == .form(VectorForm(number: .float32, isBase64: false)))
  }
}

/// Vectors in bytes.
enum VectorBytes {
  /// A vector of about the length 1.
  static func made(_ dimensions: Int, _ random: inout SeededGenerator) -> [Double] {
    (0..<dimensions).map { _ in
      // Twelve of the same make a bell.
      let sum = (0..<12).reduce(0.0) { sum, _ in sum + Double.random(in: -0.5...0.5, using: &random) }
      return sum / Double(dimensions).squareRoot()
    }
  }

  static func encode(_ values: [Double], _ form: VectorForm) -> [UInt8] {
    guard let number = form.number else { return Array("\(values)".utf8) }
    let bytes = values.flatMap { value -> [UInt8] in
      switch number {
      case .float32: withUnsafeBytes(of: Float(value).bitPattern.littleEndian, Array.init)
      case .float32be: withUnsafeBytes(of: Float(value).bitPattern.bigEndian, Array.init)
      case .float64: withUnsafeBytes(of: value.bitPattern.littleEndian, Array.init)
      case .float64be: withUnsafeBytes(of: value.bitPattern.bigEndian, Array.init)
      case .int8: [UInt8(bitPattern: Int8(value))]
      }
    }
    return form.isBase64 ? Array(Data(bytes).base64EncodedString().utf8) : bytes
  }
}
