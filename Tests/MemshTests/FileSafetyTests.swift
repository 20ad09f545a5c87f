import Foundation
import TestSupport
import Testing

/// Files that memsh writes: whole, for their owner only, and never through what somebody else has put there.
@Suite struct FileSafetyTests {
  private let world: World

  init() throws {
    world = try World()
    let result = try world.run(
      "-q", "--embedder", "hash", "-c", "schema --create; seed; add 'a private fact' --user ada; add another --user bob"
    )
    #expect(result.status == 0, "\(result.errors)")
  }

  /// Every command that writes a file of a given name.
  private static let writers: [(name: String, command: [String], replaces: [String]?)] = [
    ("out.jsonl", ["export"], ["--overwrite"]), ("out.csv", ["export"], ["--overwrite"]),
    ("out.db", ["export"], ["--overwrite"]), ("backup.db", ["backup"], nil),
    ("fragments.json", ["fragments", "export"], ["--overwrite"]), ("map.html", ["map"], ["--overwrite"]),
    ("page.html", ["dedup", "--html"], ["--overwrite"]), ("queries.jsonl", ["eval", "--make", "1"], ["--overwrite"]),
  ]

  private func mode(_ path: String) throws -> Int {
    try #require(FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int)
  }

  private func names(in folder: String) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
  }

  @Test("a file is for its owner only, and nothing is left beside it", arguments: writers.indices)
  func isPrivate(index: Int) throws {
    let writer = FileSafetyTests.writers[index]
    let folder = world.folder.file("out")
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: false)
    let result = try world.memsh.run(["-q", "-d", world.store] + writer.command + ["\(folder)/\(writer.name)"])
    #expect(result.status == 0, "\(result.errors)")
    #expect(try mode("\(folder)/\(writer.name)") == 0o600)
    #expect(try names(in: folder) == [writer.name])
  }

  @Test("folders that memsh makes are for their owner only")
  func foldersArePrivate() throws {
    let result = try world.run("-q", "backup", world.folder.file("new/deeper/backup.db"))
    #expect(result.status == 0, "\(result.errors)")
    for folder in ["new", "new/deeper"] { #expect(try mode(world.folder.file(folder)) == 0o700) }
  }

  @Test("links at names that can be guessed are not followed", arguments: writers.indices)
  func followsNoPlantedLinks(index: Int) throws {
    let writer = FileSafetyTests.writers[index]
    let victim = try world.folder.write("precious", to: "victim")
    let path = world.folder.file(writer.name)
    for suffix in [".partial", ".partial-wal", ".partial-journal", ".partial-shm", ".partial-vectors", ".tmp", "~"] {
      try FileManager.default.createSymbolicLink(atPath: path + suffix, withDestinationPath: victim)
    }
    let result = try world.memsh.run(["-q", "-d", world.store] + writer.command + [path])
    #expect(result.status == 0, "\(result.errors)")
    #expect(try String(contentsOfFile: victim, encoding: .utf8) == "precious")
  }

  @Test("a link of the file's own name is replaced, not followed; without leave it is kept", arguments: writers.indices)
  func replacesLinks(index: Int) throws {
    let writer = FileSafetyTests.writers[index]
    let victim = try world.folder.write("precious", to: "victim")
    let path = world.folder.file(writer.name)
    try FileManager.default.createSymbolicLink(atPath: path, withDestinationPath: victim)
    let arguments = ["-q", "-d", world.store] + writer.command + [path]
    let refused = try world.memsh.run(arguments)
    #expect(refused.status == 1 && refused.errors.contains("is there already"), "\(refused.errors)")
    if let option = writer.replaces {
      let result = try world.memsh.run(arguments + option)
      #expect(result.status == 0, "\(result.errors)")
      #expect((try? FileManager.default.destinationOfSymbolicLink(atPath: path)) == nil)
      #expect(try mode(path) == 0o600)
    }
    #expect(try String(contentsOfFile: victim, encoding: .utf8) == "precious")
  }

  @Test("devices, pipes and folders are no files to replace", arguments: writers.indices)
  func replacesOnlyFiles(index: Int) throws {
    let writer = FileSafetyTests.writers[index]
    let pipe = world.folder.file("pipe." + writer.name.split(separator: ".")[1])
    #expect(mkfifo(pipe, 0o600) == 0)
    let device = world.folder.file("device." + writer.name.split(separator: ".")[1])
    try FileManager.default.createSymbolicLink(atPath: device, withDestinationPath: "/dev/null")
    let folder = world.folder.file("folder." + writer.name.split(separator: ".")[1])
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: false)
    for path in [pipe, device, folder] {
      let result = try world.memsh.run(["-q", "-d", world.store] + writer.command + [path] + (writer.replaces ?? []))
      #expect(result.status == 1 && result.errors.contains(path), "\(result.errors)")
      #expect(FileManager.default.fileExists(atPath: path))
    }
    #expect(try FileManager.default.destinationOfSymbolicLink(atPath: device) == "/dev/null")
  }

  @Test("text goes into devices and pipes, which stay what they are", arguments: writers.indices)
  func writesToDevices(index: Int) throws {
    let writer = FileSafetyTests.writers[index]
    guard !writer.name.hasSuffix(".db") else {
      let result = try world.memsh.runShell(
        "\"$MEMSH\" -q -d '\(world.store)' \(writer.command[0]) /dev/stdout --overwrite > out; test -L /dev/stdout; echo $?",
        environment: ["MEMSH": Memsh.binary])
      #expect(result.output == "0\n", "\(result.output)")
      return
    }
    let ending = String(writer.name.split(separator: ".")[1])
    let command = "\"$MEMSH\" -q -d '\(world.store)' " + writer.command.joined(separator: " ")
    let result = try world.memsh.runShell(
      """
      mkfifo pipe.\(ending); cat pipe.\(ending) > read & \(command) pipe.\(ending) > /dev/null; wait; test -s read; echo $?
      test -p pipe.\(ending); echo $?
      \(command) /dev/null > /dev/null; echo $?; test -c /dev/null; echo $?
      \(command) /dev/stdout > out; echo $?; test -s out; echo $?; \(command) /dev/fd/3 3> third > /dev/null; test -s third; echo $?
      test -L /dev/stdout; echo $?
      """, environment: ["MEMSH": Memsh.binary])
    #expect(result.output == String(repeating: "0\n", count: 8), "\(result.output)\(result.errors)")
  }

  @Test("results go into devices and pipes, too")
  func redirectsToDevices() throws {
    let result = try world.memsh.runShell(
      """
      mkfifo pipe; cat pipe > read & "$MEMSH" -q -d '\(world.store)' -c '
        echo a > /dev/stdout; echo b >> /dev/stdout; echo c > /dev/null; echo d >> /dev/null; echo e > pipe
        echo f > /dev/stderr' > out 2> errors
      echo $?; wait; cat out errors read; test -p pipe; echo $?
      """, environment: ["MEMSH": Memsh.binary])
    #expect(result.output == "0\na\nb\nf\ne\n0\n", "\(result.output)\(result.errors)")
  }

  @Test("nothing is written under the names of what belongs to a store")
  func keepsSideFiles() throws {
    for writer in FileSafetyTests.writers {
      for suffix in ["-wal", "-shm", "-journal", "-vectors"] {
        let path = world.store + suffix
        let result = try world.memsh.run(["-q", "-d", world.store] + writer.command + [path] + (writer.replaces ?? []))
        #expect(
          result.status == 1 && result.errors.contains("belongs to a SQLite database"),
          "\(writer.command) \(suffix): \(result.errors)")
        #expect(!FileManager.default.fileExists(atPath: path))
      }
    }
  }

  @Test("whichever signal ends memsh, no part of a file stays", arguments: ["INT", "TERM", "HUP"])
  func leavesNoParts(signal: String) throws {
    let endless = "WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c) SELECT count(*) FROM c"
    let result = try world.memsh.runShell(
      """
      set -m; mkdir parts; cd parts
      "$MEMSH" -q -d '\(world.store)' -c "sql '\(endless)' > out.txt" & pid=$!
      for i in $(seq 100); do test -n "$(ls -A)" && break; sleep 0.1; done
      ls -A | grep -c partial; kill -\(signal) $pid; wait $pid; ls -A | wc -l
      """, environment: ["MEMSH": Memsh.binary])
    #expect(result.output == "1\n0\n", "\(result.output)\(result.errors)")
  }

  @Test("a pipe in the place of a file of memsh's own keeps nobody waiting")
  func pipesInThePlaceOfOwnFiles() throws {
    let commands = ["search fact", "doctor", "add 'another fact' --user ada --force"]
    for suffix in ["-vectors", "-vectors.new", "-wal", "-shm", "-journal"] {
      let path = world.folder.file("piped.db")
      try FileManager.default.copyItem(atPath: world.store, toPath: path)
      #expect(mkfifo(path + suffix, 0o600) == 0)
      for command in commands {
        let result = try world.memsh.run(
          ["-q", "--embedder", "hash", "-d", path, "-c", command], timeoutSeconds: 20)
        #expect(!result.isKilled, "\(suffix): \(command)")
        if suffix.hasPrefix("-vectors") {
          #expect(result.status == 0, "\(suffix): \(command): \(result.errors)")
        } else {
          #expect(result.errors.contains("\(path + suffix) is a pipe"), "\(suffix): \(command): \(result.errors)")
        }
      }
      for name in try names(in: world.folder.path) where name.hasPrefix("piped.db") {
        unlink(world.folder.file(name))
      }
    }
  }

  @Test("nor do pipes in the place of caches, the history and notes")
  func pipesInThePlaceOfCaches() throws {
    let settings = ["-q", "--embedder", "hash", "-d", world.store]
    _ = try world.memsh.run(settings + ["-c", "set cache on; search fact; status"])
    for folder in ["state", "cache", "config"] {
      let top = world.folder.file("\(folder)/memsh")
      try FileManager.default.createDirectory(atPath: top, withIntermediateDirectories: true)
      let names = ["history", "embeddings.db", "embeddings.db-wal", "embeddings.db-journal", "origins"]
      for name in names + ["connections.json"] {
        try? FileManager.default.removeItem(atPath: "\(top)/\(name)")
        #expect(mkfifo("\(top)/\(name)", 0o600) == 0)
      }
    }
    for command in ["search fact", "connections", "cache", "history", "status"] {
      let result = try world.memsh.run(settings + ["-c", command], timeoutSeconds: 20)
      #expect(!result.isKilled, "\(command)")
    }
  }

  @Test("- is standard output for text, and the name of no file", arguments: ["export", "fragments export", "backup"])
  func dashIsNoFile(command: String) throws {
    let result = try world.memsh.run(
      ["-q", "-d", world.store] + command.split(separator: " ").map(String.init) + ["-"])
    #expect(!FileManager.default.fileExists(atPath: world.folder.file("-")))
    if command == "backup" {
      #expect(result.status == 1 && result.errors.contains("- is not the name of a file"), "\(result.errors)")
    } else {
      #expect(result.status == 0 && result.output.contains(command == "export" ? "a private fact" : "content"))
    }
    let file = try world.run("-q", "export", "-", "--format", "sqlite")
    #expect(file.status == 2 && file.errors.contains("needs a path"), "\(file.errors)")
  }

  @Test("of two exports to one path one wins, and the file is whole")
  func exportsDoNotMix() throws {
    let path = world.folder.file("same.jsonl")
    let users = (1...2_000).map { "{\"user_id\":\"u\($0 % 7)\",\"content\":\"number \($0)\"}" }
    _ = try world.run(
      "-q", "--embedder", "hash", "import", "-", "--format", "jsonl", input: users.joined(separator: "\n"))
    for overwrite in [false, true] {
      try? FileManager.default.removeItem(atPath: path)
      let export = "\"$MEMSH\" -q -d '\(world.store)' export '\(path)'" + (overwrite ? " --overwrite" : "")
      let result = try world.memsh.runShell(
        "\(export) >/dev/null 2>&1 & a=$!; \(export) --user u1 >/dev/null 2>&1; echo $?; wait $a; echo $?",
        environment: ["MEMSH": Memsh.binary])
      let statuses = result.output.split(separator: "\n").map(String.init).sorted()
      #expect(overwrite ? statuses == ["0", "0"] : statuses == ["0", "1"], "\(result.output)")
      let lines = try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n")
      for line in lines { #expect(line.hasPrefix("{") && line.hasSuffix("}")) }
      #expect(
        try world.run("-q", "-y", "--embedder", "hash", "-d", world.folder.file("t.db"), "import", path).status == 0)
    }
    #expect(try names(in: world.folder.path).allSatisfy { !$0.hasSuffix(".partial") })
  }

  @Test("the history is no link's target, and rejected rows are for their owner only")
  func historyAndRejects() throws {
    let victim = try world.folder.write("precious\n", to: "victim")
    let state = world.folder.file("state/memsh")
    try FileManager.default.createDirectory(atPath: state, withIntermediateDirectories: true)
    try FileManager.default.createSymbolicLink(atPath: state + "/history", withDestinationPath: victim)
    let terminal = try Terminal.memsh("-d '\(world.store)'", in: world.folder)
    try terminal.enter("echo hello there")
    try terminal.wait(for: "\nhello there")
    try terminal.enter("quit")
    try terminal.wait(for: "[status 0]")
    #expect(try String(contentsOfFile: victim, encoding: .utf8) == "precious\n")

    try FileManager.default.removeItem(atPath: state)
    let source = try world.folder.plainLegacyFile(rows: 5)
    try world.folder.addRejectedRows()
    let result = try world.run(
      "-q", "-y", "-d", world.folder.file("m.db"), "--embedder", "hash", "migrate", "--from", source)
    #expect(result.status <= 1, "\(result.errors)")
    let rejects = try names(in: state + "/rejects")
    #expect(!rejects.isEmpty)
    for name in rejects { #expect(try mode(state + "/rejects/" + name) == 0o600) }
    for folder in ["state", "state/memsh", "state/memsh/rejects"] {
      #expect(try mode(world.folder.file(folder)) & 0o077 == 0 || folder == "state", "\(folder)")
    }
  }
}
