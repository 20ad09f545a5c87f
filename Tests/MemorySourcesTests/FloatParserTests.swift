import Foundation
import MemoryModel
import Testing

@Suite struct FloatParserTests {
  private func parse(_ text: String) throws -> [Float] {
    var text = text
    return try text.withUTF8 { try FloatParser.parseArray($0, capacity: 4) }
  }

  @Test(
    "single numbers, rounded as strtof rounds them",
    arguments: [
      "0", "-0", "1", "-1.5", "0.1", "1e-7", "3.4028234663852886e38", "1.17549435e-38", "1e-45", "1e-50",
      "123456789012345678901234567890", "0.000000000000000000000000000000000001", "1.00000005960464477539062500001",
      "1.000000059604644775390625", "1.0000000596046447", "0.30000000000000004", "9007199254740993", "1E5", "1e+5",
      "16777217", "16777219", "0.012345678901234567", "7.038531e-26",
    ])
  func rounds(text: String) throws {
    let value = try parse("[\(text)]")[0]
    #expect(value.bitPattern == strtof(text, nil).bitPattern)
  }

  @Test("a hundred thousand doubles as JavaScript prints them")
  func roundsRandomDoubles() throws {
    var generator = SystemRandomNumberGenerator()
    let texts = (0..<100_000).map { index -> String in
      let value = Double.random(in: -1...1, using: &generator) * (index % 7 == 0 ? 1e-6 : 0.1)
      return "\(value)"
    }
    let values = try parse("[" + texts.joined(separator: ",") + "]")
    #expect(values.count == texts.count)
    for (text, value) in zip(texts, values) where value.bitPattern != strtof(text, nil).bitPattern {
      Issue.record("\(text) became \(value)")
    }
  }

  @Test("doubles exactly between two floats, and next to that")
  func roundsTies() throws {
    for mantissa in stride(from: UInt32(0x3F80_0000), to: 0x3F80_4000, by: 997) {
      let low = Double(Float(bitPattern: mantissa))
      let middle = low + (Double(Float(bitPattern: mantissa + 1)) - low) / 2
      for value in [middle.nextDown, middle, middle.nextUp] {
        #expect(try parse("[\(value)]")[0].bitPattern == strtof("\(value)", nil).bitPattern)
      }
    }
  }

  @Test("white space is allowed wherever JSON allows it")
  func skipsWhitespace() throws {
    #expect(try parse(" [ 1 ,\n2\t, 3 ] ") == [1, 2, 3])
    #expect(try parse("[]") == [])
  }

  @Test(
    "what is no array of numbers is refused",
    arguments: [
      "", "1", "[1", "[1,]", "[,1]", "[1 2]", "[NaN]", "[1.]", "[.5]", "[1e]", "[\"1\"]", "[null]", "[1]x", "[1e39]",
      "[--1]", "[01]", "[-00.5]", "[1\u{B}]",
    ])
  func refuses(text: String) {
    #expect(throws: FloatParser.Failure.self) { try parse(text) }
  }
}
