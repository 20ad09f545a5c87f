import ArgumentParser

struct ShowCommand: ShellCommand {
  static let configuration = CommandConfiguration(
    commandName: "show", abstract: "Show the settings and variables (show vars).")

  /// What can be shown.
  enum Subject: String, ExpressibleByArgument, CaseIterable {
    case vars
  }

  @Argument(help: "What to show: vars.")
  var subject: Subject

  @OptionGroup var result: ResultOptions

  var outputFormat: OutputFormat? { result.output }
  var onlyReads: Bool { true }

  func run(in session: Session) throws -> CommandResult {
    let settings = session.settings.listed.map { [Cell.text("setting"), .text($0.name), .text($0.value)] }
    let variables = session.scope.variables.sorted { $0.key < $1.key }
      .map { [Cell.text("variable"), .text($0.key), .text($0.value)] }
    return CommandResult(.table(ResultTable(columns: ["kind", "name", "value"], rows: settings + variables)))
  }
}
