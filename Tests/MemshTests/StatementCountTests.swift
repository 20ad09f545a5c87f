import Foundation
import TestSupport
import Testing

/// How many round trips to PostgreSQL a command takes in a session that has begun. Statements that do not need each other's
/// answers share one.
@Suite struct StatementCountTests {
  /// The round trips beside that of the question: begin, what the store is, the end.
  private static let overhead = 3

  /// Lines, and how many round trips their answer itself takes: of `search` one a kind of ranking, and one for the memory
  /// that others are to be like; of `show` the memory, its history and its neighbours; of `stats` its six counts.
  private static let commands: [(line: String, questions: Int)] = [
    ("list", 1), ("list --user ada --sort importance", 1), ("users", 1), ("search tea --mode lexical", 1),
    ("search tea --mode semantic --limit 3", 1), ("search tea --limit 3", 2), ("search --similar-to 1 --limit 3", 2),
    ("show 1", 3), ("stats", 6),
  ]

  @Test(
    "a warm command takes a round trip for its question and at most three more", arguments: commands,
    [SchemaCase.ownOnPostgres, .originalOnPostgres])
  func sendsFew(command: (line: String, questions: Int), schema: SchemaCase) throws {
    let (line, questions) = command
    let world = try schema.filled()
    try world.expect("reembed")
    let database = try #require(world.database)
    let proxy = try StatementProxy(to: database.port)
    defer { proxy.stop() }
    let url = world.store.replacing(":\(database.port)/", with: ":\(proxy.port)/")
    func roundTrips(_ lines: [String]) throws -> (count: Int, statements: [String]) {
      let result = try world.memsh.run(
        ["-d", url, "-q", "--embedder", "hash", "-f", "-"], input: lines.joined(separator: "\n") + "\n",
        timeoutSeconds: 60)
      #expect(result.status == 0, "\(result.errors)")
      return (proxy.takeRoundTrips(), proxy.take())
    }
    let cold = try roundTrips([line])
    let both = try roundTrips([line, line])
    #expect(cold.count > 0 && both.count > cold.count, "\(cold)")
    let warm = both.statements.suffix(max(0, both.statements.count - cold.statements.count))
    #expect(
      both.count - cold.count <= questions + Self.overhead,
      "\(line): \(both.count - cold.count) round trips:\n\(warm.joined(separator: "\n--\n"))")
  }
}
