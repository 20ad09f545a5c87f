import ArgumentParser

struct SetCommand: ShellCommand, ScopeChanging {
  static let configuration = CommandConfiguration(
    commandName: "set",
    abstract: "Change a setting or a variable.",
    discussion: """
      Settings: embedder (openai, local, hash, auto), on-error (stop, continue), output (a format, or auto). Every \
      other name is a variable, which ${name} inserts.
      """)

  @Argument(help: "The setting or variable.")
  var name: String

  @Argument(help: "Its new value.")
  var value: String

  private var allowedValues: [String]? { Settings.allowedValues.first { $0.name == name }?.values }

  func validate() throws {
    if let allowed = allowedValues {
      guard !allowed.contains(value) else { return }
      throw ValidationError("'\(value)' is no value for \(name); it takes \(allowed.joined(separator: ", "))")
    }
    guard VariableReference.isName(name) else { throw ValidationError("'\(name)' is no name for a variable") }
    if name.contains("-") {
      let nearest = NearestMatch.find(name, among: Settings.allowedValues.map(\.name))
      let suggestion = nearest.map { " Did you mean '\($0)'?" } ?? ""
      throw ValidationError("There is no setting '\(name)'.\(suggestion)")
    }
  }

  func change(_ scope: inout VariableScope) {
    if allowedValues == nil { scope.variables[name] = value }
  }

  func run(in session: Session) throws -> CommandResult {
    if allowedValues != nil {
      session.settings.set(name, to: value)
    } else {
      change(&session.scope)
    }
    return .nothing
  }
}
