/// How many tokens a text has for a model whose tokenizer is not at hand.
///
/// OpenAI's rule of thumb is four characters of English a token
/// (https://help.openai.com/en/articles/4936856-what-are-tokens); other scripts take about one a character, and emoji
/// and rare characters two or three.
package enum TokenEstimate {
  /// The estimate, rounded up.
  package static func tokens(_ text: String) -> Int {
    var quarters = 0
    for scalar in text.unicodeScalars { quarters += cost(scalar) }
    return (quarters + 3) / 4
  }

  /// The longest beginning of a text that has no more than so many tokens.
  package static func prefix(_ text: String, tokens: Int) -> String {
    // Nearly all texts are short: no token is less than a byte.
    guard text.utf8.count > tokens else { return text }
    var quarters = 0
    for index in text.unicodeScalars.indices {
      quarters += cost(text.unicodeScalars[index])
      if quarters > tokens * 4 { return String(text.unicodeScalars[..<index]) }
    }
    return text
  }

  /// Quarters of a token.
  private static func cost(_ scalar: Unicode.Scalar) -> Int {
    switch scalar.value {
    case 0x20, 0x41...0x5A, 0x61...0x7A: 1
    case 0..<0x80: 2
    case 0x80..<0x800: 2
    case 0x800..<0x1_0000: 5
    default: 10
    }
  }
}
