import Database
import MemoryModel

/// The values of a file of JSON lines, with the numbers of their lines; empty lines are passed over.
struct JSONLines {
  private let nextLine: () throws -> String?
  /// The number of the line of the last value.
  private(set) var line = 0

  /// - Parameter next: Gives the next line without its end; nil when there is none.
  init(_ next: @escaping () throws -> String?) {
    nextLine = next
  }

  /// The next value; nil when there is none.
  ///
  /// - Throws: `RowJSON.Unreadable` for a line that is not JSON.
  mutating func next() throws -> JSON? { try nextText().map { try JSONLines.value($0) } }

  /// The next line that is not empty, for ``value(_:)``; nil when there is none.
  mutating func nextText() throws -> String? {
    while let text = try nextLine() {
      line += 1
      if text.contains(where: { !$0.isWhitespace }) { return text }
    }
    return nil
  }

  /// The value of a line.
  static func value(_ text: String) throws(RowJSON.Unreadable) -> JSON {
    do { return try JSONParser.parse(text) } catch {
      throw RowJSON.Unreadable(reason: "not valid JSON: \(error)")
    }
  }

  /// The value of a line that may be a memory, its embedding apart.
  ///
  /// - Parameter dimensions: How long embeddings are; nil leaves them where they are.
  static func memory(_ text: String, dimensions: Int?) throws(RowJSON.Unreadable) -> (json: JSON, vector: Vector?) {
    guard let dimensions else { return (try value(text), nil) }
    do { return try JSONParser.parse(text, vector: Column.embedding.name, dimensions: dimensions) } catch {
      throw RowJSON.Unreadable(reason: "not valid JSON: \(error)")
    }
  }
}
