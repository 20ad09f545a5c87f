extension String {
  /// The text as one word of a command line: as it is where every shell reads it so, else in single quotes.
  package var shellWord: String {
    let isPlain =
      !isEmpty
      && unicodeScalars.allSatisfy { scalar in
        scalar.value >= 0x80 ? scalar.properties.isAlphabetic : String.plain.contains(Character(scalar))
      }
    return isPlain ? self : "'" + replacing("'", with: "'\\''") + "'"
  }

  private static let plain = Set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./:,=@%+")
}
