import Foundation
import TestSupport
import Testing

/// How many statements a command sends to PostgreSQL in a session that has begun.
@Suite struct StatementCountTests {
  /// What a command may send beside its question: begin, what the store is, the end.
  private static let overhead = 3

  /// Lines, and how many statements their answer itself takes: of `search` one a kind of ranking, and one for the memory
  /// that others are to be like; of `show` the memory, its history and its neighbours; of `stats` its six counts.
  private static let commands: [(line: String, questions: Int)] = [
    ("list", 1), ("list --user ada --sort importance", 1), ("users", 1), ("search tea --mode lexical", 1),
    ("search tea --mode semantic --limit 3", 1), ("search tea --limit 3", 2), ("search --similar-to 1 --limit 3", 2),
    ("show 1", 3), ("stats", 6),
  ]

  @Test(
    "a warm command sends its question and at most three statements more", arguments: commands,
    [SchemaCase.ownOnPostgres, .originalOnPostgres])
  func sendsFew(command: (line: String, questions: Int), schema: SchemaCase) throws {
    let (line, questions) = command
    let world = try schema.filled()
    try world.expect("reembed")
    let database = try #require(world.database)
    let proxy = try StatementProxy(to: database.port)
    defer { proxy.stop() }
    let url = world.store.replacing(":\(database.port)/", with: ":\(proxy.port)/")
    func statements(_ lines: [String]) throws -> [String] {
      let result = try world.memsh.run(
        ["-d", url, "-q", "--embedder", "hash", "-f", "-"], input: lines.joined(separator: "\n") + "\n",
        timeoutSeconds: 60)
      #expect(result.status == 0, "\(result.errors)")
      return proxy.take()
    }
    let cold = try statements([line])
    let both = try statements([line, line])
    #expect(!cold.isEmpty && both.count > cold.count, "\(cold)")
    let warm = both.suffix(max(0, both.count - cold.count))
    #expect(
      warm.count <= questions + Self.overhead,
      "\(line): \(warm.count) statements:\n\(warm.joined(separator: "\n--\n"))")
  }
}
