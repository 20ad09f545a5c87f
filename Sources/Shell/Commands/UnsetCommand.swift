import ArgumentParser

struct UnsetCommand: ShellCommand, ScopeChanging {
  static let configuration = CommandConfiguration(commandName: "unset", abstract: "Forget a variable.")

  @Argument(help: "The variable.")
  var name: String

  func change(_ scope: inout VariableScope) throws { try scope.set(name, to: nil) }

  var onlyReads: Bool { true }

  func run(in session: Session) throws -> CommandResult {
    try change(&session.scope)
    return .nothing
  }
}
