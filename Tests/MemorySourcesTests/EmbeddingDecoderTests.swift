import Database
import Foundation
import MemoryModel
import MemoryServices
import Testing

@testable import MemorySources

@Suite struct EmbeddingDecoderTests {
  private static let values: [Float] = [0.25, -0.5, 1e-7, 3]
  private static let singles = Vector(values).littleEndianBytes
  private static let doubles = values.flatMap { value in
    withUnsafeBytes(of: Double(value).bitPattern.littleEndian, Array.init)
  }

  private func decode(_ bytes: [UInt8], isText: Bool = false, dimensions: Int = 0) -> SourceEmbedding {
    bytes.withUnsafeBytes { EmbeddingDecoder(expectedDimensions: dimensions).decode($0, isText: isText) }
  }

  @Test("every form that memory files use", arguments: [0, 4])
  func decodes(dimensions: Int) {
    let json = Array("[0.25, -0.5, 1e-7, 3]".utf8)
    let expected = SourceEmbedding.vector(Vector(EmbeddingDecoderTests.values))
    #expect(decode(json, isText: true, dimensions: dimensions) == expected)
    #expect(decode(json, dimensions: dimensions) == expected)
    #expect(decode(EmbeddingDecoderTests.singles, dimensions: dimensions) == expected)
    #expect(decode(EmbeddingDecoderTests.doubles, dimensions: dimensions) == expected)
    for bytes in [EmbeddingDecoderTests.singles, EmbeddingDecoderTests.doubles] {
      let base64 = Data(bytes).base64EncodedString()
      // Some write it without the padding at its end.
      for form in [base64, String(base64.prefix { $0 != "=" })] {
        #expect(decode(Array(form.utf8), isText: true, dimensions: dimensions) == expected)
        #expect(decode(Array(form.utf8), dimensions: dimensions) == expected)
      }
    }
  }

  @Test("floats whose first byte is a bracket are still floats")
  func isNotFooledByABracket() {
    let values: [Float] = [Float(bitPattern: 0x3E00_005B), 0.5]
    #expect(decode(Vector(values).littleEndianBytes) == .vector(Vector(values)))
  }

  @Test("twice as many floats are not half as many doubles, and zeros are a vector")
  func tellsFloatsFromDoubles() {
    let eight = (0..<8).map { Float($0) / 10 - 0.35 }
    #expect(decode(Vector(eight).littleEndianBytes, dimensions: 4) == .vector(Vector(eight)))
    let zeros = [Float](repeating: 0, count: 4)
    #expect(decode(Vector(zeros).littleEndianBytes, dimensions: 4) == .vector(Vector(zeros)))
  }

  @Test("nothing, an empty array and null are no embedding")
  func isMissing() {
    #expect(decode([]) == .missing)
    #expect(decode(Array("[]".utf8), isText: true) == .missing)
    #expect(decode(Array("null".utf8), isText: true) == .missing)
  }

  @Test("NaN, infinity, odd lengths and other text are unreadable, and what stood there is kept")
  func isUnreadable() {
    let nan = Vector([1, .nan, 0, 0]).littleEndianBytes
    #expect(decode(nan) == .unreadable(reason: "it contains NaN or infinity", value: .bytes(nan, isText: false)))
    guard case .unreadable(_, .bytes(let kept, _)) = decode([1, 2, 255]) else {
      Issue.record("three bytes were taken for a vector")
      return
    }
    #expect(kept == [1, 2, 255])
    for text in ["[1, NaN]", "hello world!", "[1,2", "{\"a\":1}"] {
      guard case .unreadable(_, let value) = decode(Array(text.utf8), isText: true) else {
        Issue.record("\(text) was taken for a vector")
        continue
      }
      #expect(value == .text(text))
    }
  }
}
