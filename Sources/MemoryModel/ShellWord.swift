extension String {
  /// The text as one word of a command line: as it is where every shell reads it so, else in single quotes.
  package var shellWord: String {
    let isPlain =
      !isEmpty
      && unicodeScalars.allSatisfy { scalar in
        scalar.value >= 0x80 ? scalar.properties.isAlphabetic : String.plain.contains(Character(scalar))
      }
    return isPlain ? self : inSingleQuotes
  }

  private static let plain = Set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./:,=@%+")

  /// The text in single quotes; one inside it stands outside of them, behind a backslash.
  ///
  /// By scalars: to Swift, a quote with a combining mark behind it is another character.
  package var inSingleQuotes: String {
    var scalars = String.UnicodeScalarView(["'"])
    for scalar in unicodeScalars {
      if scalar == "'" { scalars.append(contentsOf: "'\\''".unicodeScalars) } else { scalars.append(scalar) }
    }
    scalars.append("'")
    return String(scalars)
  }

  /// Whether the text has a white space or one of some signs in it, by scalars.
  package func hasSpace(or signs: String) -> Bool {
    unicodeScalars.contains { $0.properties.isWhitespace || signs.unicodeScalars.contains($0) }
  }
}
