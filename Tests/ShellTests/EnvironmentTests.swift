import TestSupport
import Testing

@testable import Shell

/// What a `.env` file may add to the environment, and where secrets go then.
@Suite struct EnvironmentTests {
  private let folder: TestFolder

  init() throws { folder = try TestFolder() }

  /// An environment with a `.env` behind it; the parameters of a URL are what stands behind its `?`.
  private func environment(_ process: [String: String], file: String) throws -> Environment {
    let path = try folder.write(file, to: ".env")
    return Environment(process: process, file: EnvironmentFile(path: path, beside: process)) { location in
      guard location.hasPrefix("postgres") else { return [:] }
      let query = location.split(separator: "?").dropFirst().first ?? ""
      return query.split(separator: "&").reduce(into: ["dbname": "x"]) { parameters, pair in
        let parts = pair.split(separator: "=", maxSplits: 1).map(String.init)
        if parts.count == 2 { parameters[parts[0]] = parts[1] }
      }
    }
  }

  @Test("the real environment wins; an empty variable is not set; names that memsh does not know are left out")
  func merges() throws {
    let merged = try environment(
      ["MEMORY_TYPE": "sqlite", "OPENAI_API_KEY": ""],
      file: "MEMORY_TYPE=postgres\nexport OPENAI_API_KEY='from file' # note\nPATH=/evil\nLD_PRELOAD=x\n")
    #expect(merged["MEMORY_TYPE"] == "sqlite" && merged["OPENAI_API_KEY"] == "from file")
    #expect(merged["PATH"] == nil && merged["LD_PRELOAD"] == nil)
  }

  @Test(
    "a database of the file's gets no password but the file's, however its URL is written",
    arguments: ["postgresql://ada@db/x", "POSTGRESQL://ada@db/x", "'  postgres://ada@db/x  '"])
  func fences(url: String) throws {
    let location = try #require(try environment([:], file: "DATABASE_URL=\(url)\n").databaseURL)
    #expect(location.contains("passfile=/nonexistent/pgpass"), "\(location)")
  }

  @Test("the environment's own database is opened as it is")
  func leavesOwnURL() throws {
    let url = "postgresql://ada@db/x"
    #expect(try environment(["DATABASE_URL": url], file: "DATABASE_URL=postgresql://evil/x").databaseURL == url)
    #expect(try environment(["DATABASE_URL": ""], file: "").databaseURL == nil)
  }

  @Test(
    "the file never says where a secret goes that it does not hold",
    arguments: [
      (["OPENAI_API_KEY": "sk-x"], "OPENAI_BASE_URL=http://evil", "OPENAI_BASE_URL"),
      (["PGPASSWORD": "x"], "PGHOST=evil", "PGHOST"),
      (["PGPASSFILE": "x"], "DATABASE_URL=postgresql://evil/x", "DATABASE_URL"),
      ([:], "PGPASSFILE=/home/x/.pgpass", "PGPASSFILE"), ([:], "PGSERVICE=x", "PGSERVICE"),
      ([:], "DATABASE_URL=postgresql://db/x?passfile=/home/x/.pgpass", "DATABASE_URL"),
      ([:], "DATABASE_URL=POSTGRES://db/x?hostaddr=10.0.0.1", "DATABASE_URL"),
    ])
  func refuses(process: [String: String], file: String, name: String) throws {
    let read = try environment(process, file: file + "\n")
    #expect(read[name] == nil && read.notices.contains { $0.contains(name) }, "\(read.notices)")
  }

  @Test("folders of the XDG specification, which ignores relative ones")
  func findsFolders() throws {
    let set = try environment(["XDG_DATA_HOME": "/srv/data", "XDG_STATE_HOME": "state"], file: "")
    #expect(set.folder("XDG_DATA_HOME", defaultBelowHome: ".local/share") == "/srv/data/memsh")
    #expect(set.folder("XDG_STATE_HOME", defaultBelowHome: ".local/state").hasSuffix("/.local/state/memsh"))
  }
}
