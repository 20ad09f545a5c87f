import Foundation
import TestSupport
import Testing

@testable import PostgresClient

/// A row of one column with these bytes.
private struct BytesRow: BinaryRow {
  let content: [UInt8]
  var oid: UInt32?

  func withBytes<Value>(_ column: Int, _ body: (UnsafeRawBufferPointer) throws -> Value) throws -> Value? {
    // Bytes of their own on the heap, so that a read past them is one past the allocation.
    try content.withUnsafeBytes(body)
  }

  func type(of column: Int) -> UInt32? { oid }
}

/// Every decoder of a value, by name.
private let decoders: [(name: String, decode: @Sendable (any BinaryRow) throws -> Void)] = [
  ("integer", { _ = try $0.integer(0) }), ("double", { _ = try $0.double(0) }),
  ("boolean", { _ = try $0.boolean(0) }), ("text", { _ = try $0.text(0) }),
  ("timestamp", { _ = try $0.timestamp(0) }), ("textArray", { _ = try $0.textArray(0) }),
  ("bytes", { _ = try $0.bytes(0) }),
]

@Suite struct DecodingTests {
  private let database: TestDatabase

  init() throws { database = try TestDatabase() }

  private static func array(_ dimensions: [Int32], _ elements: [String?]) -> [UInt8] {
    var writer = BinaryWriter()
    writer.append(Int32(dimensions.count))
    writer.append(Int32(1))
    writer.append(Int32(25))
    for length in dimensions {
      writer.append(length)
      writer.append(Int32(1))
    }
    for element in elements {
      writer.append(Int32(element?.utf8.count ?? -1))
      writer.append(utf8: element ?? "")
    }
    return writer.bytes
  }

  private static func isMalformed(_ error: any Error) -> Bool { (error as? PostgresError)?.kind == .malformed }

  @Test(
    "an array of any dimensions is read in order, NULLs left out",
    arguments: [
      ([], []), ([3], ["a", nil, ""]), ([2, 2], ["a", "b", "c", "d"]), ([1, 2, 1], ["é", "🙂"]), ([0], []),
    ] as [([Int32], [String?])])
  func readsArrays(dimensions: [Int32], elements: [String?]) throws {
    let row = BytesRow(content: Self.array(dimensions, elements))
    #expect(try row.textArray(0) == elements.compactMap(\.self))
  }

  @Test(
    "an array whose parts do not fit together is refused",
    arguments: [
      // A number of elements that the bytes cannot hold, that overflows, or that is negative.
      array([2, 2], ["a", "b"]), array([2], ["a", "b", "c"]), array([.max, .max, .max], ["a"]), array([-1], []),
      array([1 << 30], []), array([1], ["a"]) + [0], array([1], []) + [0xFF, 0xFF, 0xFF, 0xF0],
      array([1], []) + [0x7F, 0xFF, 0xFF, 0xFF],
      // Dimensions that no array has.
      [0, 0, 0, 7] + array([], []).dropFirst(4), [0xFF, 0xFF, 0xFF, 0xFF] + array([], []).dropFirst(4),
    ])
  func refusesArrays(bytes: [UInt8]) {
    #expect { try BytesRow(content: bytes).textArray(0) } throws: { Self.isMalformed($0) }
  }

