import Database
import Foundation
import MemoryModel
import MemoryServices
import TestSupport
import Testing

/// What stands on the command line for itself: a store, a script, a format.
@Suite struct LaunchFormTests {
  private static func world() throws -> World {
    let world = try World()
    let added = try world.run("-q", "--embedder", "hash", "seed")
    #expect(added.status == 0, "\(added.errors)")
    return world
  }

  @Test("a store stands before the command without -d: by its ending, by its first bytes, by its URL")
  func takesStores() throws {
    let world = try LaunchFormTests.world()
    try FileManager.default.copyItem(atPath: world.store, toPath: world.folder.file("plain"))
    try FileManager.default.copyItem(atPath: world.store, toPath: world.folder.file("b.SQLITE3"))
    for store in ["store.db", "plain", "b.SQLITE3", "./plain", "sqlite://\(world.store)"] {
      let found = try world.memsh.run([store, "--json", "fragments"])
      #expect(found.status == 0 && found.output.contains("\"content\""), "\(store): \(found.errors)")
      #expect(try world.memsh.run(["-q", store, "-c", "fragments --csv"]).output.hasPrefix("id,"), "\(store)")
    }
    // Nobody types here: the store's commands are read from standard input.
    #expect(try world.memsh.run(["plain"], input: "echo read").output == "read\n")
  }

  @Test("a URL of a database stands before the command, and its password stays secret")
  func takesURLs() throws {
    let world = try World(.postgres)
    let tables = try world.memsh.run([world.store, "show", "tables", "--json"])
    #expect(tables.status == 0 && tables.output == "[]\n", "\(tables.errors)")
    for url in ["mysql://ada:geheim@localhost/x", "postgresql://ada:geheim"] {
      let refused = try world.memsh.run([url, "list"])
      #expect(refused.status == 2 && !refused.errors.contains("geheim"), "\(refused.errors)")
    }
  }

  @Test("what is no store stays a command, and two stores are refused")
  func tellsStoresFromCommands() throws {
    let world = try LaunchFormTests.world()
    _ = try world.folder.write("no database", to: "notes.txt")
    try FileManager.default.copyItem(atPath: world.store, toPath: world.folder.file("status"))
    #expect(mkfifo(world.folder.file("pipe"), 0o600) == 0)
    for word in ["notes.txt", "pipe", "nothing"] {
      let refused = try world.memsh.run([word], timeoutSeconds: 20)
      #expect(refused.status == 2 && refused.errors.contains("unknown command '\(word)'"), "\(refused.errors)")
    }
    #expect(try world.run("status").output.contains("store.db"))
    for arguments in [["-d", "store.db", "store.db", "list"], ["store.db", "other.db", "list"]] {
      let refused = try world.memsh.run(arguments)
      #expect(refused.status == 2 && refused.errors.contains("two stores"), "\(arguments): \(refused.errors)")
    }
  }

  @Test("a script stands for itself, and the words behind it are its own")
  func takesScripts() throws {
    let world = try LaunchFormTests.world()
    _ = try world.script("echo ${1} ${who} ${2}\nfragments --json", "job.memsh")
    let ran = try world.memsh.run(["store.db", "job.memsh", "one", "who=ada lovelace", "x=y=z 2"])
    #expect(ran.status == 2 && ran.errors.contains("${2} has no value"), "\(ran.errors)")
    let whole = try world.memsh.run(["store.db", "job.memsh", "--", "--yes", "who=ada lovelace", "two"])
    #expect(whole.output.hasPrefix("--yes ada lovelace two\n["), "\(whole.errors)")
    #expect(try world.memsh.run(["-v", "who=ada", "job.memsh", "1", "2", "who=bob"]).output.hasPrefix("1 bob 2\n"))
    let option = try world.memsh.run(["job.memsh", "a", "--yes"])
    #expect(option.status == 2 && option.errors.contains("'--yes' goes before the script's words"), "\(option.errors)")
    #expect(try world.memsh.run(["--check", "job.memsh", "1", "2", "who=bob"]).output.isEmpty)
  }

