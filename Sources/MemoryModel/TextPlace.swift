/// A place in a text of several lines.
package struct TextPlace: Sendable, Equatable {
  /// The line as it is written.
  package let line: String
  /// Its number, from 1.
  package let number: Int
  /// The character of the line, from 1; one behind the last is its end.
  package let column: Int

  /// Finds a place.
  ///
  /// - Parameter offset: How many Unicode scalars stand before it, as databases count; nil is returned for more than the
  ///   text has.
  package init?(in text: String, scalarOffset offset: Int) {
    let scalars = text.unicodeScalars
    guard offset >= 0, let place = scalars.index(scalars.startIndex, offsetBy: offset, limitedBy: scalars.endIndex)
    else { return nil }
    let before = text[..<place]
    let start = before.lastIndex(where: \.isNewline).map { text.index(after: $0) } ?? text.startIndex
    number = before.count(where: \.isNewline) + 1
    line = String(text[start...].prefix { !$0.isNewline })
    column = text[start..<place].count + 1
  }

  /// `line 2, column 8`
  package var description: String { "line \(number), column \(column)" }
}
