/// Text with roles, safe on a terminal: what a terminal might act on is made visible when it comes in, and colours are
/// added when it goes out, so that no text of a store can bring any. Widths are those without colours.
struct StyledText: Sendable, Equatable {
  private struct Span: Sendable, Equatable {
    var text: String
    let role: TextRole
  }

  private var spans: [Span]

  /// Text of one role, whose line breaks are made visible, too.
  init(_ text: String = "", _ role: TextRole = .plain) {
    spans = text.isEmpty ? [] : [Span(text: text.withVisibleControls, role: role)]
  }

  /// A text of several lines, line by line.
  static func lines(of text: String, _ role: TextRole = .plain) -> [StyledText] {
    text.split(omittingEmptySubsequences: false) { $0 == "\n" || $0 == "\r\n" }.map { StyledText(String($0), role) }
  }

  static func + (left: StyledText, right: StyledText) -> StyledText {
    var joined = left
    joined.spans += right.spans
    return joined
  }

  static func += (left: inout StyledText, right: StyledText) { left.spans += right.spans }

  var isEmpty: Bool { spans.isEmpty }

  /// How many columns of a terminal it covers.
  var width: Int { spans.reduce(0) { $0 + $1.text.displayWidth } }

  /// As it is written to a terminal.
  func text(_ theme: Theme) -> String { spans.map { theme.colored($0.text, $0.role) }.joined() }

  /// The text cut to so many columns, with `…` where something is missing.
  func fitted(toWidth width: Int) -> StyledText {
    guard self.width > width else { return self }
    var left = max(0, width)
    var kept = StyledText()
    for span in spans where left > 0 {
      let isLast = span.text.displayWidth >= left
      let text = isLast ? span.text.cut(toWidth: left - 1) + "…" : span.text
      kept.spans.append(Span(text: text, role: span.role))
      left -= isLast ? left : span.text.displayWidth
    }
    return kept
  }

  /// The text in lines of so many columns, broken between words where that is possible.
  func wrapped(toWidth width: Int) -> [StyledText] {
    guard self.width > width else { return [self] }
    var lines = LineBreaker(width: max(1, width))
    for span in spans {
      for character in span.text { lines.add(character, span.role) }
    }
    return lines.finished()
  }

  /// A text in lines of so many columns, and where there would be more than the limit, how long it is.
  static func lines(
    of text: String, width: Int, atMost limit: Int, marked: (StyledText) -> StyledText = { $0 }
  ) -> [StyledText] {
    // No more is examined than can be shown.
    let head = limit == .max ? text[...] : text.prefix(width * limit)
    let lines = marked(StyledText(String(head))).wrapped(toWidth: width)
    guard lines.count > limit || head.endIndex != text.endIndex else { return lines }
    return lines.prefix(limit) + [StyledText("… (\(text.count) characters in all)", .dim)]
  }

  /// The text with the words that fit in another role.
  func marking(_ role: TextRole, where isWanted: (Substring) -> Bool) -> StyledText {
    var marked = StyledText()
    for span in spans {
      var rest = span.text[...]
      while !rest.isEmpty {
        let other = rest.prefix { !$0.isLetter && !$0.isNumber }
        let word = rest.dropFirst(other.count).prefix { $0.isLetter || $0.isNumber }
        marked.append(other, span.role)
        marked.append(word, !word.isEmpty && isWanted(word) ? role : span.role)
        rest = rest[word.endIndex...]
      }
    }
    return marked
  }

  private mutating func append(_ text: Substring, _ role: TextRole) {
    guard !text.isEmpty else { return }
    if let last = spans.last, last.role == role {
      spans[spans.count - 1].text += text
    } else {
      spans.append(Span(text: String(text), role: role))
    }
  }

  /// Fills lines with characters.
  private struct LineBreaker {
    let width: Int
    private var lines: [StyledText] = []
    private var line: [(character: Character, role: TextRole)] = []
    private var used = 0
    /// How many characters of the line stand up to its last space.
    private var breakable = 0

    init(width: Int) {
      self.width = width
    }

    mutating func add(_ character: Character, _ role: TextRole) {
      let isSpace = character == " "
      if used + character.displayWidth > width {
        // A space at the end of a line is not seen.
        if isSpace { return end(at: line.count) }
        end(at: breakable > 0 ? breakable : line.count)
      }
      line.append((character, role))
      used += character.displayWidth
      if isSpace { breakable = line.count }
    }

    private mutating func end(at count: Int) {
      let rest = line[count...]
      var text = StyledText()
      for part in line[..<count] { text.append(Substring(String(part.character)), part.role) }
      lines.append(text.withoutTrailingSpaces)
      line = Array(rest)
      used = line.reduce(0) { $0 + $1.character.displayWidth }
      breakable = 0
    }

    mutating func finished() -> [StyledText] {
      if !line.isEmpty { end(at: line.count) }
      return lines
    }
  }

  var withoutTrailingSpaces: StyledText {
    var text = self
    while let last = text.spans.last, last.text.hasSuffix(" ") {
      text.spans[text.spans.count - 1].text.removeLast()
      if text.spans[text.spans.count - 1].text.isEmpty { text.spans.removeLast() }
    }
    return text
  }
}