  @Test("every first line that an example or an article gives a script makes a program of it, which takes words")
  func makesPrograms() throws {
    let world = try LaunchFormTests.world()
    let examples = Memsh.package + "/scripts/examples/"
    let article = try Document("\(Document.articleFolder)/ScriptsAndAutomation.md").prose
    var lines = article.matches(of: /`(#![^`]*memsh[^`]*)`/).map { String($0.1) }
    for name in try FileManager.default.contentsOfDirectory(atPath: examples) where name.hasSuffix(".memsh") {
      lines += try String(contentsOfFile: examples + name, encoding: .utf8).split(separator: "\n").prefix(1).map(
        String.init)
    }
    #expect(lines.count > 3)
    for line in Set(lines) {
      let script = try world.script("\(line)\necho ${1} ${who}\n", "job.memsh")
      try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: script)
      let folder = String(Memsh.binary.dropLast("/memsh".count))
      let ran = try world.memsh.run(
        ["one", "who=ada"], environment: ["PATH": "\(folder):/usr/bin:/bin"], executable: script)
      #expect(ran.output == "one ada\n", "\(line): \(ran.errors)")
    }
  }

  @Test("--json and --csv stand for --output everywhere, and contradict another format")
  func takesShorthands() throws {
    let world = try LaunchFormTests.world()
    let json = try world.run("fragments", "--output", "json").output
    #expect(try world.run("fragments", "--json").output == json)
    #expect(try world.run("--json", "fragments").output == json)
    #expect(try world.run("--output", "json", "fragments", "--csv").output.hasPrefix("id,"))
    #expect(try world.run("--json", "fragments", "--json", "--output", "json").output == json)
    let contradictions = [
      (["--json", "--csv"], "'--json' and '--csv'"), (["--json", "--output", "csv"], "'--json' and '--output csv'"),
    ]
    for (options, message) in contradictions {
      for arguments in [options + ["fragments"], ["fragments"] + options] {
        let refused = try world.run(arguments)
        #expect(refused.status == 2 && refused.errors.contains(message + " are different formats"), "\(refused.errors)")
      }
    }
    let error = try world.run("nothing", "--json")
    #expect(error.errors.hasPrefix("{\"code\":\"unknown_command\""), "\(error.errors)")
    for command in try CommandTable(world).commands where command.has("--output") {
      let flags = command.arguments.filter(\.isFlag).map(\.option)
      #expect(flags.contains("--json") && flags.contains("--csv"), "\(command.name)")
    }
  }

  @Test("several words are one query", arguments: World.Kind.allCases)
  func joinsWords(kind: World.Kind) throws {
    let world = try World(kind)
    #expect(try world.run("--embedder", "hash", "schema", "--create").status == 0)
    for text in ["green tea at noon", "coffee in the morning"] {
      _ = try world.json("--embedder", "hash", "add", text, "--user", "ada")
    }
    func contents(_ arguments: String...) throws -> String {
      try world.run(["-q", "--embedder", "hash"] + arguments + ["--csv"]).output
    }
    let joined = try contents("search", "green", "tea", "--mode", "lexical", "--fields", "content")
    #expect(joined == "content\r\ngreen tea at noon\r\n")
    #expect(joined == (try contents("search", "green tea", "--mode", "lexical", "--fields", "content")))
    // PostgreSQL and SQLite both ask for all words, or any: whatever it is, both ways are the same.
    #expect(
      try contents("search", "tea", "--user", "ada", "coffee", "--fields", "content")
        == contents("search", "tea coffee", "--user", "ada", "--fields", "content"))
    let prompt = try world.json("prompt", "green", "tea", "--user", "ada")
    #expect(prompt == (try world.json("prompt", "green tea", "--user", "ada")))
    #expect(try world.run("search").status == 2)
    #expect(try world.run("search", "green", "tea", "--similar-to", "1").status == 2)
  }
}
