import ArgumentParser
import MemoryModel

struct SetCommand: ShellCommand {
  static let declaration = CommandConfiguration(
    commandName: "set",
    abstract: "Change a setting or a variable, or list the settings.",
    discussion: """
      Settings: \(Setting.all.map { "\($0.name) (\($0.values.description))" }.joined(separator: ", ")). Every other \
      name is a variable, which ${name} inserts. Without a value it shows the one there is; `unset NAME` restores a \
      setting's default.
      """)

  static let examples = [
    "set",
    "set user ada",
    "set output json",
    "set prompt '{label} {database}> '",
    "set who ada; search tea --user ${who}",
  ]

  @Argument(help: "The setting or variable.")
  var name: String?

  @Argument(help: "Its new value.")
  var value: String?

  @Flag(help: "Set a variable, even one whose name is that of a setting or near it.")
  var variable = false

  @OptionGroup var result: ResultOptions

  var outputFormat: OutputFormat? { result.output }

  private var setting: Setting? { variable ? nil : name.flatMap(Setting.named) }

  func validate() throws {
    guard let name else {
      guard !variable else { throw ValidationError("'--variable' goes with a name and a value") }
      return
    }
    if let setting {
      guard let value, !setting.values.contains(value) else { return }
      throw ValidationError("'\(value)' is not a value for \(name); it takes \(setting.values.description)")
    }
    guard VariableReference.isName(name), variable || !name.contains("-") else {
      guard Setting.nearest(to: name) == nil else { return }
      throw ValidationError("'\(name)' is not a setting, and not a name for a variable")
    }
  }

  func shape(_ scope: inout VariableScope, _ settings: inout Settings) throws {
    guard let name else { return }
    if let setting {
      guard let value else { return }
      setting.change(&settings, value)
      return try scope.set(name, to: value)
    }
    if scope.variables[name] == nil {
      guard variable || Setting.nearest(to: name) == nil else { throw SetCommand.unknown(name) }
      guard value != nil else {
        throw MemshError(.usage, "there is no setting and no variable '\(name)'", hint: "`set \(name) VALUE` sets it")
      }
    }
    if let value { try scope.set(name, to: value) }
  }

  private static func unknown(_ name: String) -> MemshError {
    let nearest = Setting.nearest(to: name).map { "did you mean '\($0)'? " } ?? ""
    let isName = VariableReference.isName(name)
    return MemshError(
      .usage, "there is no setting '\(name)'",
      hint: nearest + (isName ? "`set --variable \(name) VALUE` sets a variable" : "`set` lists the settings"))
  }

  var onlyReads: Bool { true }

  func run(in session: Session) throws -> CommandResult {
    try shape(&session.scope, &session.settings)
    guard let name else { return CommandResult(.table(SetCommand.table(Setting.all, session.settings))) }
    guard value == nil else {
      guard let setting else { return .nothing }
      try session.storeIfOpen?.apply(session.settings.options)
      if let title = setting.title, session.isInteractive {
        session.note("\(title) is \(setting.value(session.settings)).")
      }
      return .nothing
    }
    if let setting { return CommandResult(.table(SetCommand.table([setting], session.settings))) }
    return CommandResult(
      .table(ResultTable(columns: ["name", "value"], rows: [[.text(name), .optional(session.scope.variables[name])]])))
  }

  private static func table(_ settings: [Setting], _ values: Settings) -> ResultTable {
    ResultTable(
      columns: ["name", "value", "default", "takes", "help"],
      rows: settings.map { setting in
        [
          .text(setting.name), setting.cell(values), setting.cell(Settings()),
          .text(setting.values.description), .text(setting.help),
        ]
      }, noun: "setting", shownColumns: settings.count == 1 ? nil : ["name", "value", "help"],
      subject: "help", wrapsSubject: true)
  }
}
