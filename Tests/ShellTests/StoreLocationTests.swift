import Foundation
import MemoryModel
import TestSupport
import Testing

@testable import Shell

/// What a text means that should say where a store is.
@Suite struct StoreLocationTests {
  @Test(
    "URLs and libpq strings are PostgreSQL's, everything else is a file",
    arguments: [
      ("postgres://", "postgres://"), ("postgresql://ada@db/agents", "postgresql://ada@db/agents"),
      ("POSTGRESQL://db/x", "postgresql://db/x"), ("  postgres://db/x \n", "postgres://db/x"),
      ("host=db dbname=x", "host=db dbname=x"), ("Host=db", "Host=db"), (" dbname = x", "dbname = x"),
      ("keepalives=1 host=db password=x", "keepalives=1 host=db password=x"),
      ("a=b.db", nil), ("./a:b.db", nil), ("C:foo", nil), ("file:x.db", nil), ("sqlite:x.db", nil), ("x.db ", nil),
      ("~/x.db", nil), ("postgres.db", nil), ("=x", nil), ("", nil),
    ] as [(String, String?)])
  func tellsPostgres(location: String, expected: String?) { #expect(StoreLocation.postgres(location) == expected) }

  @Test(
    "a file is a path, or a URI of SQLite's",
    arguments: [
      ("x.db", "x.db"), ("./a:b.db", "./a:b.db"), ("C:foo", "C:foo"), ("file:x.db", "x.db"), ("sqlite:x.db", "x.db"),
      ("sqlite://x.db", "x.db"), ("sqlite:///srv/x.db", "/srv/x.db"), ("file:///srv/x.db", "/srv/x.db"),
      ("x.db ", "x.db "),
      ("./~/x.db", "./~/x.db"),
    ])
  func tellsPath(location: String, expected: String) { #expect(StoreLocation.path(location) == expected) }

  @Test(
    "what is a URL without its scheme, or one of something else, is refused and not repeated",
    arguments: [
      "user:hunter22@host/db", "user:hunter22@host", "host:5432/db", "localhost:5432/db", "postgresql:/u:hunter22@h/x",
      "postgresql//u:hunter22@h/x", "mysql://u:hunter22@h/x", "://u:hunter22@h/x", "postgresql://u:hunter22",
      "postgresql://u:hunter22/x", "POSTGRESQL://u:hunter22", "file:x.db?mode=ro", "$HOME/x.db", "${DATABASE_URL}",
    ])
  func refuses(location: String) {
    let error = #expect(throws: MemshError.self) { try StoreLocation.check(location) }
    #expect(error?.code == .usage && error?.hint != nil)
    #expect(error.map { !($0.message + ($0.hint ?? "")).contains("hunter22") } == true)
  }

  @Test(
    "paths with signs of a URL, and whole URLs, are taken",
    arguments: [
      "a@b.db", "./a:b@c.db", "x.db", "é ü.db", "a=b.db", "a:b.db", "C:foo", "file:x.db", "sqlite://x.db", "~/x.db",
      "x.db ", "postgres://", "postgresql://ada:secret@db:5432/agents", "POSTGRES://ada@[::1]:5432/x",
      "host=db password='a b'",
    ])
  func takes(location: String) throws { try StoreLocation.check(location) }

  @Test("a file in a folder that is not there is refused: it is a host's name more often than not")
  func looksForFolder() throws {
    let folder = try TestFolder()
    try StoreLocation.checkFolder(of: folder.file("x.db"))
    for location in ["x.db", "/x.db", "postgresql://nowhere/x"] { try StoreLocation.checkFolder(of: location) }
    for location in ["localhost/db", "db.example.com/agents", folder.file("nowhere/x.db")] {
      let error = #expect(throws: MemshError.self) { try StoreLocation.checkFolder(of: location) }
      #expect(error?.code == .connectionFailed && error?.hint?.contains("postgresql://") == true)
    }
  }

  @Test("a path is kept as it is understood everywhere")
  func makesAbsolute() {
    #expect(StoreLocation.absolute("a/../x.db") == FileManager.default.currentDirectoryPath + "/x.db")
    #expect(StoreLocation.absolute("Postgres://db/x") == "postgres://db/x")
  }
}
