import Foundation
import TestSupport
import Testing

/// No password and no key is found in anything that a session leaves behind or shows.
@Suite struct SecretTests {
  private static let key = "sk-test-4711-0815-secret"
  private static let password = "p4ssw0rd-of-ada"

  @Test("a session with a password in its URL and a key shows and keeps neither")
  func keepsSecrets() throws {
    let world = try World(.postgres)
    let role = "ada_\(UUID().uuidString.prefix(8).lowercased())"
    let connection = try #require(world.database).connect()
    try connection.execute(unsafeSQL: "CREATE ROLE \(role) SUPERUSER LOGIN PASSWORD '\(SecretTests.password)'")
    defer { try? connection.execute(unsafeSQL: "DROP ROLE \(role)") }
    let url = world.store.replacing("postgres@", with: "\(role):\(SecretTests.password)@")
    #expect(url != world.store)
    let server = try EmbeddingServer(dimensions: 8)
    let source = try world.folder.plainLegacyFile(rows: 5)
    try world.folder.addRejectedRows()

    let environment = ["OPENAI_API_KEY": SecretTests.key, "OPENAI_BASE_URL": server.url + "/v1"]

    let terminal = try Terminal.memsh(
      "-d '\(url)' --log-level debug", in: world.folder, rows: 50, environment: environment)
    let shown = try world.memsh.runShell(
      "for p in $(pgrep -x memsh); do tr '\\0' ' ' < /proc/$p/cmdline; echo; done | grep '\(role)'")
    #expect(shown.output.contains("\(role):***@"), "\(shown.output)")
    try terminal.enter("set pager off")
    for line in [
      "set dimensions 8", "connect \(url)", "status", "connect \(url)x", "set copy \(SecretTests.key)",
      "connect 'host=127.0.0.1 port=1 password=\(SecretTests.password)'", "migrate --from \(source)",
      "connections add prod \(url)", "connections", "search espresso", "history --limit 50", "echo the end",
    ] { try terminal.enter(line) }
    try terminal.wait(for: "\nthe end")

    // The same without anybody's typing on the screen.
    let commands = "status; set dimensions 8; search espresso; connect '\(url)x'"
    let printed = try world.memsh.run(
      ["-d", url, "--log-level", "debug", "-c", commands], environment: environment)
    #expect(printed.status == 3 && printed.output.contains(role))
    for secret in [SecretTests.key, SecretTests.password] {
      #expect(!printed.output.contains(secret) && !printed.errors.contains(secret))
    }
    let history = try String(contentsOfFile: world.folder.file("state/memsh/history"), encoding: .utf8)
    #expect(history.contains("search espresso") && !history.contains("connect ") && !history.contains("add prod"))
    let leaks = try world.memsh.runShell(
      "grep -rlE '\(SecretTests.key)|\(SecretTests.password)' state data config cache 2>/dev/null; true")
    #expect(leaks.output.isEmpty, "\(leaks.output)")
    #expect(FileManager.default.fileExists(atPath: world.folder.file("state/memsh/rejects")))
  }
}
