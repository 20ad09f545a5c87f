import ArgumentParser
import MemoryCore

struct EditLineCommand: ShellCommand {
  static let configuration = CommandConfiguration(
    commandName: "edit-line", abstract: "Change the last command in $EDITOR, then run it.",
    discussion: "Leave the editor with an empty file to run nothing. $VISUAL comes before $EDITOR, vi after both.")

  func run(in session: Session) throws -> CommandResult {
    guard session.isInteractive else {
      throw MemshError(.usage, "there is no last command to edit in a script", hint: "`edit-line` is for the prompt")
    }
    var result = CommandResult.nothing
    result.nextInput = try session.console.edit(session.lastInput)
    return result
  }
}
