import Foundation
import TestSupport
import Testing

/// Store locations that hold a password and are written wrongly: they are refused, nothing is named after them, and the
/// password is shown nowhere.
@Suite struct LocationSecretTests {
  private let folder: TestFolder
  private let memsh: Memsh
  private static let password = "Geheim-4711"

  init() throws {
    folder = try TestFolder()
    memsh = Memsh(in: folder)
  }

  private static let locations = [
    "postgresql://ada:PW", "postgresql://ada:PW/agents", "postgresql:/ada:PW@db/agents", "postgresql//ada:PW@db/agents",
    "postgres:ada:PW@db/agents", "ada:PW@db/agents", "ada:PW@db", "ada:PW@db.example.com:5432/agents",
    "postgres://ada:x@PW@db/agents", "postgres://ada:x/PW@db/agents", "mysql://ada:PW@db/agents",
    "postgresql+asyncpg://ada:PW@db/agents", "postgresql://ada:PW@db:port/agents", "postgresql://ada:%zzPW@db/agents",
    "user=ada password=PW host", "://ada:PW@db/agents", "ada:$x-PW@db/agents", "\"ada:PW@db/agents\"",
    "POSTGRESQL://ada:PW@127.0.0.1:1/agents", "POSTGRESQL://ada:PW", " postgres://ada:PW@127.0.0.1:1/x ",
    "Host=127.0.0.1 password=PW", "keepalives=1 host=127.0.0.1 port=1 password=PW", "file:x.db?password=PW&mode=ro",
    "postgresql://ada:PW@127.0.0.1:1/agents", "host=127.0.0.1 port=1 user=ada password='PW'",
  ].map { $0.replacing("PW", with: password) }

  private func expectNothingShown(_ result: Memsh.Result, _ what: String) {
    #expect((1...3).contains(result.status), "\(what): \(result.status)")
    #expect(!(result.output + result.errors).contains(LocationSecretTests.password), "\(what): \(result.errors)")
  }

  @Test("no place shows the password, and no file is named after it")
  func showsNothing() throws {
    let environment = ["PGCONNECT_TIMEOUT": "2"]
    for location in LocationSecretTests.locations {
      let script = try folder.write("connect '\(location.replacing("'", with: "'\\''"))'\nstatus\n", to: "s.memsh")
      for arguments in [
        ["-d", location, "status"], ["-d", location, "--log-level", "trace", "schema", "--create"],
        ["--output", "json", "-d", location, "stats"], ["-d", "e.db", "connect", location],
        ["-d", "e.db", "connections", "add", "x", location],
        ["-d", "e.db", "-f", script],
        ["-d", "e.db", "-y", "--embedder", "hash", "migrate", "--from", location],
      ] {
        expectNothingShown(try memsh.run(arguments, environment: environment), "\(arguments)")
      }
      let named = environment.merging(["DATABASE_URL": location]) { $1 }
      expectNothingShown(try memsh.run(["status"], environment: named), "DATABASE_URL=\(location)")
      let source = environment.merging(["MEMORY_SQLITE_PATH": location]) { $1 }
      _ = try? FileManager.default.removeItem(atPath: folder.file("e.db"))
      let migrated = try memsh.run(["-y", "-d", "e.db", "--embedder", "hash", "migrate"], environment: source)
      expectNothingShown(migrated, "MEMORY_SQLITE_PATH=\(location)")
      try FileManager.default.removeItem(atPath: script)
    }
    let left = try memsh.runShell(
      "find . | grep -F '\(LocationSecretTests.password)'; grep -rlF '\(LocationSecretTests.password)' .")
    #expect(left.output.isEmpty, "\(left.output)")
  }

  @Test(
    "a variable that nobody has replaced is no file's name",
    arguments: ["$DATABASE_URL", "${DATABASE_URL}", "$HOME/x.db", "postgresql://ada@$HOST/agents"])
  func refusesVariables(location: String) throws {
    let result = try memsh.run(["-d", location, "schema", "--create"])
    #expect(result.status == 2 && result.errors.contains("was not replaced by a value"), "\(result.errors)")
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).allSatisfy { !$0.contains("$") })
  }

  @Test(
    "paths with signs of a URL are still paths",
    arguments: ["a@b.db", "./a:b@c.db", "sqlite://x.db", "é ü.db", "a=b.db", "a:b.db"])
  func takesPaths(location: String) throws {
    let result = try memsh.run(["-q", "-d", location, "--embedder", "hash", "schema", "--create"])
    #expect(result.status == 0, "\(location): \(result.errors)")
  }

  @Test("the prompt, the history and the journal keep no password")
  func sessionKeepsNothing() throws {
    let terminal = try Terminal.memsh("-d e.db --embedder hash --log-level debug", in: folder, columns: 200, rows: 50)
    try terminal.enter("schema --create")
    for location in LocationSecretTests.locations.prefix(8) { try terminal.enter("connect '\(location)'") }
    try terminal.enter("add 'see ada:\(LocationSecretTests.password)@db/agents' --user ada --force")
    try terminal.enter("clear-screen; echo the end")
    try terminal.enter("echo the end")
    try terminal.wait(for: "\nthe end")
    let left = try memsh.runShell(
      "grep -rlF '\(LocationSecretTests.password)' state; sqlite3 e.db 'select command from memsh_journal'")
    #expect(!left.output.contains("state") && !left.output.contains(LocationSecretTests.password), "\(left.output)")
  }

  @Test("ps shows no password, however it stands in an argument")
  func processTitle() throws {
    for argument in [
      "postgresql://ada:PW@db/agents", "--database=postgresql://ada:PW@db/x", "postgresql://ada:P W@db/agents",
      "ada:PW@db/x",
      "password=PW", "postgresql://ada:PW", "sk-PWabcdefghijklmnopq",
    ] {
      let secret = argument.replacing("PW", with: LocationSecretTests.password).replacing("P W", with: "Gehe im-4711")
      let result = try memsh.runShell(
        "\"$MEMSH\" -q -d e.db -c 'watch --count 20 0.2 status' -v 's=\(secret)' > out & sleep 0.7; tr '\\0' ' ' < /proc/$!/cmdline; kill $!",
        environment: ["MEMSH": Memsh.binary])
      #expect(result.output.contains("status") && result.output.contains("***"), "\(result.output) \(result.errors)")
      #expect(!result.output.contains("4711"), "\(result.output)")
    }
  }

  @Test(
    "text is searched for secrets in one go, whatever it holds",
    arguments: ["://a:x", "password='", "sk-", "a:", "@", "://", "password ", "postgresql://a:1,"])
  func isLinear(piece: String) throws {
    // A single argument has 128 kB at most.
    let text = String(repeating: piece, count: 120_000 / piece.utf8.count)
    let began = Date()
    let result = try memsh.run(["-q", "-d", "e.db", "--check", "add", text, "--user", "u"])
    #expect(result.status == 0, "\(result.errors.prefix(200))")
    #expect(Date().timeIntervalSince(began) < 8)
  }
}
