extension String {
  /// The text as SQL writes it, whatever the server's `standard_conforming_strings`; for places without placeholders.
  package var quotedPostgresLiteral: String {
    // By scalars: to Swift, a quote with a combining mark behind it is another character.
    var scalars = String.UnicodeScalarView()
    for scalar in unicodeScalars {
      if scalar == "'" || scalar == "\\" { scalars.append(scalar) }
      scalars.append(scalar)
    }
    return (utf8.contains(UInt8(ascii: "\\")) ? "E'" : "'") + String(scalars) + "'"
  }
}
