import Foundation
import MemoryModel
import TestSupport
import Testing

/// Stores with names of their own: `connect @NAME`, `memsh -d @NAME`.
@Suite struct NamedConnectionTests {
  private let folder: TestFolder
  private let memsh: Memsh
  private static let password = "Geheim-4711"

  init() throws {
    folder = try TestFolder()
    memsh = Memsh(in: folder)
  }

  private var file: String { folder.file("config/memsh/connections.json") }

  private func json(_ arguments: String...) throws -> JSON {
    let result = try memsh.run(["-q", "--output", "jsonl"] + arguments)
    #expect(result.status == 0, "\(arguments): \(result.errors)")
    return try JSONParser.parse(result.output.split(separator: "\n").last.map(String.init) ?? "null")
  }

  @Test("what was added is there in every later session, with its label, from every folder")
  func connects() throws {
    #expect(try memsh.run(["-q", "-d", "dev.db", "--embedder", "hash", "schema", "--create"]).status == 0)
    #expect(try memsh.run(["connections", "add", "dev", "./dev.db", "--label", "development"]).status == 0)
    let attributes = try FileManager.default.attributesOfItem(atPath: file)
    #expect(attributes[.posixPermissions] as? Int == 0o600)
    for status in [try json("-d", "@dev", "status"), try json("-c", "connect @dev; status")] {
      #expect(status[key: "location"] == .string(folder.file("dev.db")), "\(status.text)")
      #expect(status[key: "label"] == .string("development") && status[key: "connection"] == .string("dev"))
    }
    #expect(try json("-c", "connect @dev --label test; status")[key: "label"] == .string("test"))
    #expect(try json("connections")[key: "name"] == .string("dev"))
    #expect(try memsh.run(["-q", "-d", "new.db", "migrate", "--from", "@dev", "--skip-test"]).status == 0)
    #expect(try memsh.run(["connections", "remove", "dev"]).status == 0)
    let gone = try memsh.run(["-d", "@dev", "status"])
    #expect(gone.status == 1 && gone.errors.contains("there is no connection named dev"), "\(gone.errors)")
    #expect(gone.errors.contains("`connections add dev LOCATION`"))
  }

  @Test("a production store found by its name is confirmed by typing, and is red in the prompt")
  func keepsLabel() throws {
    try makeProduction()
    let terminal = try Terminal.memsh("-d @prod --embedder hash", in: folder)
    try terminal.wait(for: "production sqlite:p.db>")
    try terminal.enter("delete 1 --yes")
    try terminal.wait(for: "Type ")
  }

  /// A store of three memories that is called `@prod`.
  private func makeProduction() throws {
    let file = try folder.plainLegacyFile(rows: 3)
    #expect(try memsh.run(["-q", "-d", "p.db", "migrate", "--from", file, "--skip-test"]).status == 0)
    #expect(try memsh.run(["connections", "add", "prod", "p.db", "--label", "production"]).status == 0)
    try folder.write("delete 1\n", to: "delete.memsh")
  }

  private func memories() throws -> String { try folder.rows("p.db", "SELECT count(*) FROM memories")[0] }

  @Test(
    "at a terminal a production store's name is typed, whatever memsh was started with",
    arguments: [
      "@prod delete 1", "@prod delete 1 --yes", "-y @prod delete 1", "-y -d @prod -c 'delete 1'",
      "-y @prod delete.memsh", "-y -d @prod -f delete.memsh", "@prod delete 1 --yes > out",
      "-c 'connect @prod; delete 1 --yes'", "-c 'connect p.db --label prod; delete 1 --yes'",
      "@prod sql --write 'delete from memories where id = 1'",
      "-y @prod -c 'sql --write \"delete from memories where id = 1\"'",
    ])
  func asksAtTerminal(words: String) throws {
    try makeProduction()
    for (answer, end, left) in [("y", "nothing was done\n[status 1]", "3"), ("p.db", "[status 0]", "2")] {
      let terminal = try Terminal("\"$MEMSH\" -q \(words)", in: folder)
      try terminal.wait(for: "Type p.db to go on: ")
      try terminal.enter(answer)
      try terminal.wait(for: end)
      #expect(try memories() == left, "\(words): \(answer)")
    }
  }

