/// The bytes of a script and a place in them, which knows its line and column.
///
/// Lines end in `\n`; `\r\n` is read as that.
struct ScriptText {
  private let bytes: [UInt8]
  private let file: String?
  private var index: Int
  private var end: Int
  private var line: Int
  /// Where the line and the characters counted in it begin.
  private var counted: (index: Int, column: Int)
  /// The line that was asked for last, so that the commands of one line share its text.
  private var shownLine: (number: Int, text: String)?
  private var lineStart: Int

  init(_ text: String, file: String?) {
    // Searched as bytes: `\r\n` is one character.
    let utf8 = Array(text.utf8)
    bytes = utf8.contains(.carriageReturn) ? ScriptText.withoutCarriageReturns(utf8) : utf8
    self.file = file
    (index, end, line, lineStart) = (0, bytes.count, 1, 0)
    counted = (0, 1)
  }

  private static func withoutCarriageReturns(_ bytes: [UInt8]) -> [UInt8] {
    var output: [UInt8] = []
    output.reserveCapacity(bytes.count)
    for (index, byte) in bytes.enumerated() {
      let endsLine = byte == .carriageReturn && index + 1 < bytes.count && bytes[index + 1] == .newline
      if !endsLine { output.append(byte) }
    }
    return output
  }

  /// The byte at the place; nil at the end.
  var current: UInt8? { index < end ? bytes[index] : nil }

  /// The byte behind it.
  var following: UInt8? { index + 1 < end ? bytes[index + 1] : nil }

  /// The place, for errors.
  var position: SourcePosition {
    mutating get {
      // Only what is new in the line is counted.
      counted = (index, counted.column + text(counted.index..<index).count)
      return SourcePosition(file: file, line: line, column: counted.column)
    }
  }

  /// The place in bytes.
  var offset: Int { index }

  /// What is left.
  var rest: String { text(index..<end) }

  private func text(_ range: Range<Int>) -> String { String(decoding: bytes[range], as: UTF8.self) }

  /// Whether the bytes at the place are these.
  func begins(with wanted: [UInt8]) -> Bool {
    index + wanted.count <= end && bytes[index..<index + wanted.count].elementsEqual(wanted)
  }

  /// Whether the quote at the place is the apostrophe of `don't`: between two letters, with no other quote before the
  /// word's end that it could open.
  var isApostrophe: Bool {
    guard index > 0, bytes[index - 1].isWordCharacter, let following, following.isWordCharacter else { return false }
    var stop = index + 1
    while stop < end, bytes[stop] != .semicolon, spaceLength(at: stop) == 0 {
      if bytes[stop] == .quote { return false }
      stop += 1
    }
    return true
  }

  /// Goes on by some bytes of the text.
  mutating func advance(_ count: Int = 1) {
    let target = min(index + count, end)
    while index < target {
      index += 1
      if bytes[index - 1] == .newline {
        line += 1
        lineStart = index
        counted = (index, 1)
      }
    }
  }

  /// Goes on while the bytes fulfil a condition.
  mutating func skip(while condition: (UInt8) -> Bool) {
    var stop = index
    while stop < end, condition(bytes[stop]) { stop += 1 }
    advance(stop - index)
  }

  /// The next Unicode scalars; of a part of one no text could be made.
  mutating func take(_ count: Int) -> String {
    let start = index
    for _ in 0..<count where index < end { advance(scalarLength(at: index)) }
    return text(start..<index)
  }

  /// The bytes that fulfil a condition, which must keep the bytes of a character together.
  mutating func take(while condition: (UInt8) -> Bool) -> String {
    let start = index
    skip(while: condition)
    return text(start..<index)
  }

  /// What belongs to a word and means nothing but itself.
  mutating func takeWord() -> String {
    let start = index
    var stop = index
    while stop < end {
      let byte = bytes[stop]
      if byte < 0x80 {
        guard !ScriptText.endsPlainText[Int(byte)] else { break }
        stop += 1
      } else {
        guard spaceLength(at: stop) == 0 else { break }
        stop += scalarLength(at: stop)
      }
    }
    advance(max(1, stop - start))
    return text(start..<index)
  }

  /// Letters, digits and `_`.
  mutating func takeName() -> String {
    let start = index
    var stop = index
    while stop < end {
      let length = scalarLength(at: stop)
      guard let character = text(stop..<stop + length).first,
        character.isLetter || character.isNumber || character == "_"
      else { break }
      stop += length
    }
    advance(stop - start)
    return text(start..<index)
  }

