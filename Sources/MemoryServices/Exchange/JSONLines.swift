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
  mutating func next() throws -> JSON? {
    while let text = try nextLine() {
      line += 1
      guard text.contains(where: { !$0.isWhitespace }) else { continue }
      do { return try JSONParser.parse(text) } catch {
        throw RowJSON.Unreadable(reason: "not valid JSON: \(error)")
      }
    }
    return nil
  }
}
