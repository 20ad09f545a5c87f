/// Names and text as SQL writes them, where a placeholder cannot stand. Values are bound, never written.
extension String {
  /// A name in quotes, with the quotes inside it doubled.
  package var quotedIdentifier: String { doubled("\"") }

  /// A text in quotes, with the quotes inside it doubled; for SQLite, to which a backslash is a character like any other.
  package var quotedLiteral: String { doubled("'") }

  /// By scalars: to Swift, a quote with a combining mark behind it is another character.
  private func doubled(_ quote: Unicode.Scalar) -> String {
    var scalars = String.UnicodeScalarView([quote])
    for scalar in unicodeScalars {
      if scalar == quote { scalars.append(scalar) }
      scalars.append(scalar)
    }
    scalars.append(quote)
    return String(scalars)
  }
}
