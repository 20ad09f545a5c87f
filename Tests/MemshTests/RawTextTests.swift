import Foundation
import TestSupport
import Testing

/// Text of the store, of files and of variables on a terminal: whatever command shows it, and however, it cannot act.
@Suite(.serialized) struct RawTextTests {
  /// A window's title, colours by C0 and C1, bidirectional controls, a line separator, a next line, a wide character.
  private static let evil = "evil\u{1B}]0;PWNED\u{7}\u{1B}[35m\u{9B}35m\u{202E}\u{2066}\u{2028}\u{85}\u{1B}P1$q\u{9D}毎👩‍👩‍👧‍👦"

  /// What must never reach a terminal.
  private static let acting = [
    "\u{1B}]0;", "\u{1B}[35m", "\u{9B}", "\u{202E}", "\u{2066}", "\u{2028}", "\u{85}", "\u{1B}P1", "\u{9D}",
  ]

  /// A store that has it in every column of text.
  private static func world() throws -> World {
    let world = try World()
    _ = try world.json("schema", "--create")
    for user in [evil, "ben"] {
      _ = try world.json(
        "add", "content \(evil)", "--user", user, "--force", "--category", evil, "--metadata",
        #"{"a":"\#("e\\u001b]0;P")"}"#)
    }
    _ = try world.json("edit", "1", "--content", "changed \(evil)")
    _ = try world.json("fragments", "add", "--category", evil, "--content", evil, "--agent", evil, "--tags", evil)
    _ = try world.json("search", evil, "--user", evil, "--record")
    _ = try world.json("dedup", "--record", "--yes")
    return world
  }

  private func check(_ path: String) throws {
    let bytes = String(decoding: try #require(FileManager.default.contents(atPath: path)), as: UTF8.self)
    #expect(bytes.contains("evil"))
    for sequence in RawTextTests.acting {
      #expect(
        !bytes.unicodeScalars.contains(sequence.unicodeScalars), "\(sequence.debugDescription) reached the terminal")
    }
  }

  @Test("every command, in every format, errors and notices included")
  func showsVisibly() throws {
    let world = try RawTextTests.world()
    let table = try CommandTable(world)
    let leftOut: Set = ["quit", "edit-line", "help", "include", "migrate"]
    var lines = ["set on-error continue", "set pager off"]
    for command in table.commands where !leftOut.contains(command.name) {
      let needed = CommandTable.line(command.words + (CommandTable.needed[command.name] ?? []))
      let dryRun = command.has("--dry-run") && command.name != "rollback" ? " --dry-run" : ""
      // As it is; with the text as the value of each option; and as each argument.
      lines.append(needed + dryRun)
      for option in command.options where option.option != "--output" {
        lines.append("\(needed)\(dryRun) \(option.option) ${evil}")
      }
      for _ in command.positionals { lines.append("\(command.name) ${evil}") }
      if command.name == "results" { lines.append("results") }
      if ["connect", "use", "rollback"].contains(command.name) { lines.append("connect ${store}") }
    }
    lines += [
      "assert 1 = 2 --message ${evil}", "assert ${evil} = 1", "echo ${evil}", "set prompt ${evil}", "show vars",
      "journal show 1", "export", "export --format csv", "fragments export", "show 1", "stats --by user", "sql ${sql}",
      "watch --count 1 0.1 sql ${sql}", "output json", "echo ${evil}", "assert 1 = 2 --message ${evil}", "nothing",
    ]
    for format in ["table", "tsv", "json", "jsonl", "csv", "markdown", "vertical"] {
      for words in [
        "list", "show 1", "stats", "users", "journal", "sql ${sql}", "fragments", "search evil", "duplicates",
      ] {
        lines.append("\(words) --output \(format)")
      }
    }
    let script = try world.script(lines.joined(separator: "\n"))
    let evil = try world.script(RawTextTests.evil, "evil")
    let sql = try world.script(
      "select content as \"\(RawTextTests.evil)\", user_id, metadata from memories", "sql")
    let terminal = try Terminal("sleep 1; sh ./run", in: world.folder, columns: 120, rows: 40)
    let raw = world.folder.file("raw")
    try terminal.record(to: raw)
    _ = try world.script(
      """
      first="$(cat '\(evil)')"; second="$(cat '\(sql)')"
      run() { "$MEMSH" -d '\(world.store)' --embedder hash -v "evil=$first" -v "sql=$second" -v 'store=\(world.store)' "$@"; }
      cp '\(script)' all; run --check -f all 2>&1 | sed -n 's/^all:\\([0-9]*\\): error.*/\\1d/p' > wrong
      # What the loader refuses, shown first, would keep the rest from running.
      run --check -f all; sed -f wrong all > kept; run -f kept
      """, "run")
    try terminal.wait(for: "[status")
    try check(raw)
  }

  @Test("the prompt, its questions, Tab, history and what an editor gives back")
  func promptsVisibly() throws {
    let world = try RawTextTests.world()
    let name = "evil\u{1B}]0;PWNED\u{7}\u{202E}.db"
    try FileManager.default.moveItem(atPath: world.store, toPath: world.folder.file(name))
    try FileManager.default.createDirectory(
      atPath: world.folder.file("state/memsh"), withIntermediateDirectories: true)
    _ = try world.script("echo fine\necho \(RawTextTests.evil)\necho last\n", "state/memsh/history")
    let editor = try world.script("#!/bin/sh\nprintf 'echo \(RawTextTests.evil)' > \"$1\"\n", "editor")
    try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: editor)
    let evil = try world.script(RawTextTests.evil, "evil")
    let terminal = try Terminal(
      "sleep 1; \"$MEMSH\" -d \"$(printf 'evil\\033]0;PWNED\\007\u{202E}.db')\" --embedder hash -v \"evil=$(cat '\(evil)')\"",
      in: world.folder, columns: 120, rows: 50, environment: ["EDITOR": editor])
    let raw = world.folder.file("raw")
    try terminal.record(to: raw)
    try terminal.wait(for: "> ")
    try terminal.press("Up", "Up", "Up", "C-c")
    try terminal.type("list --user ")
    try terminal.press("Tab", "Tab", "C-c")
    for line in [
      "set pager off", "reassign --from ${evil} --to 'x y'", "no", "reassign --from ben --to ${evil}", "no", "delete 1",
      "no", "fragments delete 1", "no", "undo", "no", "history", "edit-line", "set prompt ${evil}", "echo end of it",
    ] {
      try terminal.enter(line)
      Thread.sleep(forTimeInterval: 0.4)
    }
    try terminal.wait(for: "\nend of it")
    try check(raw)
  }
}
