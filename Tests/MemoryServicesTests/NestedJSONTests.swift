import Database
import Foundation
import MemoryModel
import MemoryServices
import Testing

/// JSON nested deeper than anybody needs: kept as it is, on any stack.
@Suite struct NestedJSONTests {
  private static func nested(_ levels: Int, _ inside: String = "1") -> String {
    String(repeating: #"{"a":["#, count: levels / 2) + inside + String(repeating: "]}", count: levels / 2)
  }

  @Test(
    "it comes out as it went in, and its depth is known", arguments: [2, 254, 256, 258, 300, 1_000, 6_400, 1_000_000])
  func roundTrips(levels: Int) throws {
    let text = NestedJSONTests.nested(levels, #"-1.50e2,"q\\\"[{","x\ny",true,null,{},[],{"b":{}}"#)
    // 512 kB: the stack of a thread on macOS, the smallest of those that memsh starts.
    let result = try onSmallStack {
      let json = try JSONParser.parse(text)
      return (json.text, json.nesting, JSON.areIdentical(json, try JSONParser.parse(text)), json == json.replacingNUL)
    }
    #expect(result.0 == text)
    #expect(result.1 == levels + 2 && result.2 && result.3)
  }

  @Test("white space goes, escapes are written in one way, and terminals are safe")
  func isCompact() throws {
    let text =
      String(repeating: "[ ", count: 300) + "{ \"\\u0041\u{9B}\" : [ 1 , 2 ] }" + String(repeating: " ]", count: 300)
    let wanted = String(repeating: "[", count: 300) + #"{"A\u009b":[1,2]}"# + String(repeating: "]", count: 300)
    #expect(try JSONParser.parse(text).text == wanted)
    #expect(try JSONParser.parse(wanted) == JSONParser.parse(text))
  }

  @Test(
    "what is no JSON is refused at every depth",
    arguments: [2, 254, 256, 258, 1_000],
    [
      ",", "1,", "1 2", #""open"#, "{'a':1}", #"{"a"}"#, #"{"a":1,}"#, "[1", "nul", "01", #""\ud800""#, "}",
      "\"\u{1}\"",
    ])
  func refuses(levels: Int, inside: String) {
    #expect(throws: JSONParser.Failure.self) { try JSONParser.parse(NestedJSONTests.nested(levels, inside)) }
  }

  @Test("only opened brackets are refused, a million of them", arguments: ["[", #"{"a":"#])
  func refusesOpen(opening: String) {
    #expect(throws: JSONParser.Failure.self) {
      try onSmallStack { try JSONParser.parse(String(repeating: opening, count: 1_000_000)).text }
    }
  }

  @Test("NUL and numbers of too many digits are seen at every depth", arguments: [2, 300])
  func looksInside(levels: Int) throws {
    let value = try JSONParser.parse(NestedJSONTests.nested(levels, #"{"k\u0000":"\\u0000 \u0000","n":1e10}"#))
    #expect(value.nulCount == 2)
    let replaced = value.replacingNUL
    #expect(replaced.nulCount == 0)
    #expect(replaced.text.contains(#"{"k\#u{FFFD}":"\\u0000 \#u{FFFD}","n":1e10}"#))
    #expect(value.hasStorableNumbers)
    for number in ["1e1001", "-2E-5000", String(repeating: "9", count: 1_001)] {
      #expect(try !JSONParser.parse(NestedJSONTests.nested(levels, "\"1e9\", \(number)")).hasStorableNumbers)
    }
  }

  private func onSmallStack<Value: Sendable>(_ body: @escaping @Sendable () throws -> Value) throws -> Value {
    let isDone = DispatchSemaphore(value: 0)
    let outcome = Outcome<Value>()
    let thread = Thread {
      outcome.result = Result { try body() }
      isDone.signal()
    }
    // That of a worker thread; under the address sanitizer each frame is many times as large.
    thread.stackSize = ProcessInfo.processInfo.environment["ASAN_OPTIONS"] == nil ? 512 << 10 : 16 << 20
    thread.start()
    isDone.wait()
    return try #require(outcome.result).get()
  }

  /// `@unchecked Sendable` because the semaphore orders the only writing before the only reading.
  private final class Outcome<Value: Sendable>: @unchecked Sendable {
    var result: Result<Value, any Error>?
  }
}
