import ArgumentParser
import Database
import MemoryModel
import MemoryServices

struct EditLineCommand: ShellCommand {
  static let declaration = CommandConfiguration(
    commandName: "edit-line", abstract: "Change the last command in $EDITOR, then run it.",
    discussion: """
      What the editor leaves unchanged, or empty, or with a status other than 0, is not run. $VISUAL comes before \
      $EDITOR, vi after both.
      """)

  static let examples = [
    "edit-line",
    "\\e",
    "set timing on; edit-line",
  ]

  func run(in session: Session) throws -> CommandResult {
    guard session.isInteractive else {
      throw MemshError(.usage, "there is no last command to edit in a script", hint: "`edit-line` is for the prompt")
    }
    var result = CommandResult.nothing
    let edited = try session.console.edit(session.lastInput)
    // An editor ends a text's last line.
    if edited.split(separator: "\n") == session.lastInput.split(separator: "\n") {
      result.remark = "nothing was changed, so nothing is run"
    } else if edited.allSatisfy(\.isWhitespace) {
      result.remark = "nothing was left, so nothing is run"
    } else {
      result.nextInput = edited
    }
    return result
  }
}
