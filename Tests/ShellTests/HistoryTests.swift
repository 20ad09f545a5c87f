import Foundation
import TestSupport
import Testing

@testable import Shell

/// What of the commands typed at the prompt is kept, and what comes back.
@Suite struct HistoryTests {
  private let folder: TestFolder
  private var path: String { folder.file("state/history") }

  init() throws { folder = try TestFolder() }

  private func history(_ redactor: Redactor = Redactor()) -> History { History(path: path, redactor: redactor) }

  @Test("commands come back as they were typed, over several lines and with a backslash at their end")
  func keeps() {
    let commands = ["stats", "sql 'select\n1'", "echo a\\", "list", "stats"]
    let writing = history()
    for command in commands { writing.append(command) }
    #expect(history().commands() == ["stats", "sql 'select\n1'", "echo a\\ ", "list", "stats"])
  }

  @Test("not kept: what begins with a space, repeats the command before it, or holds a secret")
  func leavesOut() {
    let redactor = Redactor()
    redactor.add("told-secret")
    let writing = history(redactor)
    for command in [
      "list", "list", " list", "connect postgresql://ada:hunter22@db/x",
      "connections add x 'host=db password=hunter22'",
      "echo told-secret", "echo sk-abcdefghijklmnopqrstuv", "stats",
    ] { writing.append(command) }
    #expect(history().commands() == ["list", "stats"])
  }

  @Test("a line that nobody can have typed is not recalled")
  func leavesOutOdd() throws {
    try FileManager.default.createDirectory(atPath: folder.file("state"), withIntermediateDirectories: true)
    let long = String(repeating: "x", count: 70_000)
    try "list\necho \u{1B}[2J\n\(long)\nstats\n".write(toFile: path, atomically: true, encoding: .utf8)
    #expect(history().commands() == ["list", "stats"])
  }

  @Test("the file is its owner's only, and no link is followed")
  func isPrivate() throws {
    history().append("list")
    let attributes = try FileManager.default.attributesOfItem(atPath: path)
    #expect(attributes[.posixPermissions] as? Int == 0o600)
    let other = try folder.write("mine\n", to: "other")
    try FileManager.default.removeItem(atPath: path)
    try FileManager.default.createSymbolicLink(atPath: path, withDestinationPath: other)
    history().append("stats")
    #expect(try String(contentsOfFile: other, encoding: .utf8) == "mine\n")
  }
}
