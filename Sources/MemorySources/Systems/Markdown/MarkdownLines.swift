/// The lines of a Markdown text, and what each of them begins.
struct MarkdownLines {
  private let bytes: [UInt8]
  /// Where each line starts; small numbers, because a file may have millions.
  private let starts: [Int32]

  /// Finds the lines.
  ///
  /// - Parameter bytes: Less than 2 GB.
  init(_ bytes: [UInt8]) {
    self.bytes = bytes
    var starts: [Int32] = []
    bytes.withUnsafeBufferPointer { bytes in
      var start = TextMark.length(bytes)
      if start < bytes.count { starts.append(Int32(start)) }
      while start < bytes.count {
        guard let end = bytes[start...].firstIndex(of: .newline) else { break }
        start = end + 1
        if start < bytes.count { starts.append(Int32(start)) }
      }
    }
    self.starts = starts
  }

  var count: Int { starts.count }

  /// A line without its end.
  subscript(index: Int) -> MarkdownLine {
    let start = Int(starts[index])
    var end = index + 1 < starts.count ? Int(starts[index + 1]) : bytes.count
    if end > start, bytes[end - 1] == .newline { end -= 1 }
    if end > start, bytes[end - 1] == .carriageReturn { end -= 1 }
    return MarkdownLine(bytes[start..<end])
  }
}

/// The mark that some editors put in front of UTF-8.
private enum TextMark {
  static func length(_ bytes: UnsafeBufferPointer<UInt8>) -> Int {
    bytes.count >= 3 && bytes[0] == 0xEF && bytes[1] == 0xBB && bytes[2] == 0xBF ? 3 : 0
  }
}

/// A line of a Markdown text.
struct MarkdownLine {
  /// The whole line.
  let bytes: ArraySlice<UInt8>
  /// How many columns it is indented; a tab goes to the next multiple of four.
  let indent: Int
  /// What follows the indentation, without white space at its end.
  let content: ArraySlice<UInt8>

  private static let tabColumns = 4

  init(_ bytes: ArraySlice<UInt8>) {
    self.bytes = bytes
    var (indent, start, end) = (0, bytes.startIndex, bytes.endIndex)
    while start < end, bytes[start] == .space || bytes[start] == .tab {
      indent += bytes[start] == .tab ? MarkdownLine.tabColumns - indent % MarkdownLine.tabColumns : 1
      start += 1
    }
    while end > start, bytes[end - 1] == .space || bytes[end - 1] == .tab || bytes[end - 1] == .carriageReturn {
      end -= 1
    }
    self.indent = indent
    content = bytes[start..<end]
  }

  var isBlank: Bool { content.isEmpty }

  /// Whether it is these words, not indented.
  func isWords(_ words: String) -> Bool { indent == 0 && content.elementsEqual(words.utf8) }

  /// The line without as many columns of indentation, and without white space at its end.
  func unindented(by columns: Int) -> ArraySlice<UInt8> {
    var (column, start) = (0, bytes.startIndex)
    while start < content.startIndex, column < columns {
      column += bytes[start] == .tab ? MarkdownLine.tabColumns - column % MarkdownLine.tabColumns : 1
      start += 1
    }
    return bytes[start..<content.endIndex]
  }

  /// `## Words ##`: the level and the words.
  var heading: (level: Int, text: String)? {
    let level = content.prefix { $0 == .hash }.count
    guard (1...6).contains(level), indent < MarkdownLine.tabColumns else { return nil }
    var words = content.dropFirst(level)
    guard words.isEmpty || words.first == .space || words.first == .tab else { return nil }
    let closing = words.reversed().prefix { $0 == .hash }.count
    let before = words.dropLast(closing)
    if before.isEmpty || before.last == .space || before.last == .tab { words = before }
    return (level, String(decoding: words, as: UTF8.self).trimmed)
  }

  /// `===` or `---` below a line makes that line a heading.
  var underlinedLevel: Int? {
    guard indent < MarkdownLine.tabColumns, let first = content.first, content.allSatisfy({ $0 == first }) else {
      return nil
    }
    return first == .equals ? 1 : first == .dash ? 2 : nil
  }

  /// `---`, `* * *`, `___`: a line across the page.
  var isBreak: Bool {
    guard let first = content.first, [.dash, .star, .underscore].contains(first) else { return false }
    var marks = 0
    for byte in content where byte != .space && byte != .tab {
      guard byte == first else { return false }
      marks += 1
    }
    return marks >= 3
  }

