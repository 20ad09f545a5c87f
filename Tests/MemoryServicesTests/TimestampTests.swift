import Database
import Foundation
import MemoryModel
import MemoryServices
import Testing

@Suite struct TimestampTests {
  @Test(
    "dates in every form that memory files use",
    arguments: [
      ("2025-07-01T12:34:56.789Z", "2025-07-01T12:34:56.789000Z"),
      ("2025-07-01 12:34:56", "2025-07-01T12:34:56.000000Z"),
      ("2025-07-01", "2025-07-01T00:00:00.000000Z"),
      ("2025-07-01T12:34", "2025-07-01T12:34:00.000000Z"),
      ("2025-07-01T12:34:56+02:00", "2025-07-01T10:34:56.000000Z"),
      ("2025-07-01T12:34:56-0530", "2025-07-01T18:04:56.000000Z"),
      ("2025-07-01 12:34:56.123456789 UTC", "2025-07-01T12:34:56.123457Z"),
      ("1735689600", "2025-01-01T00:00:00.000000Z"),
      ("1735689600123", "2025-01-01T00:00:00.123000Z"),
      ("1735689600123456", "2025-01-01T00:00:00.123456Z"),
      ("2024-02-29T23:59:59.9999999Z", "2024-03-01T00:00:00.000000Z"),
      ("1969-12-31T23:59:59.5Z", "1969-12-31T23:59:59.500000Z"),
      ("0001-01-01", "0001-01-01T00:00:00.000000Z"),
    ])
  func reads(text: String, expected: String) {
    #expect(Timestamp(parsing: text)?.iso8601 == expected)
  }

  @Test(
    "what is no date is refused",
    arguments: [
      "", "yesterday", "2025-13-01", "2025-02-30", "2025-07-01T25:00", "2025-07-01T12:34:56+99:00", "NaN", "20250701",
      "2025",
    ])
  func refuses(text: String) {
    #expect(Timestamp(parsing: text) == nil)
  }

  @Test("the plain form is read from its bytes, every other one left to who reads them all")
  func readsPlainForm() {
    func plain(_ text: String) -> Timestamp? {
      var text = text
      return text.withUTF8 { Timestamp(plain: UnsafeRawBufferPointer($0)) }
    }
    let text = "2024-02-29T23:59:59.123456Z"
    #expect(plain(text) != nil)
    for text in [text, "0000-01-01T00:00:00.000000Z", "9999-12-31T23:59:59.999999Z", "1969-12-31T23:59:59.500000Z"] {
      #expect(plain(text) == Timestamp(parsing: text) && plain(text)?.iso8601 == text)
    }
    // Whatever stands at a place: what is read is what everybody reads.
    for place in text.indices {
      for other in "059-:. TZz+x" {
        let changed = text.replacingCharacters(in: place...place, with: String(other))
        if let moment = plain(changed) { #expect(moment == Timestamp(parsing: changed), "\(changed)") }
      }
    }
    for text in ["", "2024-02-29", "2024-02-30T23:59:59.123456Z", "2024-02-29 23:59:59.123456Z", text + "Z"] {
      #expect(plain(text) == nil)
    }
  }

  @Test(
    "what memsh itself writes, and what only looks like it",
    arguments: [
      ("2025-02-28T23:59:60.000001Z", 1_740_787_200_000_001), ("2025-02-29T00:00:00.000000Z", nil),
      ("2025-02-28T24:00:00.000000Z", nil), ("2025-02-28T23:60:00.000000Z", nil), ("2025-02-28T23:59:61.000000Z", nil),
      ("2025-02-28T23:59:5:.000000Z", nil), ("2025-02-28T23:59:59.00000/Z", nil), ("2025_02_28T23:59:59.000000Z", nil),
      ("2025-02-28 00:00:00.000000Z", 1_740_700_800_000_000), ("2025-02-28T00:00:00.000000z", 1_740_700_800_000_000),
      ("2025-02-28T01:00:00.000+0100", 1_740_700_800_000_000), ("0000-01-01T00:00:00.000000Z", -62_167_219_200_000_000),
      ("9999-12-31T23:59:59.999999Z", 253_402_300_799_999_999), ("-001-01-01T00:00:00.000000Z", nil),
      ("2025-02-28T00:00:00.00000é", nil),
    ] as [(String, Int64?)])
  func readsOwnForm(text: String, microseconds: Int64?) {
    #expect(Timestamp(parsing: text)?.microseconds == microseconds)
  }

  @Test("text order is time order")
  func ordersAsText() {
    let moments = [-62_135_596_800_000_000, -1, 0, 1, 999_999, 1_735_689_600_123_456].map {
      Timestamp(microseconds: $0)
    }
    #expect(moments.map(\.iso8601) == moments.map(\.iso8601).sorted())
  }
}
