import Database
import MemoryModel
import MemoryServices
import Testing

@testable import Shell

@Suite struct ErrorRendererTests {
  private let error = MemshError(
    .usage, "unknown option '--usr'", hint: "did you mean '--user'?", cause: "the \u{1B} cause")

  @Test("in a script: file and line, the line with a caret, cause and hint")
  func rendersPlace() {
    let located = LocatedError(
      error, position: SourcePosition(file: "a.memsh", line: 7, column: 10), sourceLine: "search x --usr y", width: 5)
    #expect(
      ErrorRenderer(format: nil).text(of: located) == """
        a.memsh:7: error: unknown option '--usr'
          search x --usr y
                   ^~~~~
        cause: the \\x1b cause
        hint: did you mean '--user'?

        """)
  }

  @Test("elsewhere: the program's name")
  func rendersWithoutPlace() {
    #expect(
      ErrorRenderer(format: .table).text(of: LocatedError(MemshError(.notFound, "gone"))) == "memsh: error: gone\n")
  }

  @Test("under json: one object on a line")
  func rendersJSON() {
    let located = LocatedError(error, position: SourcePosition(file: "a.memsh", line: 7, column: 1))
    #expect(
      ErrorRenderer(format: .jsonl).text(of: located)
        == #"{"code":"usage","message":"unknown option '--usr'","hint":"did you mean '--user'?","file":"a.memsh","line":7,"cause":"the \u001b cause"}"#
        + "\n")
  }

  @Test("every code has a status, and none is success", arguments: ErrorCode.allCases)
  func mapsCodes(code: ErrorCode) {
    #expect(ExitStatus(code) != .success)
    #expect(code.rawValue.allSatisfy { $0.isLowercase || $0 == "_" })
  }

  @Test(
    "the nearest match, if it is near",
    arguments: [("serch", "search"), ("stat", "stats"), ("xyzzy", nil), ("MIGRATE", "migrate")])
  func suggests(word: String, expected: String?) {
    #expect(NearestMatch.find(word, among: CommandRegistry.names) == expected)
  }

  @Test("every command has a name, a summary and help")
  func documentsCommands() {
    #expect(Set(CommandRegistry.names).count == CommandRegistry.commands.count)
    for command in CommandRegistry.commands {
      #expect(!command.configuration.abstract.isEmpty)
      #expect(CommandRegistry.helpMessage(for: command).contains("USAGE: memsh"))
    }
  }
}
