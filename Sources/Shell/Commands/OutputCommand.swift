import ArgumentParser

struct OutputCommand: ShellCommand {
  static let declaration = CommandConfiguration(
    commandName: "output", abstract: "Choose the format of all following results.")

  static let examples = [
    "output json",
    "output vertical",
    "output auto",
  ]

  /// A format, or the one that fits what shows the results.
  struct Choice: ExpressibleByArgument {
    /// Nil for `auto`.
    let format: OutputFormat?

    static var allValueStrings: [String] { OutputFormat.allValueStrings + ["auto"] }

    init?(argument: String) {
      format = OutputFormat(argument: argument)
      guard format != nil || argument == "auto" else { return nil }
    }
  }

  @Argument(help: "The format; auto is table on a terminal and tsv in a pipe.")
  var format: Choice

  var onlyReads: Bool { true }

  func run(in session: Session) throws -> CommandResult {
    session.settings.output = format.format
    return .nothing
  }
}