  @Test("no decoder reads past its bytes, whatever they are", arguments: decoders.map(\.name))
  func survivesAnyBytes(name: String) throws {
    let decode = try #require(decoders.first { $0.name == name }).decode
    var random = SeededGenerator(seed: 7)
    let valid = Self.array([2, 2], ["a", nil, "ccc", "dd"])
    for length in 0...valid.count {
      for _ in 0..<200 {
        var bytes = Array(valid.prefix(length))
        for _ in 0..<Int.random(in: 0...3, using: &random) where !bytes.isEmpty {
          bytes[Int.random(in: 0..<bytes.count, using: &random)] = UInt8.random(in: 0...255, using: &random)
        }
        do { try decode(BytesRow(content: bytes)) } catch { #expect(Self.isMalformed(error)) }
      }
    }
  }

  @Test("a number, a flag or a time of another length is refused")
  func refusesLengths() {
    for length in [0, 1, 3, 5, 7, 9, 16] {
      let row = BytesRow(content: [UInt8](repeating: 1, count: length))
      #expect { try row.integer(0) } throws: { Self.isMalformed($0) }
      #expect { try row.double(0) } throws: { Self.isMalformed($0) }
      #expect { try row.timestamp(0) } throws: { Self.isMalformed($0) }
      if length != 1 { #expect { try row.boolean(0) } throws: { Self.isMalformed($0) } }
    }
  }

  @Test("a value of another type is refused, even where its length fits", arguments: [17, 25, 1700, 2950])
  func refusesTypes(oid: UInt32) {
    let row = BytesRow(content: [0, 0, 0, 0, 0, 0, 0, 1], oid: oid)
    #expect { try row.integer(0) } throws: { Self.isMalformed($0) }
    #expect { try row.double(0) } throws: { Self.isMalformed($0) }
    #expect { try row.timestamp(0) } throws: { Self.isMalformed($0) }
  }

  @Test(
    "moments at the ends of time go there and back",
    arguments: [.max, .min, 0, -1, 253_402_300_799_999_999, -210_866_803_200_000_000] as [Int64])
  func keepsMoments(moment: Int64) throws {
    let value = PostgresValue.timestamp(microseconds: moment)
    #expect(try BytesRow(content: #require(value.bytes)).timestamp(0) == moment)
  }

  @Test("a moment that cannot be counted from 1970 is refused, and none traps when it is written")
  func boundsMoments() {
    for moment: Int64 in [.max - 1, .min + 1] {
      var writer = BinaryWriter()
      writer.append(moment)
      let bytes = writer.bytes
      if moment > 0 { #expect { try BytesRow(content: bytes).timestamp(0) } throws: { Self.isMalformed($0) } }
      #expect(PostgresValue.timestamp(microseconds: moment).bytes?.count == 8)
    }
  }

  /// Two rows as COPY sends them: a header, an integer and a NULL, then a text and nothing.
  private static let copied: [UInt8] = {
    var writer = BinaryWriter()
    writer.append(contentsOf: BinaryCopyReader.signature)
    writer.append(Int32(0))
    writer.append(Int32(0))
    for text in ["row one", "row two"] {
      writer.append(Int16(2))
      writer.append(Int32(text.utf8.count))
      writer.append(utf8: text)
      writer.append(Int32(-1))
    }
    writer.append(Int16(-1))
    return writer.bytes
  }()

  private static func read(_ bytes: [UInt8]) throws -> [String] {
    var reader = BinaryCopyReader()
    var texts: [String] = []
    try bytes.withUnsafeBytes { message in
      try reader.read(message) { row in
        texts.append(try row.text(0) ?? "NULL")
        texts.append(try row.text(1) ?? "NULL")
      }
    }
    try reader.finish()
    return texts
  }

  @Test("rows of COPY are read to the trailer, and every truncation of them is refused")
  func readsCopy() throws {
    #expect(try Self.read(Self.copied) == ["row one", "NULL", "row two", "NULL"])
    for length in 0..<Self.copied.count {
      #expect { try Self.read(Array(Self.copied.prefix(length))) } throws: { Self.isMalformed($0) }
    }
    #expect { try Self.read(Self.copied + [0]) } throws: { Self.isMalformed($0) }
  }

  @Test("no byte of COPY that is another makes it read elsewhere")
  func survivesAlteredCopy() {
    for position in Self.copied.indices {
      for value: UInt8 in [0, 1, 0x7F, 0x80, 0xFF] {
        var bytes = Self.copied
        bytes[position] = value
        do { _ = try Self.read(bytes) } catch { #expect(Self.isMalformed(error)) }
      }
    }
  }

  @Test("a column that an answer lacks is named, and one in the form of text is refused")
  func refusesColumns() throws {
    let connection = try database.connect()
    let row = try #require(try connection.query(unsafeSQL: "SELECT 1").first)
    for column in [1, 7, -1] {
      #expect { try row.integer(column) } throws: { Self.isMalformed($0) }
    }
    #expect { try row.text(0) } throws: { Self.isMalformed($0) }
    #expect {
      try connection.copyOut("COPY (SELECT 1) TO STDOUT (FORMAT BINARY)") { _ = try $0.integer(1) }
    } throws: {
      Self.isMalformed($0)
    }
    #expect(try connection.query(unsafeSQL: "SELECT 2").first?.integer(0) == 2)
  }
}
