import Foundation
import TestSupport
import Testing

/// Where memsh takes the user's home to be, and whose start-up file it runs there.
@Suite struct HomeTests {
  private let folder: TestFolder

  init() throws { folder = try TestFolder() }

  /// Runs memsh with nothing of an environment but what is given.
  private func run(_ arguments: String, _ environment: String = "", as user: String = "") throws -> Memsh.Result {
    try Memsh(in: folder).runShell(
      "env -i PATH=/usr/bin:/bin \(environment) \(user) \"$MEMSH\" \(arguments)", environment: ["MEMSH": Memsh.binary])
  }

  @Test("without HOME, the home is the user database's, and never a folder of everybody's")
  func asksUserDatabase() throws {
    let own = getpwuid(geteuid()).map { String(cString: $0.pointee.pw_dir) } ?? "/nowhere"
    let result = try run("-q status")
    #expect(result.output.contains("\(own)/.local/share/memsh/memory.db"), "\(result.output) \(result.errors)")
    #expect(!result.output.contains("/tmp/.local"))
    for odd in ["HOME=", "HOME=relative"] { #expect(try run("-q status", odd).output.contains("\(own)/.local/")) }
  }

  @Test("a user without any home is told so", .enabled(if: geteuid() == 0, "needs root to become a user of no name"))
  func tellsHomeless() throws {
    let homeless = "setpriv --reuid=54321 --regid=54321 --clear-groups"
    chmod(folder.path, 0o777)
    let result = try run("-q status", as: homeless)
    #expect(result.status == 2 && result.errors.contains("there is no home folder"), "\(result.errors)")
    let named = try run("-q -d '\(folder.file("named.db"))' echo works", as: homeless)
    #expect(named.status == 0 && named.output == "works\n", "\(named.errors)")
    let tilde = try run("-q -d '~/x.db' status", as: homeless)
    #expect(tilde.status == 2 && tilde.errors.contains("~ stands for no folder"), "\(tilde.errors)")
    #expect(try run("-q status", "XDG_DATA_HOME='\(folder.path)'", as: homeless).status == 0)
  }

  @Test("~ is $HOME, wherever a path is given")
  func expandsTilde() throws {
    let memsh = Memsh(in: folder)
    let home = folder.file("home")
    try FileManager.default.createDirectory(atPath: home, withIntermediateDirectories: false)
    try FileManager.default.createDirectory(atPath: folder.file("work"), withIntermediateDirectories: false)
    try "echo from a script\n".write(toFile: home + "/s.memsh", atomically: true, encoding: .utf8)
    try "[]".write(toFile: home + "/f.json", atomically: true, encoding: .utf8)
    for arguments in [
      ["schema", "--create"], ["export", "~/e.jsonl"], ["import", "~/e.jsonl"], ["backup", "~/b.db"],
      ["-f", "~/s.memsh"], ["fragments", "import", "~/f.json"], ["seed", "--file", "~/f.json"], ["restore", "~/b.db"],
      ["fragments", "export", "~/g.json"], ["connect", "~/store.db"], ["export", "~/e.db"], ["import", "~/e.db"],
    ] {
      let result = try memsh.run(
        ["-q", "-y", "-d", "~/store.db", "--embedder", "hash"] + arguments, environment: ["HOME": home])
      #expect(result.status == 0, "\(arguments): \(result.errors)")
    }
    for name in ["store.db", "e.jsonl", "b.db", "g.json", "e.db"] {
      #expect(FileManager.default.fileExists(atPath: home + "/" + name), "\(name)")
    }
    #expect(!FileManager.default.fileExists(atPath: folder.file("~")))
  }

  /// What is done to the start-up file or its folder, and whether it still runs.
  private static let states: [(command: String, runs: Bool)] = [
    ("true", true), ("chmod 666 config/memsh/rc.memsh", false), ("chmod 777 config/memsh", false),
    ("chmod 777 config", false), ("chmod 620 config/memsh/rc.memsh; chgrp 12345 config/memsh/rc.memsh", false),
    ("chown 12345 config/memsh/rc.memsh", false), ("chown 12345 config/memsh", false),
    ("mv config/memsh/rc.memsh mine; ln -s ../../mine config/memsh/rc.memsh", true),
    ("mv config/memsh/rc.memsh theirs; chown 12345 theirs; ln -s ../../theirs config/memsh/rc.memsh", false),
    ("rm config/memsh/rc.memsh; mkfifo config/memsh/rc.memsh", false),
  ]

  @Test(
    "a start-up file that others own or may write is not run",
    .enabled(if: geteuid() == 0, "needs root to give files away"),
    arguments: 0..<10)
  func refusesForeignStartUpFile(index: Int) throws {
    let state = HomeTests.states[index]
    try FileManager.default.createDirectory(atPath: folder.file("config/memsh"), withIntermediateDirectories: true)
    _ = try folder.write("set prompt 'mine> '\n", to: "config/memsh/rc.memsh")
    chmod(folder.path, 0o755)
    let memsh = Memsh(in: folder)
    #expect(
      try memsh.runShell("chmod 700 config config/memsh; chmod 600 config/memsh/rc.memsh; \(state.command)").status == 0
    )
    let terminal = try Terminal.memsh("-d e.db", in: folder)
    if state.runs {
      try terminal.wait(for: "mine> ")
    } else {
      let screen = try terminal.wait(for: "is not run:")
      #expect(!screen.contains("mine>"), "\(state.command)")
    }
  }
}
