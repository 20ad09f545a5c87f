import GRDB
import Testing

@testable import MemoryModel
@testable import SQLiteDriver

/// What memsh adds to SQLite's functions, given every kind of value.
@Suite struct ValueFunctionTests {
  private func value(_ sql: String) throws -> DatabaseValue {
    try DatabaseQueue().read { db in
      try SQLiteFunctions.add(to: db)
      return try #require(try DatabaseValue.fetchOne(db, sql: "SELECT \(sql)"))
    }
  }

  @Test(
    "the length of a vector",
    arguments: [
      ("NULL", nil), ("7", nil), ("0.5", nil), ("x'000000'", nil), ("x''", 0), ("''", 0), ("x'00000000'", 0),
      ("x'0000404000008040'", 5), ("x'0000c07f'", -1), ("x'0000807f0000803f'", -1), ("x'000080ff'", -1),
      ("x'ffff7f7f'", 3.4028234663852886e+38),
    ] as [(String, Double?)])
  func norm(value argument: String, length: Double?) throws {
    #expect(try value("memsh_norm(\(argument))") == (length?.databaseValue ?? .null))
  }

  @Test(
    "whether bytes are a text",
    arguments: [
      ("NULL", nil), ("1", nil), ("x''", true), ("'tea'", true), ("x'c3a9'", true), ("x'c3'", false), ("x'00'", true),
      ("x'eda080'", false), ("x'f4908080'", false),
    ] as [(String, Bool?)])
  func isUTF8(value argument: String, isText: Bool?) throws {
    #expect(try value("memsh_is_utf8(\(argument))") == (isText.map { ($0 ? 1 : 0).databaseValue } ?? .null))
  }

  @Test("the sha256 of a text as it is read", arguments: ["", "tea", "é", "a\u{0}b", "\u{FFFD}"])
  func sha256(text: String) throws {
    let hash = ContentHash.hex(of: text).databaseValue
    let digits = text.utf8.hexadecimal
    #expect(try value("memsh_sha256(x'\(digits)')") == hash)
    #expect(try value("memsh_sha256(CAST(x'\(digits)' AS TEXT))") == hash)
  }

  @Test("what is not UTF-8 has the sha256 of what is read of it, and nothing that of an empty text")
  func sha256OfOthers() throws {
    #expect(try value("memsh_sha256(x'61ff62')") == ContentHash.hex(of: "a\u{FFFD}b").databaseValue)
    #expect(try value("memsh_sha256(NULL)") == ContentHash.hex(of: "").databaseValue)
  }

  @Test(
    "moments",
    arguments: [
      ("NULL", nil), ("5", nil), ("'infinity'", nil), ("'soon'", nil), ("x'ff'", nil), ("''", nil),
      ("'1970-01-01 00:00:01'", 1_000_000), ("x'313937302d30312d30312030303a30303a3031'", 1_000_000),
      ("'1970-01-01T01:00:00.5+01:00'", 500_000),
    ] as [(String, Int64?)])
  func moments(value argument: String, microseconds: Int64?) throws {
    #expect(try value("memsh_microseconds(\(argument))") == (microseconds?.databaseValue ?? .null))
    let text = microseconds.map { Timestamp(microseconds: $0).iso8601.databaseValue }
    #expect(try value("memsh_timestamp(\(argument))") == (text ?? .null))
  }

  @Test("rows that may be alike")
  func alike() throws {
    let rows = """
      (1, 'ada', 'tea'), (2, 'ben', 'tea'), (3, 'ada', x'746561'), (4, 1, 'tea'), (5, 1.0, 'tea'), (6, 'ada', NULL),
      (7, 'ada', ''), (8, 'ada', x'61ff'), (9, 'ada', 'a\u{FFFD}'), (10, 'adat', 'ea')
      """
    let list = try value("memsh_alike(column1, column2, column3) FROM (VALUES \(rows))")
    let ids = try JSONParser.parse(String.fromDatabaseValue(list) ?? "").arrayValue?.compactMap(\.integerValue)
    #expect(ids?.sorted() == [1, 3, 4, 5, 6, 7, 8, 9])
    #expect(try value("memsh_alike(1, 'ada', 'tea') WHERE 0") == "[]".databaseValue)
  }

  @Test("more moments than are remembered, one after the other")
  func manyMoments() throws {
    let texts = (0..<9).map { "1970-01-01T00:00:0\($0)Z" }
    let list = (texts + texts.reversed()).map { "memsh_microseconds('\($0)')" }.joined(separator: " || ',' || ")
    let numbers = (0..<9).map { $0 * 1_000_000 }
    #expect(try value(list) == (numbers + numbers.reversed()).map(String.init).joined(separator: ",").databaseValue)
  }

  @Test(
    "an image of values",
    arguments: [
      ("", "{}"), ("'a', NULL", #"{"a":null}"#), ("'a', 9223372036854775807", #"{"a":9223372036854775807}"#),
      ("'a', 5.0, 'b', 0.1 + 0.2", #"{"a":5.0,"b":0.30000000000000004}"#),
      ("'a', 9e999, 'b', -9e999", #"{"a":9e999,"b":-9e999}"#),
      ("'k\"', 'x\"y' || char(10, 8232) || 'é'", #"{"k\"":"x\"y\n\u2028é"}"#), ("'a', ''", #"{"a":""}"#),
      ("'a', CAST(x'610062' AS TEXT)", #"{"a":"a\u0000b"}"#), ("'a', CAST(x'ff80' AS TEXT)", #"{"a":{"text":"/4A="}}"#),
      ("'a', x'00ff', 'b', x'', 'c', zeroblob(3)", #"{"a":{"blob":"AP8="},"b":{"blob":""},"c":{"blob":"AAAA"}}"#),
    ])
  func image(values arguments: String, image: String) throws {
    #expect(try value("memsh_image(\(arguments))") == image.databaseValue)
  }

  @Test("the version of values is another one for others, and for others' types")
  func versions() throws {
    let values = [
      "NULL", "0", "1", "-1", "0.0", "1.0", "'1'", "x'31'", "''", "x''", "'a'", "'b'", "'a', 'b'", "'ab', ''",
      "'', 'ab'",
      "'ab'", "NULL, NULL", "CAST(x'6100' AS TEXT)", "x'6162636465666768'", "x'616263646566676869'", "zeroblob(8)",
      "zeroblob(9)", "0, 1", "1, 0",
    ]
    let versions = try values.map { try value("memsh_version(\($0))") }
    #expect(Set(versions).count == values.count)
    let again = try values.map { try value("memsh_version(\($0))") }
    #expect(versions == again)
  }

  @Test("one of the numbers of a blob")
  func numbers() throws {
    let blob = "x'9a9999999999b93f0000000000000080'"
    #expect(try value("memsh_number(\(blob), 0)") == 0.1.databaseValue)
    #expect(try Double.fromDatabaseValue(value("memsh_number(\(blob), 1)"))?.sign == .minus)
    for wrong in [
      "\(blob), 2", "\(blob), -1", "NULL, 0", "5, 0", "x'00', 0", "\(blob)", "\(blob), 9223372036854775807",
    ] {
      #expect(try value("memsh_number(\(wrong))") == .null, "\(wrong)")
    }
  }
}
