/// A paragraph or a list's item of a Markdown text.
struct MarkdownBlock {
  /// The headings that it stands below, outermost first.
  var headings: [String]
  /// Its lines, as far as they are indented more than its first one.
  var text: [UInt8]
  /// Whether it is an item of a list.
  var isItem = false
  /// Whether a task is done; nil for anything else.
  var isDone: Bool?
}

/// Takes a Markdown text apart into paragraphs and items of lists.
///
/// By hand, because what counts is where a memory begins and ends, not what a page would look like: an item keeps its
/// nested lines, code its blank lines, and no text is lost but headings and comments.
struct MarkdownBlocks {
  /// How many comments stood by themselves; they are left out.
  private(set) var comments = 0

  private let lines: MarkdownLines
  private var index: Int
  private var headings: [(level: Int, text: String)] = []
  /// Marks that close nothing up to the end: a second search would only find the same.
  private var unclosedFences: [UInt8: Int] = [:]
  /// The first line from an earlier one on that closes a comment, and whether nothing follows there; behind all lines where
  /// none does.
  private var commentClose: (line: Int, isLineEnd: Bool)?

  /// How much further than its item a line is indented that belongs to it, in columns.
  private static let nestedIndent = 2

  /// Begins at a line.
  init(_ lines: MarkdownLines, from index: Int) {
    self.lines = lines
    self.index = index
  }

  /// The next block; nil at the end.
  mutating func next() -> MarkdownBlock? {
    while index < lines.count {
      let line = lines[index]
      if line.isBlank || line.isBreak {
        index += 1
      } else if let heading = line.heading {
        open(heading)
        index += 1
      } else if line.opensComment, let end = commentEnd() {
        comments += 1
        index = end + 1
      } else if let marker = line.marker {
        if let item = item(marker, line) { return item }
      } else if index + 1 < lines.count, line.fence == nil, let level = lines[index + 1].underlinedLevel {
        open((level, String(decoding: line.content, as: UTF8.self)))
        index += 2
      } else {
        return paragraph(line)
      }
    }
    return nil
  }

  private mutating func open(_ heading: (level: Int, text: String)) {
    headings.removeAll { $0.level >= heading.level }
    headings.append(heading)
  }

  private mutating func paragraph(_ first: MarkdownLine) -> MarkdownBlock {
    var text: [UInt8] = []
    repeat {
      take(upTo: codeEnd(), into: &text, unindentedBy: first.indent)
    } while index < lines.count && !endsParagraph(lines[index])
    return block(text)
  }

  private func endsParagraph(_ line: MarkdownLine) -> Bool {
    if line.isBlank || line.isBreak || line.heading != nil { return true }
    // A year at the beginning of a line is not an item.
    guard let marker = line.marker, !marker.text.isEmpty else { return false }
    return (marker.number ?? 1) == 1
  }

  /// Reads an item with its nested lines; nil for an empty one.
  private mutating func item(_ marker: MarkdownLine.Marker, _ first: MarkdownLine) -> MarkdownBlock? {
    var text = Array(marker.text)
    let nested = first.indent + MarkdownBlocks.nestedIndent
    // An item may begin with code.
    if let fence = MarkdownLine(marker.text).fence, let end = fenceEnd(fence) {
      index += 1
      take(upTo: end, into: &text, unindentedBy: marker.textIndent)
    } else {
      index += 1
    }
    while index < lines.count {
      let line = lines[index]
      if line.isBlank {
        guard let next = nextWritten(after: index), lines[next].indent >= nested else { break }
        take(upTo: next - 1, into: &text, unindentedBy: marker.textIndent)
      } else if line.indent >= nested {
        take(upTo: codeEnd(), into: &text, unindentedBy: marker.textIndent)
      } else {
        let beginsAnew =
          line.isBreak || line.heading != nil || line.marker != nil || line.fence != nil || line.opensComment
        if beginsAnew { break }
        take(upTo: index, into: &text, unindentedBy: marker.textIndent)
      }
    }
    guard text.contains(where: { $0 != .newline && $0 != .space && $0 != .tab }) else { return nil }
    var block = block(text)
    block.isItem = true
    block.isDone = marker.isDone
    return block
  }

  private func block(_ text: [UInt8]) -> MarkdownBlock {
    let end = text.lastIndex { $0 != .newline } ?? -1
    return MarkdownBlock(headings: headings.map(\.text), text: Array(text[...end].drop { $0 == .newline }))
  }

  /// Takes the lines up to and with `last`.
  private mutating func take(upTo last: Int, into text: inout [UInt8], unindentedBy columns: Int) {
    while index <= last {
      if !text.isEmpty { text.append(.newline) }
      text += lines[index].unindented(by: columns)
      index += 1
    }
  }

  private func nextWritten(after index: Int) -> Int? {
    var index = index + 1
    while index < lines.count {
      if !lines[index].isBlank { return index }
      index += 1
    }
    return nil
  }

  /// The last line of the code that the current line opens; the line itself where it opens none.
  private mutating func codeEnd() -> Int {
    guard let fence = lines[index].fence else { return index }
    return fenceEnd(fence) ?? index
  }

  /// The line that closes the fence which the current line opens; nil where none does: then it is text like any other.
  private mutating func fenceEnd(_ fence: MarkdownLine.Fence) -> Int? {
    if let length = unclosedFences[fence.mark], fence.length >= length { return nil }
    var end = index + 1
    while end < lines.count {
      if let closing = lines[end].fence, closing.isBare, closing.mark == fence.mark, closing.length >= fence.length {
        return end
      }
      end += 1
    }
    unclosedFences[fence.mark] = fence.length
    return nil
  }

  /// The last line of the comment that the current line opens; nil where it has no end, or text behind its end.
  private mutating func commentEnd() -> Int? {
    let close = if let known = commentClose, known.line >= index { known } else { nextCommentClose() }
    commentClose = close
    return close.isLineEnd ? close.line : nil
  }

  private func nextCommentClose() -> (line: Int, isLineEnd: Bool) {
    for line in index..<lines.count {
      let content = lines[line].content
      if let close = MarkdownBlocks.commentClose(content) { return (line, close == content.endIndex) }
    }
    return (lines.count, false)
  }

  /// Where the first `-->` of a line ends.
  private static func commentClose(_ content: ArraySlice<UInt8>) -> Int? {
    let close = Array("-->".utf8)
    guard content.count >= close.count else { return nil }
    return (content.startIndex...content.endIndex - close.count)
      .first { content[$0..<$0 + close.count].elementsEqual(close) }
      .map { $0 + close.count }
  }
}
