import Foundation
import PostgresClient
import TestSupport
import Testing

/// memsh behind pgbouncer: a session that is not its own is refused before anything is set in it.
@Suite(.enabled(if: Pooler.isInstalled, "pgbouncer is not installed")) struct PoolerTests {
  private let folder: TestFolder
  private let memsh: Memsh
  private let database: TestDatabase

  init() throws {
    folder = try TestFolder()
    memsh = Memsh(in: folder)
    database = try TestDatabase()
    let created = try memsh.run([
      "-q", "--embedder", "hash", "-d", database.url + "?schema=tenant", "-c",
      "set dimensions 16; schema --create; add 'a secret of the tenant' --user ada --force",
    ])
    #expect(created.status == 0, "\(created.errors)")
  }

  @Test(
    "a session that is shared is refused, and nothing of memsh stays in it", arguments: ["transaction", "statement"])
  func refusesSharedSessions(mode: String) throws {
    let pooler = try Pooler(in: folder, port: database.port, mode: mode, sessions: 1)
    let url = pooler.url(of: database)
    let before = try settings(behind: url)
    for command in ["list", "status", "stats", "backup \(folder.file("b.db"))", "doctor --fix all", "reembed"] {
      let result = try memsh.run(["-q", "-y", "--embedder", "hash", "-d", url + "?schema=tenant", "-c", command])
      #expect(result.status == 3, "\(command): \(result.output)")
      #expect(result.errors.contains("connection_failed") || result.errors.contains("pool_mode = session"))
      #expect(!result.output.contains("secret"))
    }
    #expect(try settings(behind: url) == before)
  }

  @Test("a pooler that takes turns among its sessions is refused as well", arguments: [2, 3, 4])
  func refusesTurns(sessions: Int) throws {
    let pooler = try Pooler(
      in: folder, port: database.port, mode: "transaction", sessions: sessions, more: "server_round_robin = 1")
    let result = try memsh.run(["-q", "-d", pooler.url(of: database) + "?schema=tenant", "list"])
    #expect(result.status == 3)
    #expect(result.errors.contains("pool_mode = session"))
  }

  @Test("behind a pooler in session mode everything works, and the session goes back as it was")
  func worksInSessionMode() throws {
    let pooler = try Pooler(in: folder, port: database.port, mode: "session", sessions: 4)
    let url = pooler.url(of: database)
    let before = try settings(behind: url)
    let result = try memsh.run([
      "-q", "-y", "--embedder", "hash", "-d", url + "?schema=tenant", "-c",
      "set statement-timeout 5; list; set dimensions 16; add 'another' --user ada --force; doctor; reembed",
    ])
    #expect(result.status == 0, "\(result.errors)")
    #expect(result.output.contains("a secret of the tenant"))
    #expect(try settings(behind: url) == before)
  }

  private func settings(behind url: String) throws -> [String?] {
    let row = try PostgresConnection(parameters: ["dbname": url]).query(
      unsafeSQL: """
        SELECT current_setting('search_path'), current_setting('statement_timeout'), current_setting('TimeZone'),
          current_setting('default_transaction_read_only')
        """
    ).first
    return try (0..<4).map { try row?.text($0) }
  }
}

/// A pgbouncer of a test's own in front of the test's server.
private final class Pooler {
  private let process: Process
  private let port: UInt16

  private static let path = ["/usr/sbin/pgbouncer", "/usr/bin/pgbouncer", "/opt/homebrew/bin/pgbouncer"]
    .first { FileManager.default.isExecutableFile(atPath: $0) }

  static var isInstalled: Bool { path != nil }

  init(in folder: TestFolder, port target: UInt16, mode: String, sessions: Int, more: String = "") throws {
    port = try LoopbackPort.free()
    let users = try folder.write("\"postgres\" \"x\"\n", to: "users.txt")
    let configuration = try folder.write(
      """
      [databases]
      * = host=127.0.0.1 port=\(target) user=postgres
      [pgbouncer]
      listen_addr = 127.0.0.1
      listen_port = \(port)
      auth_type = trust
      auth_file = \(users)
      pool_mode = \(mode)
      default_pool_size = \(sessions)
      unix_socket_dir =
      \(more)

      """, to: "pgbouncer.ini")
    process = Process()
    // It refuses to run as root.
    let isRoot = getuid() == 0
    process.executableURL = URL(fileURLWithPath: isRoot ? "/usr/bin/setpriv" : Pooler.path ?? "")
    process.arguments =
      (isRoot ? ["--reuid=65534", "--regid=65534", "--clear-groups", Pooler.path ?? ""] : []) + ["-q", configuration]
    process.standardError = FileHandle.nullDevice
    try process.run()
    for _ in 0..<100 where !LoopbackPort.answers(port) { Thread.sleep(forTimeInterval: 0.05) }
  }

  deinit {
    // Asked to end, it would wait for its clients.
    kill(process.processIdentifier, SIGKILL)
    process.waitUntilExit()
  }

  func url(of database: TestDatabase) -> String {
    "postgresql://postgres@127.0.0.1:\(port)/\(database.url.split(separator: "/").last ?? "")"
  }
}