  /// The lines before one that is nothing but a word, which is passed over, too; nil when there is none such.
  mutating func takeLines(until delimiter: String) -> ScriptText? {
    var body = self
    var start = index
    let wanted = Array(delimiter.utf8)
    while start < end {
      let stop = bytes[start..<end].firstIndex(of: .newline) ?? end
      if stop - start == wanted.count, bytes[start..<stop].elementsEqual(wanted) {
        // The newline before the word belongs to it.
        body.end = max(body.index, start - 1)
        advance(min(stop + 1, end) - index)
        return body
      }
      start = stop + 1
    }
    return nil
  }

  /// The lines from a number on.
  func lines(from number: Int) -> [String] {
    bytes.split(separator: .newline, omittingEmptySubsequences: false).dropFirst(number - 1)
      .map { String(decoding: $0, as: UTF8.self) }
  }

  /// A line of the text by its number, which is the present one or the one asked for before.
  mutating func line(_ number: Int) -> String {
    if let shownLine, shownLine.number == number { return shownLine.text }
    var start = lineStart
    // A command may have gone on over some lines.
    for _ in 0..<max(0, line - number) {
      start = (bytes[..<max(0, start - 1)].lastIndex(of: .newline) ?? -1) + 1
    }
    let stop = bytes[start..<end].firstIndex(of: .newline) ?? end
    let text = text(start..<stop)
    shownLine = (number, text)
    return text
  }

  /// How many bytes of white space begin here; 0 for something else.
  var spaceLength: Int { spaceLength(at: index) }

  /// Whether a word ends so many bytes further on.
  func isWordEnd(at offset: Int) -> Bool {
    index + offset >= end || bytes[index + offset] == .semicolon || spaceLength(at: index + offset) > 0
  }

  private func spaceLength(at index: Int) -> Int {
    guard index < end else { return 0 }
    let byte = bytes[index]
    if byte < 0x80 { return byte == 0x20 || (0x09...0x0D).contains(byte) ? 1 : 0 }
    // White space beyond ASCII begins with one of these.
    guard byte == 0xC2 || (0xE1...0xE3).contains(byte) else { return 0 }
    let length = scalarLength(at: index)
    let scalar = text(index..<index + length).unicodeScalars.first
    return scalar?.properties.isWhitespace == true ? length : 0
  }

  private func scalarLength(at index: Int) -> Int {
    let byte = bytes[index]
    let length = byte < 0xC0 ? 1 : byte < 0xE0 ? 2 : byte < 0xF0 ? 3 : 4
    return min(length, end - index)
  }

  /// The ASCII characters that may mean something within a word: quotes, `\`, `$`, `;` and white space.
  private static let endsPlainText: [Bool] = (0..<0x80).map { value in
    let byte = UInt8(value)
    return [.quote, .doubleQuote, .backslash, .dollar, .semicolon].contains(byte) || byte == 0x20
      || (0x09...0x0D).contains(byte)
  }
}

extension UInt8 {
  static let newline = UInt8(ascii: "\n")
  static let carriageReturn = UInt8(ascii: "\r")
  static let semicolon = UInt8(ascii: ";")
  static let hash = UInt8(ascii: "#")
  static let backslash = UInt8(ascii: "\\")
  static let quote = UInt8(ascii: "'")
  static let doubleQuote = UInt8(ascii: "\"")
  static let dollar = UInt8(ascii: "$")
  static let openBrace = UInt8(ascii: "{")
  static let closeBrace = UInt8(ascii: "}")
  static let less = UInt8(ascii: "<")
  static let slash = UInt8(ascii: "/")
  static let tilde = UInt8(ascii: "~")
  static let exclamation = UInt8(ascii: "!")
  static let question = UInt8(ascii: "?")
  static let bar = UInt8(ascii: "|")
  static let greater = UInt8(ascii: ">")
  static let equals = UInt8(ascii: "=")
  static let minus = UInt8(ascii: "-")
  static let star = UInt8(ascii: "*")
  static let backtick = UInt8(ascii: "`")

  /// Whether it is a letter, a digit, or a part of a character beyond ASCII.
  var isWordCharacter: Bool {
    self >= 0x80 || (0x30...0x39).contains(self) || (0x41...0x5A).contains(self) || (0x61...0x7A).contains(self)
  }
}