  @Test("where nobody can be asked, --yes is enough for a production store, and needed")
  func goesOnWithoutTerminal() throws {
    try makeProduction()
    for arguments in [
      ["-d", "@prod", "delete", "1"], ["-d", "@prod", "-c", "delete 1"], ["-d", "@prod", "-f", "delete.memsh"],
    ] {
      let refused = try memsh.run(arguments)
      #expect(refused.status == 1 && refused.errors.contains("add `--yes` to go on"), "\(refused.errors)")
      #expect(try memories() == "3")
    }
    #expect(try memsh.run(["-q", "-d", "@prod", "delete", "1", "--yes"]).status == 0)
    #expect(try memsh.run(["-q", "-y", "-d", "@prod", "-c", "delete 2"]).status == 0)
    #expect(try memories() == "1")
    #expect(try memsh.run(["-q", "-d", "@prod", "sql", "--write", "UPDATE memories SET category = 'x'"]).status == 0)
    // A job's log is no terminal, though a person may have started it at one.
    let terminal = try Terminal("\"$MEMSH\" -y -d @prod delete 3 2> log", in: folder)
    try terminal.wait(for: "[status 0]")
    #expect(try memories() == "0")
  }

  @Test(
    "no password is kept",
    arguments: [
      "postgresql://ada:PW@db/x", "host=db password=PW", "postgresql://db/x?password=PW", "ada:PW@db/x",
    ])
  func refusesPasswords(location: String) throws {
    let secret = location.replacing("PW", with: Self.password)
    let result = try memsh.run(["connections", "add", "prod", secret])
    #expect(result.status == 2 && !(result.output + result.errors).contains(Self.password), "\(result.errors)")
    #expect(result.errors.contains("~/.pgpass"))
    #expect(!FileManager.default.fileExists(atPath: file))
  }

  @Test("a password that somebody wrote into the file is used, and shown nowhere")
  func showsNoPassword() throws {
    try FileManager.default.createDirectory(atPath: folder.file("config/memsh"), withIntermediateDirectories: true)
    let text = #"{"prod": {"location": "postgresql://ada:\#(Self.password)@127.0.0.1:1/x"}}"#
    try folder.write(text, to: "config/memsh/connections.json")
    chmod(file, 0o600)
    for arguments in [
      ["connections"], ["--output", "json", "connections"], ["-d", "@prod", "--log-level", "trace", "status"],
      ["-c", "connect @prod"], ["connections", "add", "dev", "x.db"],
    ] {
      let result = try memsh.run(arguments)
      #expect(
        !(result.output + result.errors).contains(Self.password), "\(arguments): \(result.output)\(result.errors)")
    }
  }

  @Test(
    "what is no name, no location or no file is refused",
    arguments: [
      ["add"], ["add", "x"], ["add", "a b", "x.db"], ["add", "x", "mysql://h/x"], ["remove"], ["remove", "nobody"],
      ["list", "x"], ["list", "--label", "x"],
    ])
  func refuses(arguments: [String]) throws {
    let result = try memsh.run(["connections"] + arguments)
    #expect(result.status == (arguments == ["remove", "nobody"] ? 1 : 2), "\(arguments): \(result.errors)")
  }

  @Test("a file that others may write is not read")
  func refusesForeignFile() throws {
    #expect(try memsh.run(["connections", "add", "dev", "x.db"]).status == 0)
    chmod(file, 0o666)
    for arguments in [["connections"], ["-d", "@dev", "status"]] {
      let result = try memsh.run(arguments)
      #expect(result.status == 1 && result.errors.contains("others may write it"), "\(result.errors)")
    }
  }
}
