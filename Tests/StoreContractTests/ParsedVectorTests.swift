import MemoryModel
import Testing

/// A vector that is read while its object is parsed: what comes of it otherwise.
@Suite struct ParsedVectorTests {
  /// The vector as its numbers' texts give it.
  private static func slowly(_ json: JSON) -> [Float]? {
    guard case .array(let items)? = json[key: "v"] else { return nil }
    let numbers = items.compactMap { item -> Float? in if case .number(let text) = item { Float(text) } else { nil } }
    return numbers.count == items.count && numbers.allSatisfy(\.isFinite) ? numbers : nil
  }

  @Test(
    "the numbers are those that their texts give, to the bit",
    arguments: [
      "[]", "[1]", "[0.1,-2.5e-3, 3E2 ,-0,0]", "[ 1e-45,1.1754944e-38,3.4028235e38,16777217,0.30000001192092896]",
      "[-0.0123456789012345678,0.1234567890123456,0.5]",
    ])
  func readsVectors(text: String) throws {
    let line = "{\"a\":{\"v\":[7]},\"v\":\(text),\"b\":\"]\"}"
    let (json, vector) = try JSONParser.parse(line, vector: "v", dimensions: 3)
    let expected = try #require(ParsedVectorTests.slowly(JSONParser.parse(line)))
    #expect(vector?.values.map(\.bitPattern) == expected.map(\.bitPattern))
    #expect(json.text == "{\"a\":{\"v\":[7]},\"v\":[],\"b\":\"]\"}")
  }

  @Test(
    "what is no vector is read as anything else is, and is wrong where it would be",
    arguments: [
      "null", "\"[1]\"", "[1,\"2\"]", "[[1],2]", "[1e99]", "[01]", "[1,]", "[1 2]", "[.5]", "{\"v\":[1]}", "[1",
      "[NaN]",
      "[1],\"v\":null", "[1\u{B}]",
    ])
  func leavesOthers(text: String) {
    let line = "{\"v\":\(text)}"
    let plain = Result { try JSONParser.parse(line) }
    let read = Result { try JSONParser.parse(line, vector: "v", dimensions: 3) }
    switch (plain, read) {
    case (.success(let json), .success(let read)): #expect(read.vector == nil && read.json == json)
    case (.failure(let error as JSONParser.Failure), .failure(let other as JSONParser.Failure)): #expect(error == other)
    default: Issue.record("\(plain) is not \(read)")
    }
  }

  @Test("of equal keys the last one stands, however many there are", arguments: [3, 30, 100])
  func takesLastOfEqualKeys(count: Int) throws {
    let keys = (0..<count).map { "\"k\($0)\":\($0)" } + ["\"e\u{301}\":1", "\"\u{E9}\":2", "\"k1\":\"last\""]
    let json = try JSONParser.parse("{" + keys.joined(separator: ",") + "}")
    var members: [JSON.Member] = []
    if case .object(let found) = json { members = found }
    try #require(members.count > 1)
    #expect(members.count == count + 2 && members[1].value == .string("last"))
    #expect(members.map(\.key.utf8.count).suffix(2) == [3, 2])
  }
}
