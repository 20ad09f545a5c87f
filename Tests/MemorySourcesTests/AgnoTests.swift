import MemoryModel
import TestSupport
import Testing

@testable import MemorySources

/// Agno's memories: JSON texts, or what Python's `repr` makes of a dict.
@Suite struct AgnoTests {
  private let folder: TestFolder

  init() throws { folder = try TestFolder() }

  @Test("versions 2 and 3: the text is a JSON string, topics are a list, nobody's memory is that of the user default")
  func readsPresentVersion() throws {
    let path = try folder.sqlite(
      "agno.db",
      #"""
      CREATE TABLE my_memories (memory_id VARCHAR PRIMARY KEY, memory JSON, input VARCHAR, agent_id VARCHAR, team_id VARCHAR,
        user_id VARCHAR, topics JSON, feedback VARCHAR, created_at BIGINT, updated_at BIGINT);
      INSERT INTO my_memories VALUES
        ('m1', '"Z\u00fcrich"', 'said', 'a', NULL, 'ada', '["x"]', NULL, 1795546830, 1795546831),
        ('m2', 'plain text', NULL, NULL, NULL, NULL, 'null', NULL, 1795546830, NULL),
        ('m3', '123', NULL, NULL, NULL, 'ada', 'no list', NULL, 1795546830, NULL);
      """#)
    let source = try ForeignSource.opened(path)
    #expect(source.description.kind == "Agno")
    let rows = try source.allRows()
    #expect(rows.map(\.content) == [.text("Zürich"), .text("plain text"), .integer(123)])
    #expect(rows.map(\.userID) == ["ada", "default", "ada"].map(SourceValue.text))
    #expect(rows[0].createdAt == .integer(1_795_546_830))
    let topics = rows.map { row in row.otherColumns.first { $0.name == "topics" }?.value }
    #expect(topics == [.json(.array([.string("x")])), nil, .text("no list")])
    #expect(try source.survey().hasVectors == false)
  }

  @Test("version 1: the text stands in a dict; what is not a dict stays as it is, which is said")
  func readsVersion1() throws {
    let path = try folder.sqlite(
      "agno.db",
      #"""
      CREATE TABLE user_memories (id TEXT PRIMARY KEY, user_id TEXT, memory VARCHAR, created_at DATETIME, updated_at DATETIME);
      INSERT INTO user_memories VALUES
        ('m1', 'ada', '{''memory_id'': ''m1'', ''memory'': "It''s Z\u00fcrich", ''topics'': [''a'', "b''s"], ''last_updated'': ''2026''}',
          '2026-01-02 03:04:05', NULL),
        ('m2', 'ada', '{''memory'': open(''x'')}', '2026-01-02 03:04:05', NULL),
        ('m3', 'ada', '{"memory_id": "other", "memory": "tea"}', '2026-01-02 03:04:05', NULL);
      """#)
    let source = try ForeignSource.opened(path)
    #expect(source.description.kind == "Agno 1")
    let rows = try source.allRows()
    #expect(rows.map { $0.content.idText } == ["It's Zürich", "{'memory': open('x')}", "tea"])
    #expect(rows[0].metadata == .json(try JSONParser.parse(#"{"topics": ["a", "b's"], "last_updated": "2026"}"#)))
    #expect(rows[0].otherColumns.isEmpty)
    #expect(rows[2].otherColumns.map(\.name) == ["memory_id"])
    #expect(try source.survey().remarks == ["the text of 1 memory stays as it is: it is not what Agno 1 writes"])
  }

  @Test(
    "what Python's repr writes is read",
    arguments: [
      ("{}", "{}"), ("[]", "[]"), ("None", "null"), ("{'a': True, 'b': False}", #"{"a":true,"b":false}"#),
      ("[1, -2, 0.5, 1e-05, 1e+16, 12345678901234567890]", "[1,-2,0.5,1e-05,1e+16,12345678901234567890]"),
      (#"'it"s'"#, #""it\"s""#), (#""it's""#, #""it's""#), (#"'\\ \' \n \t \r'"#, #""\\ ' \n \t \r""#),
      (#"'\x00\xff\u200d\U0001f95c'"#, #""\u0000ÿ\#u{200d}🥜""#), ("{'a': {'b': [[]]}}", #"{"a":{"b":[[]]}}"#),
    ])
  func readsLiterals(python: String, json: String) throws {
    #expect(try PythonLiteral.parse(python) == JSONParser.parse(json))
  }

  @Test(
    "anything else is refused",
    arguments: [
      "", "{", "{'a'}", "{'a': }", "{'a': 1,}", "{1: 2}", "{'a': 1, 'a': 2}", "[1,2]", "[1, ]", "(1, 2)", "{1, 2}",
      "'a", "'a\n'",
      #"'\ud800'"#, #"'\x4'"#, #"'\q'"#, #"'\xzz'"#, #"'\U00110000'"#, "nan", "inf", "1_000", "0x10", "b'a'",
      "open('x')",
      "__import__('os')", "{'a': datetime.datetime(2026, 1, 1)}", "True ", " True", "Truex", "1 2", "--1",
      String(repeating: "[", count: 100_000), String(repeating: "{'a': ", count: 100_000),
    ])
  func refuses(python: String) {
    #expect(PythonLiteral.parse(python) == nil)
  }
}
