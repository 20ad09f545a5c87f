import ArgumentParser

struct UnsetCommand: ShellCommand, ScopeChanging {
  static let configuration = CommandConfiguration(commandName: "unset", abstract: "Forget a variable.")

  @Argument(help: "The variable.")
  var name: String

  func change(_ scope: inout VariableScope) { scope.variables[name] = nil }

  var onlyReads: Bool { true }

  func run(in session: Session) throws -> CommandResult {
    change(&session.scope)
    return .nothing
  }
}
