import Foundation
import TestSupport
import Testing

/// Files that are read as a whole, and things that are not files: no hang, no crash, and an error that says what is wrong.
@Suite(.deadline(minutes: 10)) struct WholeFileTests {
  /// Every command that reads a file as a whole, with the file's ending.
  static let readers: [(arguments: [String], ending: String)] = [
    (["-f"], "memsh"), (["include"], "memsh"), (["fragments", "import"], "yaml"), (["fragments", "import"], "json"),
    (["seed", "--file"], "yaml"), (["import"], "csv"), (["import"], "jsonl"),
    (["migrate", "--skip-test", "--from"], "db"),
  ]

  private let world: World

  init() throws {
    world = try World()
    #expect(try world.run("-q", "--embedder", "hash", "schema", "--create").status == 0)
  }

  private func read(_ reader: (arguments: [String], ending: String), _ path: String) throws -> Memsh.Result {
    try world.memsh.run(["-q", "-y", "-d", world.store, "--embedder", "hash"] + reader.arguments + [path])
  }

  @Test("pipes without a writer, devices, folders and files that are too large", arguments: 0..<8)
  func refusesWhatIsNoFile(index: Int) throws {
    let reader = WholeFileTests.readers[index]
    let pipe = world.folder.file("pipe." + reader.ending)
    #expect(mkfifo(pipe, 0o600) == 0)
    let device = world.folder.file("zero." + reader.ending)
    try FileManager.default.createSymbolicLink(atPath: device, withDestinationPath: "/dev/zero")
    let folder = world.folder.file("folder." + reader.ending)
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: false)
    let large = world.folder.file("large." + reader.ending)
    // A gigabyte that takes no room on the disk.
    #expect(FileManager.default.createFile(atPath: large, contents: Data("x".utf8)))
    #expect(truncate(large, 1 << 30) == 0)
    for path in [pipe, device, folder, large, world.folder.file("missing." + reader.ending)] {
      let began = Date()
      let result = try read(reader, path)
      let name = path.split(separator: "/").last ?? ""
      #expect((1...2).contains(result.status) && result.errors.contains(name), "\(path): \(result.errors.prefix(300))")
      #expect(result.errors.count < 2_000 && Date().timeIntervalSince(began) < 30)
    }
  }

  @Test("text in UTF-16 is refused by name, and a byte-order mark is skipped", arguments: 0..<5)
  func knowsEncodings(index: Int) throws {
    let reader = WholeFileTests.readers[index]
    let text = reader.ending == "memsh" ? "echo hello\n" : "[]"
    let utf16 = world.folder.file("utf16." + reader.ending)
    try Data([0xFF, 0xFE] + (text.data(using: .utf16LittleEndian) ?? Data())).write(to: URL(fileURLWithPath: utf16))
    let refused = try read(reader, utf16)
    #expect(refused.status > 0 && refused.errors.contains("UTF-16"), "\(refused.errors)")
    let marked = world.folder.file("marked." + reader.ending)
    try Data([0xEF, 0xBB, 0xBF] + Array(text.utf8)).write(to: URL(fileURLWithPath: marked))
    let result = try read(reader, marked)
    #expect(result.status == 0, "\(result.errors)")
  }

  @Test("a script and fragments come through a pipe, and from /dev/null")
  func readsPipes() throws {
    for (command, output) in [
      ("-f <(sleep 1; echo 'echo from a pipe')", "from a pipe"), ("-f /dev/null", ""),
      ("fragments import <(echo '[{\"category\":\"c\",\"content\":\"x\"}]')", "inserted\t1"),
    ] {
      let result = try world.memsh.run(
        ["-c", "\"$MEMSH\" -q -d '\(world.store)' --embedder hash \(command)"],
        environment: ["MEMSH": Memsh.binary], executable: "/bin/bash")
      #expect(
        result.status == 0 && (output.isEmpty || result.output.contains(output)),
        "\(command): \(result.output) \(result.errors)")
    }
  }

  /// Kilobytes that would become gigabytes, or exhaust the stack.
  private static let bombs: [(String, String)] = [
    (
      "aliases of aliases",
      "- &x {category: a, content: text}\n"
        + (0..<30).map { "- &x\($0) [*x\($0 == 0 ? "" : "\($0 - 1)"), *x\($0 == 0 ? "" : "\($0 - 1)")]" }
        .joined(separator: "\n")
    ),
    (
      "aliases as keys",
      "- &x0 [a, b]\n" + (1..<30).map { "- &x\($0) [*x\($0 - 1), *x\($0 - 1)]\n" }.joined()
        + "- {? *x29 : 1, ? *x28 : 2}\n"
    ),
    ("an alias of itself", "&a [*a]"), ("an alias of nothing", "- *nobody"),
    ("lists in lists", String(repeating: "[", count: 200_000)), ("dashes", String(repeating: "- ", count: 200_000)),
    ("maps in maps", String(repeating: "{a: ", count: 50_000)),
    ("question marks", String(repeating: "? ", count: 50_000)),
    ("300 levels", String(repeating: "[", count: 300) + String(repeating: "]", count: 300)),
    ("two documents", "[]\n---\n[]\n"), ("a tag", "!!python/object:os.system [x]"), ("no list", "just text"),
    ("the same key twice", "- {category: a, category: b, content: c}"), ("a tab", "-\t\ta: [\n"), ("NUL", "- \0"),
  ]

  @Test("YAML and JSON that would explode are refused in a moment", arguments: ["fragments import", "seed --file"])
  func refusesBombs(command: String) throws {
    for (name, text) in WholeFileTests.bombs {
      for ending in ["yaml", "json"] {
        let path = try world.folder.write(text, to: "bomb.\(ending)")
        let began = Date()
        let result = try world.memsh.runShell(
          "ulimit -v 8000000; \"$MEMSH\" -q -y -d '\(world.store)' --embedder hash \(command) '\(path)'",
          environment: ["MEMSH": Memsh.binary])
        #expect(result.status == 1, "\(name) in \(ending): \(result.status) \(result.errors.prefix(200))")
        #expect(result.errors.count < 1_000 && Date().timeIntervalSince(began) < 10, "\(name) in \(ending)")
      }
    }
  }

  @Test("what an editor leaves is bounded, too")
  func editRefusesBombs() throws {
    #expect(try world.run("-q", "--embedder", "hash", "add", "a fact", "--user", "ada").status == 0)
    let bomb = try world.folder.write(WholeFileTests.bombs[0].1, to: "bomb.yaml")
    let terminal = try Terminal.memsh(
      "-d '\(world.store)' --embedder hash", in: world.folder, environment: ["EDITOR": "cp '\(bomb)'"])
    try terminal.enter("edit 1")
    try terminal.wait(for: "has an alias")
  }
}
