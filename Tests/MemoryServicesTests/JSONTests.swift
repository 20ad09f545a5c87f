import Database
import MemoryModel
import MemoryServices
import Testing

@Suite struct JSONTests {
  @Test(
    "a value comes out as it went in",
    arguments: [
      "null", "true", "-0", "12345678901234567890", "0.1000", "1e-400", "\"\"", "\"€ 𝄞 🧑🏽‍🚀\"", "[]", "{}",
      #"{"b":1,"a":[1,{"c":null}]}"#, #""quote \" backslash \\ newline \n""#,
    ])
  func roundTrips(text: String) throws {
    #expect(try JSONParser.parse(text).text == text)
  }

  @Test(
    "what is not strict JSON is refused with its place",
    arguments: [
      ("", "expected a value at byte 0"), ("{\"a\":", "expected a value at byte 5"),
      ("[1,]", "expected a value at byte 3"),
      ("NaN", "expected a value at byte 0"), ("01", "unexpected text after the value at byte 1"),
      ("{'a':1}", "expected a key in quotes at byte 1"),
      ("\"\u{1}\"", "a control character must be escaped in a string at byte 1"),
      (#""\ud800""#, "half of a surrogate pair at byte 7"), ("[1 2]", "expected ',' or ']' at byte 3"),
      ("\"open", "a string does not end at byte 5"),
    ])
  func refuses(text: String, reason: String) {
    #expect {
      try JSONParser.parse(text)
    } throws: { error in
      "\(error)" == reason
    }
  }

  @Test("escapes are decoded, surrogate pairs included")
  func decodesEscapes() throws {
    #expect(try JSONParser.parse(#""\u0041\ud83d\ude42\/\b""#) == .string("A🙂/\u{8}"))
  }

  @Test("the last of equal keys wins, in the first one's place")
  func mergesKeys() throws {
    #expect(try JSONParser.parse(#"{"a":1,"b":2,"a":3}"#).text == #"{"a":3,"b":2}"#)
  }

  @Test("characters that a terminal would act on are escaped")
  func escapesControls() {
    #expect(JSON.string("\u{1B}[31m\u{7F}\u{202E}").text == #""\u001b[31m\u007f\u202e""#)
  }

  @Test("exactly those are escaped, wherever they stand, and all others stay as they are")
  func escapesEach() throws {
    let others: [Unicode.Scalar] = ["\u{D7FF}", "\u{E000}", "\u{FEFF}", "\u{1F600}"]
    for scalar in (UInt32(0)...0x3100).compactMap({ Unicode.Scalar($0) }) + others {
      let isPlain = scalar != "\"" && scalar != "\\" && !scalar.isUnsafeOnTerminal
      for text in ["\(scalar)", "a\(scalar)", "\(scalar)b", "é\(scalar)\(scalar)€"] {
        let quoted = JSON.string(text).text
        let isRead = try JSONParser.parse(quoted).stringValue?.unicodeScalars.elementsEqual(text.unicodeScalars)
        let isSame = quoted.utf8.elementsEqual("\"\(text)\"".utf8)
        if isRead != true || isSame != isPlain { Issue.record("\(scalar.value): \(quoted)") }
      }
    }
    let text = "\u{0}\u{85}\u{61C}\u{2028}\u{2069}\t\r\n\\\""
    #expect(JSON.string(text).text == #""\u0000\u0085\u061c\u2028\u2069\t\r\n\\\"""#)
  }

  @Test("NUL is counted and replaced everywhere in a value")
  func replacesNUL() throws {
    let value = try JSONParser.parse(#"{"a\u0000":["x\u0000y"]}"#)
    #expect(value.nulCount == 2)
    #expect(value.replacingNUL.text == "{\"a\u{FFFD}\":[\"x\u{FFFD}y\"]}")
  }

  @Test("doubles print their shortest digits", arguments: [(0.1, "0.1"), (3, "3"), (-1e21, "-1e+21"), (.nan, "null")])
  func printsDoubles(value: Double, text: String) {
    #expect(JSON.double(value).text == text)
  }
}
