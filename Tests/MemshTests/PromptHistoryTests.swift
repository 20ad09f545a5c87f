import Foundation
import TestSupport
import Testing

/// What was typed before comes back: by the arrows, and by searching.
@Suite(.serialized) struct PromptHistoryTests {
  private let world: World
  private let terminal: Terminal

  init() throws {
    world = try World()
    try FileManager.default.createDirectory(
      atPath: world.folder.file("state/memsh"), withIntermediateDirectories: true)
    _ = try world.folder.write(
      "echo one\nset timing off\necho 'two\\\nlines'\nset pager off\necho one\nusers\n", to: "state/memsh/history")
    terminal = try Terminal.memsh("-d '\(world.store)' --embedder hash", in: world.folder)
  }

  private func expect(_ line: String) throws {
    try terminal.wait { screen in
      let lines = screen.split(separator: "\n", omittingEmptySubsequences: false)
      let trimmed = lines.map { $0.trimmingCharacters(in: .whitespaces) }.joined(separator: "\n")
      return trimmed.hasSuffix("store.db> \(line)")
    }
  }

  @Test("Up goes through the commands that begin like what was typed, and Down comes back to it")
  func recallsByBeginning() throws {
    try terminal.type("se")
    for line in ["set pager off", "set timing off"] {
      try terminal.press("Up")
      try expect(line)
    }
    // There is none before.
    try terminal.press("Up", "Down")
    try expect("set pager off")
    try terminal.press("Down")
    try expect("se")
    try terminal.press("C-u")
    try terminal.type("echo zero")
    try terminal.press("C-a", "Right", "Right", "Up")
    try expect("echo one")
    try terminal.press("C-p")
    try expect("echo 'two\nlines'")
    // The same command twice is one step.
    try terminal.press("Up")
    try expect("echo one")
    try terminal.press("C-n", "C-n", "C-n")
    try expect("echo zero")
    try terminal.press("Enter")
    try terminal.wait(for: "\nzero\n")
  }

  @Test("an empty line goes through all of them; what is changed on the way begins anew")
  func recallsAll() throws {
    for line in ["users", "echo one", "set pager off", "echo 'two\nlines'"] {
      try terminal.press("Up")
      try expect(line)
    }
    try terminal.press("Enter")
    try terminal.wait(for: "\ntwo\nlines\n")
    try terminal.press("Up", "Up", "BSpace", "BSpace")
    try expect("use")
    try terminal.press("Up")
    try expect("users")
    try terminal.press("Down")
    try expect("use")
  }

  @Test("Ctrl-R shows the command that matches, again an older one, Ctrl-S a newer one")
  func searches() throws {
    try terminal.press("C-r")
    try terminal.type("off")
    try terminal.wait { $0.contains("> set pager off") && $0.contains("bck:off") }
    try terminal.press("C-r")
    try terminal.wait(for: "> set timing off")
    try terminal.press("C-s", "C-s")
    try terminal.wait { $0.contains("> set pager off") && $0.contains("fwd:off") }
    try terminal.press("Enter")
    try terminal.enter("echo done")
    let screen = try terminal.wait(for: "\ndone")
    #expect(screen.contains("> set pager off") && !screen.contains("error"), "\(screen)")
  }
}