  /// `- `, `* `, `+ `, `1. ` or `1) ` in front of a list's item.
  struct Marker {
    /// Where the item's text stands.
    let textIndent: Int
    /// The text, without a task's box.
    let text: ArraySlice<UInt8>
    /// Whether a task is done; nil where the item has no box.
    let isDone: Bool?
    /// The number in front of it; nil for a bullet.
    let number: Int?
  }

  private static let digitsMaximum = 9
  private static let spacesMaximum = 4

  var marker: Marker? {
    guard let first = content.first, !isBreak else { return nil }
    var width = 1
    var number: Int?
    if ![.dash, .star, .plus].contains(first) {
      let digits = content.prefix { (0x30...0x39).contains($0) }
      let end = content.dropFirst(digits.count).first
      guard (1...MarkdownLine.digitsMaximum).contains(digits.count), end == .dot || end == .closingParenthesis
      else { return nil }
      width = digits.count + 1
      number = Int(String(decoding: digits, as: UTF8.self))
    }
    let behind = content.dropFirst(width)
    let spaces = behind.prefix { $0 == .space || $0 == .tab }.count
    guard spaces > 0 || behind.isEmpty else { return nil }
    let gap = spaces > MarkdownLine.spacesMaximum || behind.isEmpty ? 1 : spaces
    let (text, isDone) = MarkdownLine.withoutBox(behind.dropFirst(spaces))
    return Marker(textIndent: indent + width + gap, text: text, isDone: isDone, number: number)
  }

  private static func withoutBox(_ text: ArraySlice<UInt8>) -> (ArraySlice<UInt8>, Bool?) {
    let box = Array(text.prefix(4))
    guard box.count == 4, box[0] == .openingBracket, box[2] == .closingBracket, box[3] == .space else {
      return (text, nil)
    }
    switch box[1] {
    case .space: return (text.dropFirst(4).drop { $0 == .space }, false)
    case UInt8(ascii: "x"), UInt8(ascii: "X"): return (text.dropFirst(4).drop { $0 == .space }, true)
    default: return (text, nil)
    }
  }

  /// Three or more backticks or tildes, around code.
  struct Fence {
    let mark: UInt8
    let length: Int
    /// Whether nothing follows, so that it can close.
    let isBare: Bool
  }

  private static let fenceMaximum = 64

  var fence: Fence? {
    guard let mark = content.first, mark == .backtick || mark == .tilde else { return nil }
    let length = content.prefix { $0 == mark }.count
    guard length >= 3 else { return nil }
    let behind = content.dropFirst(length)
    // Code within a line: ```like this```.
    guard mark == .tilde || !behind.contains(.backtick) else { return nil }
    return Fence(mark: mark, length: min(length, MarkdownLine.fenceMaximum), isBare: behind.isEmpty)
  }

  var opensComment: Bool { indent < MarkdownLine.tabColumns && content.starts(with: "<!--".utf8) }
}

extension UInt8 {
  static let newline = UInt8(ascii: "\n")
  static let carriageReturn = UInt8(ascii: "\r")
  static let space = UInt8(ascii: " ")
  static let tab = UInt8(ascii: "\t")
  fileprivate static let hash = UInt8(ascii: "#")
  fileprivate static let equals = UInt8(ascii: "=")
  fileprivate static let dash = UInt8(ascii: "-")
  fileprivate static let star = UInt8(ascii: "*")
  fileprivate static let plus = UInt8(ascii: "+")
  fileprivate static let dot = UInt8(ascii: ".")
  fileprivate static let underscore = UInt8(ascii: "_")
  fileprivate static let backtick = UInt8(ascii: "`")
  fileprivate static let tilde = UInt8(ascii: "~")
  fileprivate static let openingBracket = UInt8(ascii: "[")
  fileprivate static let closingBracket = UInt8(ascii: "]")
  fileprivate static let closingParenthesis = UInt8(ascii: ")")
}

extension StringProtocol {
  /// Without white space around it.
  var trimmed: String {
    let start = drop { $0.isWhitespace }
    guard let end = start.lastIndex(where: { !$0.isWhitespace }) else { return "" }
    return String(start[...end])
  }
}
