import ArgumentParser
import Database
import MemoryModel
import MemoryServices

struct UnaliasCommand: ShellCommand {
  static let declaration = CommandConfiguration(
    commandName: "unalias", abstract: "Take the name away that `alias` gave a command.")

  static let examples = [
    "unalias nd",
    "unalias mine",
    "alias t='search tea'; t; unalias t",
  ]

  @Argument(help: "The name.")
  var name: String

  var onlyReads: Bool { true }

  func shape(_ scope: inout VariableScope, _ settings: inout Settings) throws {
    guard settings.aliases.removeValue(forKey: name) != nil else {
      throw MemshError(.notFound, "there is no alias '\(name)'", hint: "`alias` lists them")
    }
  }

  func run(in session: Session) throws -> CommandResult {
    try shape(&session.scope, &session.settings)
    return .nothing
  }
}
