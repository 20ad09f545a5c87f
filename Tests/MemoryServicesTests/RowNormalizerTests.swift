import Testing

@testable import Database
@testable import MemoryModel
@testable import MemoryServices

@Suite struct RowNormalizerTests {
  private let normalizer = RowNormalizer(migrationTime: Timestamp(microseconds: 7))

  private func row(_ change: (inout SourceRow) -> Void = { _ in }) -> SourceRow {
    var row = SourceRow(key: "k", legacyID: "mem_1")
    row.userID = .text("ada")
    row.content = .text("likes tea")
    change(&row)
    return row
  }

  private func rejection(_ change: (inout SourceRow) -> Void) -> String? {
    do throws(RowNormalizer.Rejection) {
      _ = try normalizer.accept(row(change))
      return nil
    } catch { return error.reason }
  }

  @Test("a row of bare essentials gets the defaults")
  func fillsDefaults() throws {
    let fields = try normalizer.accept(row()).fields
    #expect(fields.importanceScore == 0.5)
    #expect(fields.createdAt == Timestamp(microseconds: 7))
    #expect(fields.metadata?.text == #"{"legacy_id":"mem_1"}"#)
  }

  @Test("rows that cannot be migrated say why")
  func rejects() {
    #expect(rejection { $0.content = .text(" \n") } == "empty_content")
    #expect(rejection { $0.content = .null } == "empty_content")
    #expect(rejection { $0.userID = .null } == "missing_user_id")
    #expect(rejection { $0.content = .bytes([0x63, 0xE9], isText: true) } == "invalid_utf8")
    #expect(rejection { $0.metadata = .text("{") } == "invalid_metadata")
    #expect(rejection { $0.importanceScore = .text("high") } == "invalid_importance_score")
    #expect(rejection { $0.createdAt = .text("yesterday") } == "invalid_timestamp")
    #expect(rejection { $0.accessCount = .real(1e30) } == "invalid_access_count")
    #expect(rejection { $0.accessCount = .integer(-1) } == "invalid_access_count")
    #expect(rejection { $0.createdAt = .integer(-800_000_000_000_000_000) } == "invalid_timestamp")
    #expect(rejection { $0.metadata = .text(#"{"n":1e200000}"#) } == "invalid_metadata")
    #expect(rejection { $0.userID = .text(String(repeating: "é", count: 256)) } == "user_id_too_long")
    #expect(rejection { $0.userID = .text(String(repeating: "é", count: 255)) } == nil)
    #expect(rejection { $0.category = .text(String(repeating: "c", count: 101)) } == "category_too_long")
  }

  @Test("what has no column goes to the metadata, and nothing there is overwritten")
  func keepsUnknownColumns() throws {
    let accepted = try normalizer.accept(
      row {
        $0.metadata = .text(#"{"importance":0.9,"category":"facts"}"#)
        $0.otherColumns = [
          ("tags", .text("a,b")), ("score", .real(0.5)), ("empty", .null), ("raw", .bytes([255], isText: false)),
        ]
      })
    #expect(
      accepted.fields.metadata?.text
        == #"{"importance":0.9,"category":"facts","legacy_id":"mem_1","tags":"a,b","score":0.5,"raw":{"base64":"/w=="}}"#
    )
    #expect(accepted.fields.category == "facts")
    #expect(accepted.fields.importanceScore == 0.9)
  }

  @Test(
    "metadata that is no object is kept under a key",
    arguments: [("[1]", #"{"value":[1],"legacy_id":"mem_1"}"#), ("null", #"{"legacy_id":"mem_1"}"#)])
  func wrapsMetadata(text: String, expected: String) throws {
    #expect(try normalizer.accept(row { $0.metadata = .text(text) }).fields.metadata?.text == expected)
  }

  @Test("what would be overwritten is kept apart, and keys differ to the byte")
  func overwritesNothing() throws {
    let accepted = try normalizer.accept(
      row {
        $0.metadata = .text("{\"source\":\"chat\",\"legacy_id\":\"own\",\"\u{E9}\":1,\"e\u{301}\":2}")
        $0.otherColumns = [("source", .text("email"))]
      })
    #expect(
      accepted.fields.metadata?.text
        == "{\"source\":\"chat\",\"legacy_id\":\"mem_1\",\"\u{E9}\":1,\"e\u{301}\":2,"
        + "\"legacy_columns\":{\"legacy_id\":\"own\",\"source\":\"email\"}}")
  }

  @Test("NUL is replaced and counted")
  func replacesNUL() throws {
    let accepted = try normalizer.accept(row { $0.content = .text("a\0b\0") })
    #expect(accepted.fields.content == "a\u{FFFD}b\u{FFFD}")
    #expect(accepted.nulReplaced == 2)
  }
}
