import ArgumentParser

struct UnsetCommand: ShellCommand {
  static let declaration = CommandConfiguration(
    commandName: "unset", abstract: "Restore the default of a setting, or forget a variable.")

  static let examples = [
    "unset user",
    "unset output",
    "unset who",
  ]

  @Argument(help: "The setting or variable.")
  var name: String

  func shape(_ scope: inout VariableScope, _ settings: inout Settings) throws {
    Setting.named(name)?.restore(&settings)
    try scope.set(name, to: nil)
  }

  var onlyReads: Bool { true }

  func run(in session: Session) throws -> CommandResult {
    try shape(&session.scope, &session.settings)
    if Setting.named(name) != nil { try session.storeIfOpen?.apply(session.settings.options) }
    return .nothing
  }
}
