/// A line of bash that is still being typed, as far as completion must understand it: its words without their quotes.
struct BashLine {
  /// The finished words, the program's name first.
  private(set) var words: [String] = []
  /// The unfinished word without its quotes; empty behind a space.
  private(set) var word = ""
  /// The unfinished word as it was typed.
  private(set) var raw = ""
  /// The quote that is open.
  private var quote: Unicode.Scalar?

  init(_ text: String) {
    var isInWord = false
    var isEscaped = false
    for scalar in text.unicodeScalars {
      raw.unicodeScalars.append(scalar)
      if isEscaped {
        if quote == "\"", !BashLine.escapable.contains(scalar) { word += "\\" }
        word.unicodeScalars.append(scalar)
        isEscaped = false
      } else if let open = quote {
        if scalar == open {
          quote = nil
        } else if open == "\"", scalar == "\\" {
          isEscaped = true
        } else {
          word.unicodeScalars.append(scalar)
        }
      } else if scalar == " " || scalar == "\t" || scalar == "\n" {
        if isInWord { words.append(word) }
        (word, raw, isInWord) = ("", "", false)
      } else {
        isInWord = true
        switch scalar {
        case "\\": isEscaped = true
        case "'", "\"": quote = scalar
        default: word.unicodeScalars.append(scalar)
        }
      }
    }
  }

  /// What a backslash between double quotes takes its meaning from.
  private static let escapable: Set<Unicode.Scalar> = ["$", "`", "\"", "\\", "\n"]

  /// What bash must be told to put a word onto its line; nil for one that the quote which is open cannot hold.
  ///
  /// bash replaces only what stands behind the last of its `COMP_WORDBREAKS`, such as the `@` of an address.
  ///
  /// - Parameters:
  ///   - word: The whole word as it is meant.
  ///   - text: What bash replaces: the end of the unfinished word.
  func reply(_ word: String, replacing text: String) -> String? {
    guard let whole = quoted(word), raw.utf8.count >= text.utf8.count else { return nil }
    let kept = raw.utf8.dropLast(text.utf8.count)
    guard whole.utf8.starts(with: kept) else { return nil }
    return String(whole.utf8.dropFirst(kept.count))
  }

  /// The word as it must stand on the line, without the quote that closes it: readline adds that.
  private func quoted(_ word: String) -> String? {
    switch quote {
    case "'": return word.unicodeScalars.contains("'") ? nil : "'" + word
    case "\"":
      // Nothing keeps history expansion out of double quotes.
      guard !word.unicodeScalars.contains("!") else { return nil }
      return "\"" + BashLine.escaped(word) { "$`\"\\".unicodeScalars.contains($0) }
    default:
      return BashLine.escaped(word) { scalar in
        scalar.isASCII && !scalar.properties.isAlphabetic && !"0123456789_@%+=:,./-".unicodeScalars.contains(scalar)
      }
    }
  }

  private static func escaped(_ word: String, _ isSpecial: (Unicode.Scalar) -> Bool) -> String {
    var text = String.UnicodeScalarView()
    for scalar in word.unicodeScalars { text.append(contentsOf: isSpecial(scalar) ? ["\\", scalar] : [scalar]) }
    return String(text)
  }
}
