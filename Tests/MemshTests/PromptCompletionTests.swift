import Foundation
import TestSupport
import Testing

/// Tab at a real prompt: what is inserted, and what is listed.
@Suite(.serialized) struct PromptCompletionTests {
  private let world: World
  private let terminal: Terminal

  init() throws {
    world = try World()
    let rows = [
      #"{"user_id":"ada","content":"green \u001b[31mtea","metadata":{"source":"chat"}}"#,
      #"{"user_id":"bob","content":"\#(String(repeating: "long ", count: 30))","metadata":{"source":"mail"}}"#,
    ]
    let result = try world.run(
      "-q", "--embedder", "hash", "import", "-", "--format", "jsonl", input: rows.joined(separator: "\n") + "\n")
    #expect(result.status == 0, "\(result.errors)")
    terminal = try Terminal.memsh("-d '\(world.store)' --embedder hash", in: world.folder, columns: 80, rows: 24)
  }

  /// Types text and presses Tab until the screen fulfils a condition: an answer that comes late is there the next time.
  private func complete(_ typed: String, until condition: (String) -> Bool) throws -> String {
    try terminal.press("C-c")
    try terminal.type(typed)
    for _ in 0..<5 {
      try terminal.press("Tab")
      let end = Date(timeIntervalSinceNow: 1)
      while Date() < end {
        let screen = try terminal.screen()
        if condition(screen) { return screen }
        Thread.sleep(forTimeInterval: 0.03)
      }
    }
    return try terminal.wait(until: condition)
  }

  @Test("what is nearly a name becomes the name; what follows the cursor stays")
  func replacesNames() throws {
    _ = try complete("lst") { $0.contains("> list ") }
    _ = try complete("serch") { $0.contains("> search ") }
    try terminal.press("C-c")
    try terminal.type("sql 'select cont from memories'")
    try terminal.press("C-a")
    for _ in 0..<16 { try terminal.press("Right") }
    try terminal.press("Tab")
    try terminal.wait(for: "> sql 'select content  from memories'")
    try terminal.press("Enter")
    try terminal.wait(for: "(2 rows)")
  }

  @Test("ids are listed a line each, with their text cut to the screen and nothing in it that acts on a terminal")
  func listsIDs() throws {
    // The beginning that ids share is another id.
    let moved = try world.run("-q", "sql", "--write", "UPDATE memories SET id = id + 40")
    #expect(moved.status == 0, "\(moved.errors)")
    let screen = try complete("show ") { $0.contains("green") }
    let lines = screen.split(separator: "\n").map { $0.trimmingCharacters(in: .whitespaces) }
    #expect(lines.contains("41      green \\x1b[31mtea"), "\(screen)")
    #expect(lines.contains { $0.hasPrefix("42      long long") && $0.hasSuffix("…") && $0.count == 79 }, "\(screen)")
    #expect(lines.last == "sqlite:store.db> show")
    for typed in ["delete ", "edit ", "merge ", "search --similar-to "] {
      let listed = try complete(typed) { $0.contains("\n42  long") && $0.hasSuffix("> \(typed)") }
      #expect(listed.contains("\n41  green"))
    }
  }

  @Test("the metadata's keys and values; the journal's numbers with their commands")
  func listsValues() throws {
    let result = try world.run("-q", "edit", "1", "--importance", "0.9")
    #expect(result.status == 0, "\(result.errors)")
    _ = try complete("list --where meta") { $0.contains("> list --where metadata.source=") }
    _ = try complete("list --where metadata.source=") { $0.contains("\nchat  mail") }
    _ = try complete("undo ") { $0.contains("edit 1 --importance 0.9") }
  }

  @Test("a list that is longer than the screen is one of names; Tab again tells what they are")
  func listsNames() throws {
    let names = try complete("doctor --fix ") { $0.contains("Tab again") }
    #expect(names.contains("user_variants") && !names.contains("differ"))
    try terminal.press("Tab")
    let explained = try terminal.wait { !$0.contains("Tab again") }
    #expect(explained.contains("embedding_missing  "), "\(explained)")
  }
}
