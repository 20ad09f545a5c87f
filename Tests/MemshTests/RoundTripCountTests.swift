import Foundation
import TestSupport
import Testing

/// How many round trips to a PostgreSQL server a command takes, from its first question to its last: over a network each
/// costs more than anything else.
@Suite struct RoundTripCountTests {
  /// A command, what makes the store ready for it, and how many round trips it may take, the one that sets the session up
  /// included.
  private static let commands: [(line: String, before: [String], limit: Int)] = [
    ("status", [], 3),
    ("list", [], 3),
    ("search tea", [], 6),
    ("add 'has a red bicycle' --user ada", [], 12),
    ("edit 1 --importance 0.9", [], 8),
    ("delete 2 --yes", [], 16),
    ("undo --yes", ["edit 1 --importance 0.9"], 12),
    ("undo --yes", ["delete 2 --yes"], 12),
    ("undo --yes", ["add 'has a red bicycle' --user ada"], 12),
    ("undo --dry-run", ["edit 1 --importance 0.9"], 11),
    ("doctor", [], 110),
  ]

  @Test("a command takes few round trips", arguments: commands)
  func takesFew(command: (line: String, before: [String], limit: Int)) throws {
    let (line, before, limit) = command
    let world = try SchemaCase.ownOnPostgres.filled()
    try world.expect("reembed")
    for line in before { try world.expect("-c", line) }
    let database = try #require(world.database)
    let proxy = try StatementProxy(to: database.port)
    defer { proxy.stop() }
    let url = world.store.replacing(":\(database.port)/", with: ":\(proxy.port)/")
    let result = try world.memsh.run(["-d", url, "-q", "--embedder", "hash", "-c", line], timeoutSeconds: 60)
    #expect(result.status == 0 || line == "doctor", "\(result.errors)")
    let trips = proxy.takeRoundTrips()
    #expect(
      (1...limit).contains(trips),
      "\(line): \(trips) round trips:\n\(proxy.take().joined(separator: "\n--\n"))")
  }
}
