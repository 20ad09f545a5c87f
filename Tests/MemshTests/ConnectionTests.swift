import Foundation
import MemoryModel
import MemoryServices
import PostgresClient
import TestSupport
import Testing

/// What happens to a command when its connection, or the server's patience, ends.
@Suite struct ConnectionTests {
  private let world: World
  private let observer: PostgresConnection

  init() throws {
    world = try World(.postgres)
    _ = try world.run("-q", "seed")
    observer = try #require(try world.database?.connect())
  }

  /// Runs memsh while `prompt_fragments` is locked, and `body` as soon as memsh waits for the lock.
  private func whileWaiting(
    _ arguments: [String], _ body: @Sendable @escaping (PostgresConnection) throws -> Void
  ) throws -> Memsh.Result {
    try observer.execute(unsafeSQL: "BEGIN; LOCK TABLE prompt_fragments IN ACCESS EXCLUSIVE MODE")
    let database = try #require(world.database)
    let watcher = Lent(try database.connect())
    let ended = DispatchSemaphore(value: 0)
    let holder = Lent(observer)
    Thread.detachNewThread {
      defer { ended.signal() }
      for _ in 0..<500 {
        let waiting = try? watcher.value.query(
          unsafeSQL:
            "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
        ).first?.integer(0)
        if waiting ?? 0 > 0 { break }
        Thread.sleep(forTimeInterval: 0.02)
      }
      try? body(watcher.value)
      try? holder.value.execute(unsafeSQL: "ROLLBACK")
    }
    defer { ended.wait() }
    return try world.memsh.run(["-d", world.store] + arguments)
  }

  private static let terminate = """
    SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE wait_event_type = 'Lock'
      AND datname = current_database()
    """

  @Test("a command that only reads goes on over a new connection, and says so")
  func reconnects() throws {
    let result = try whileWaiting(["stats"]) { try $0.query(unsafeSQL: ConnectionTests.terminate) }
    #expect(result.status == 0, "\(result.errors)")
    #expect(result.output.contains("fragments"))
    // Whether the server's farewell or the end of the connection arrives first is chance.
    let notices = ["the server closed the connection", "was lost"]
    #expect(notices.contains { result.errors.contains($0) }, "\(result.errors)")
    #expect(result.errors.contains("trying again over a new one"))
  }

  @Test("a command that writes ends with its connection and is not tried again; the next one connects anew")
  func doesNotRepeatWrites() throws {
    let script = try world.script("set on-error continue\nseed\nstats --output json\n")
    let result = try whileWaiting(["-f", script]) { try $0.query(unsafeSQL: ConnectionTests.terminate) }
    #expect(result.status == 3)
    #expect(result.errors.contains("test.memsh:2: error: the "), "\(result.errors)")
    #expect(result.errors.contains("the next command connects anew"), "\(result.errors)")
    #expect(!result.errors.contains("trying again"))
    #expect(try JSONParser.parse(result.output)[key: "fragments"] != nil)
  }

  @Test("a statement that takes longer than allowed is given up, and the session goes on")
  func timesOut() throws {
    let script = try world.script("set statement-timeout 0.2\nset on-error continue\nstats\necho still here\n")
    let result = try whileWaiting(["-f", script]) { _ in Thread.sleep(forTimeInterval: 1) }
    #expect(result.status == 1)
    #expect(result.errors.contains("test.memsh:3: error: the server gave up"), "\(result.errors)")
    #expect(result.errors.contains("set statement-timeout SECONDS"))
    #expect(result.output == "still here\n")
  }

  @Test("what takes long has no time limit: loading, building, reading back; and the limit holds again behind it")
  func letsLongWorkGoOn() throws {
    let source = try world.folder.legacyFile()
    let script = try world.script(
      """
      set statement-timeout 0.001
      set on-error continue
      migrate --from \(source) --embeddings auto --force-recreate --yes
      set statement-timeout 0
      stats --output json
      """)
    // No command but the migration's long statements is sure to need more than a millisecond.
    let result = try world.memsh.run(["-d", world.store, "-f", script])
    #expect(result.output.contains("\"memories\""), "\(result.errors)")
    #expect(!result.errors.contains("test.memsh:5"))
  }

  @Test("the pool's size is the number of connections that a migration opens", arguments: [1, 2, 4])
  func boundsPool(size: Int) throws {
    let source = try world.folder.legacyFile()
    let role = "r" + UUID().uuidString.prefix(8).lowercased()
    try observer.execute(unsafeSQL: "CREATE ROLE \(role) LOGIN SUPERUSER CONNECTION LIMIT \(size)")
    defer { try? observer.execute(unsafeSQL: "DROP OWNED BY \(role); DROP ROLE \(role)") }
    let url = world.store.replacing("postgres@", with: "\(role)@")
    let script = try world.script("set pool-size \(size)\nmigrate --from \(source) --embeddings auto\n")
    let result = try world.memsh.run(["-d", url, "--output", "json", "-f", script])
    #expect(result.status == 0, "\(result.errors)")
    #expect(try JSONParser.parse(result.output)[key: "verified"] == .bool(true))
  }

  @Test(
    "values that a setting does not take are refused before anything runs", arguments: ["0", "65", "1.5", "x", "-1"])
  func refusesSizes(size: String) throws {
    let result = try world.run("-c", "echo before; set pool-size -- \(size)")
    #expect(result.status == 2)
    #expect(result.output.isEmpty)
    #expect(result.errors.contains("pool-size"), "\(result.errors)")
  }
}

/// Carries a value to another thread.
private struct Lent<Value>: @unchecked Sendable {
  let value: Value

  init(_ value: Value) {
    self.value = value
  }
}
