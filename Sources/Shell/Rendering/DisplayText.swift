import Database
import MemoryModel
import MemoryServices

extension String {
  /// The text with everything a terminal might act on made visible: `\n`, `\t`, `\x1b`, `\u{202e}`.
  package var withVisibleControls: String {
    // Nearly every text: printable ASCII.
    guard !utf8.allSatisfy({ $0 >= 0x20 && $0 < 0x7F }) else { return self }
    guard unicodeScalars.contains(where: \.isUnsafeOnTerminal) else { return self }
    var output = ""
    for scalar in unicodeScalars {
      switch scalar {
      case "\n": output += "\\n"
      case "\r": output += "\\r"
      case "\t": output += "\\t"
      case _ where scalar.isUnsafeOnTerminal:
        let digits = String(scalar.value, radix: 16)
        output += scalar.value < 0x100 ? "\\x" + (digits.count < 2 ? "0" : "") + digits : "\\u{\(digits)}"
      default: output.unicodeScalars.append(scalar)
      }
    }
    return output
  }

  /// Text of several lines with everything in them made visible.
  var withVisibleControlsInLines: String {
    split(separator: "\n", omittingEmptySubsequences: false).map { String($0).withVisibleControls }
      .joined(separator: "\n")
  }

  /// How many columns of a terminal the text covers.
  var displayWidth: Int { reduce(0) { $0 + $1.displayWidth } }

  /// The text cut to so many columns, with `…` where something is missing.
  func fitted(toWidth width: Int) -> String {
    let head = cut(toWidth: width)
    return head.utf8.count == utf8.count ? head : cut(toWidth: width - 1) + "…"
  }

  /// The beginning that fits into so many columns.
  func cut(toWidth width: Int) -> String {
    // Most cells are short; measuring only as far as needed keeps a cell of a megabyte cheap.
    var used = 0
    return String(
      prefix { character in
        used += character.displayWidth
        return used <= width
      })
  }
}

extension Character {
  /// The columns of a terminal that the character covers: 2 for East Asian wide ones and emoji (Unicode UAX #11),
  /// 0 for marks that stand alone.
  var displayWidth: Int {
    guard let first = unicodeScalars.first else { return 0 }
    if first.value < 0x300 { return 1 }
    if unicodeScalars.contains(where: { $0.properties.isEmojiPresentation || $0.value == 0xFE0F }) { return 2 }
    switch first.properties.generalCategory {
    case .nonspacingMark, .enclosingMark, .format: return 0
    default: return first.isEastAsianWide ? 2 : 1
    }
  }
}

extension Unicode.Scalar {
  /// The ranges of EastAsianWidth.txt (Unicode 15) with W or F that hold text.
  fileprivate var isEastAsianWide: Bool {
    switch value {
    case 0x1100...0x115F, 0x2E80...0x303E, 0x3041...0x33FF, 0x3400...0x4DBF, 0x4E00...0x9FFF, 0xA000...0xA4CF,
      0xA960...0xA97F, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE30...0xFE6F, 0xFF01...0xFF60, 0xFFE0...0xFFE6,
      0x1B000...0x1B2FF, 0x1F200...0x1F2FF, 0x20000...0x3FFFD:
      true
    default: false
    }
  }
}
