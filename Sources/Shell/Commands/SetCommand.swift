import ArgumentParser

struct SetCommand: ShellCommand, ScopeChanging {
  static let configuration = CommandConfiguration(
    commandName: "set",
    abstract: "Change a setting or a variable.",
    discussion: """
      Settings: \(Settings.all.map { "\($0.name) (\($0.values.description))" }.joined(separator: ", ")). Every other \
      name is a variable, which ${name} inserts.
      """)

  @Argument(help: "The setting or variable.")
  var name: String

  @Argument(help: "Its new value.")
  var value: String

  private var allowedValues: Settings.Values? { Settings.all.first { $0.name == name }?.values }

  func validate() throws {
    if let allowed = allowedValues {
      guard !allowed.contains(value) else { return }
      throw ValidationError("'\(value)' is not a value for \(name); it takes \(allowed.description)")
    }
    guard VariableReference.isName(name) else { throw ValidationError("'\(name)' is not a name for a variable") }
    if name.contains("-") {
      let nearest = NearestMatch.find(name, among: Settings.all.map(\.name))
      let suggestion = nearest.map { " Did you mean '\($0)'?" } ?? ""
      throw ValidationError("There is no setting '\(name)'.\(suggestion)")
    }
  }

  func change(_ scope: inout VariableScope) throws {
    if allowedValues == nil { try scope.set(name, to: value) }
  }

  var onlyReads: Bool { true }

  func run(in session: Session) throws -> CommandResult {
    if allowedValues != nil {
      session.settings.set(name, to: value)
      try session.storeIfOpen?.apply(session.settings.options)
    } else {
      try change(&session.scope)
    }
    return .nothing
  }
}
