import Foundation
import TestSupport
import Testing

/// What a `.env` file in the working directory may say: it completes the environment, and sends no secret anywhere.
@Suite struct EnvironmentFileTests {
  private let folder: TestFolder
  private let memsh: Memsh
  private let secret = "real-secret-4711"

  init() throws {
    folder = try TestFolder()
    memsh = Memsh(in: folder)
  }

  @Test("a server that the file names gets no key of the environment's")
  func keepsKey() throws {
    let server = try LoopbackServer { _ in LoopbackServer.response(400, "{}") }
    _ = try folder.write("OPENAI_BASE_URL=\(server.url)/v1\n", to: ".env")
    let result = try memsh.run(
      ["-d", "e.db", "-c", "set request-timeout 5; schema --create"],
      environment: ["OPENAI_API_KEY": secret, "https_proxy": "http://127.0.0.1:1"])
    #expect(server.requests.isEmpty)
    #expect(
      result.errors.contains(".env: OPENAI_BASE_URL is not used, because OPENAI_API_KEY comes from"), "\(result.errors)"
    )
    let quiet = try memsh.run(["-q", "-d", "e.db", "echo", "x"], environment: ["OPENAI_API_KEY": secret])
    #expect(quiet.errors.isEmpty)
  }

  @Test("the file's own key goes to its server, and to the one of the environment")
  func usesOwnKey() throws {
    let server = try EmbeddingServer(dimensions: 8)
    for environment in [[:], ["OPENAI_BASE_URL": server.url]] {
      _ = try folder.write(
        "OPENAI_API_KEY=file-key-1234\n" + (environment.isEmpty ? "OPENAI_BASE_URL=\(server.url)\n" : ""), to: ".env")
      let name = UUID().uuidString
      let result = try memsh.run(
        ["-q", "-d", "\(name).db", "-c", "set dimensions 8; schema --create; add 'a fact \(name)' --user ada"],
        environment: environment)
      #expect(result.status == 0, "\(result.errors)")
    }
    #expect(server.received.count == 2)
    #expect(server.received.allSatisfy { $0.head.contains("Bearer file-key-1234") })
  }

  /// What a hostile file may say of a trap at a port.
  private static func hostileFiles(_ port: UInt16) -> [String] {
    [
      "PGHOST=127.0.0.1\nPGPORT=\(port)\n", "PGPORT=\(port)\n", "PGHOST=127.0.0.1\nPGPORT=\(port)\nPGSSLMODE=disable\n",
      "DATABASE_URL=postgresql://ada@127.0.0.1:\(port)/agents\n",
      "DATABASE_URL=postgresql://ada@db.example.com:\(port)/agents?hostaddr=127.0.0.1\n",
      "DATABASE_URL=postgresql://127.0.0.1:\(port)/agents?service=prod\n",
      "DATABASE_URL=postgresql://127.0.0.1:\(port)/agents?%73ervice=prod\n",
      "DATABASE_URL='host=127.0.0.1 port=\(port) user=ada dbname=agents'\n",
      "DATABASE_URL='port=\(port) host=127.0.0.1 passfile=pgpass'\n",
      "PGSERVICE=prod\nPGHOST=127.0.0.1\nPGPORT=\(port)\n", "PGPASSFILE=pgpass\nPGHOST=127.0.0.1\nPGPORT=\(port)\n",
      "PGUSER=ada\nPGDATABASE=agents\nPGHOST=127.0.0.1\nPGPORT=\(port)\n",
    ]
  }

  /// Where the real password is, and what is run.
  private func holders() throws -> [(name: String, environment: [String: String], arguments: [String])] {
    let pass = try folder.write("*:*:*:*:\(secret)\nlocalhost:*:*:*:\(secret)\n", to: ".pgpass")
    let same = try folder.write("*:*:*:*:\(secret)\n", to: "pgpass")
    for file in [pass, same] { chmod(file, 0o600) }
    let service = try folder.write("[prod]\nuser=ada\npassword=\(secret)\ndbname=agents\n", to: ".pg_service.conf")
    chmod(service, 0o600)
    let base = ["PGCONNECT_TIMEOUT": "3", "MEMORY_TYPE": "postgres"]
    func with(_ more: [String: String]) -> [String: String] { base.merging(more) { $1 } }
    return [
      ("PGPASSWORD", with(["PGPASSWORD": secret]), []), ("PGPASSFILE", with(["PGPASSFILE": pass]), []),
      ("~/.pgpass", base, []), ("PGSERVICE", with(["PGSERVICE": "prod"]), []),
      ("PGSERVICEFILE", with(["PGSERVICEFILE": service]), []),
      ("DATABASE_URL", with(["DATABASE_URL": "postgresql://ada:\(secret)@/agents"]), []),
      ("-d URL", base, ["-d", "postgresql://ada:\(secret)@/agents"]),
      ("-d key=value", base, ["-d", "user=ada password=\(secret) dbname=agents"]),
      ("-d and ~/.pgpass", base, ["-d", "postgresql://ada@/agents"]),
    ]
  }

  @Test("a database that the file names gets no password that is not the file's")
  func keepsPasswords() throws {
    let trap = try PasswordTrap()
    defer { trap.stop() }
    for holder in try holders() {
      for file in EnvironmentFileTests.hostileFiles(trap.port) {
        _ = try folder.write(file, to: ".env")
        let result = try memsh.run(["-q"] + holder.arguments + ["status"], environment: holder.environment)
        #expect(!trap.heard.contains(secret), "\(holder.name) with \(file)")
        #expect(!(result.output + result.errors).contains(secret), "\(holder.name) with \(file)")
      }
    }
    // The trap works: what the environment itself names does get its password.
    let environment = [
      "PGHOST": "127.0.0.1", "PGPORT": "\(trap.port)", "PGPASSWORD": secret, "MEMORY_TYPE": "postgres",
    ]
    _ = try memsh.run(["-q", "status"], environment: environment)
    #expect(trap.heard.contains(secret))
  }

  @Test(
    "the file's own password goes to its own database",
    arguments: [
      "DATABASE_URL=postgresql://ada:own-secret-0815@127.0.0.1:{port}/agents",
      "DATABASE_URL=postgresql://ada@127.0.0.1:{port}/agents\nPGPASSWORD=own-secret-0815",
      "PGHOST=127.0.0.1\nPGPORT={port}\nPGPASSWORD=own-secret-0815\nMEMORY_TYPE=postgres",
      "DATABASE_URL='host=127.0.0.1 port={port} password=own-secret-0815'",
    ])
  func usesOwnPassword(file: String) throws {
    let trap = try PasswordTrap()
    defer { trap.stop() }
    _ = try folder.write(file.replacing("{port}", with: "\(trap.port)"), to: ".env")
    let result = try memsh.run(["-q", "status"], environment: ["PGCONNECT_TIMEOUT": "3"])
    #expect(trap.heard.contains("own-secret-0815"), "\(result.errors)")
  }

  @Test(
    "values, quotes and comments",
    arguments: [
      ("A=b # comment", "b"), ("A=b#c", "b#c"), ("A='b # c' # d", "b # c"), (#"A="b \"c\" \$d" # e"#, #"b "c" $d"#),
      ("  export  A = b  ", "b"), ("A=", ""), ("A=#x", ""), ("A='open", "'open"), (#"A="a\nb""#, "a\nb"),
      ("\u{FEFF}A=b", "b"),
      ("A=b\r", "b"), ("#A=c\nA=b", "b"), ("A=a b", "a b"), ("A=x=y", "x=y"), (#"A='a\n'"#, #"a\n"#),
    ])
  func reads(line: String, value: String) throws {
    _ = try folder.write(line.replacing("A", with: "MEMORY_SQLITE_PATH") + "\n", to: ".env")
    let result = try memsh.run(["-q", "-c", "echo [${ENV:MEMORY_SQLITE_PATH}]"])
    #expect(result.output == "[\(value)]\n", "\(line): \(result.output) \(result.errors)")
  }

  @Test(
    "a file that is none, or hostile, does no harm",
    arguments: [
      "mkfifo .env", "ln -s /dev/zero .env", "mkdir .env", "truncate -s 1G .env", "ln -s .env .env",
      "head -c 100000 /dev/urandom > .env", "chmod 000 .env 2>/dev/null; printf '\\0\\0\\0' > .env",
      "printf 'MEMORY_TYPE=postgres' > .env; chmod 666 .env",
    ])
  func survives(command: String) throws {
    #expect(try memsh.runShell(command).status == 0)
    let began = Date()
    let result = try memsh.run(["-d", "e.db", "echo", "works"])
    #expect(result.status == 0 && result.output == "works\n", "\(result.errors)")
    #expect(Date().timeIntervalSince(began) < 10)
  }

  @Test("a file of another user is not read", .enabled(if: geteuid() == 0, "needs root to give a file away"))
  func refusesForeignFile() throws {
    let path = try folder.write("MEMORY_SQLITE_PATH=theirs\n", to: ".env")
    #expect(chown(path, 12_345, 12_345) == 0)
    let result = try memsh.run(["-d", "e.db", "-c", "echo done"])
    #expect(result.errors.contains(".env is not read, because others own it"), "\(result.errors)")
    #expect(try memsh.run(["-d", "e.db", "-c", "echo ${ENV:MEMORY_SQLITE_PATH}"]).status == 2)
  }
}
