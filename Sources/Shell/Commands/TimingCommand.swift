import ArgumentParser

struct TimingCommand: ShellCommand {
  static let declaration = CommandConfiguration(
    commandName: "timing", abstract: "Tell how long each command takes, or stop telling it.")

  static let examples = [
    "timing",
    "timing on",
    "timing off",
  ]

  /// On or off.
  enum Choice: String, ExpressibleByArgument, CaseIterable { case on, off }

  @Argument(help: "on or off; without it, the other one than now.")
  var choice: Choice?

  var onlyReads: Bool { true }

  func run(in session: Session) throws -> CommandResult {
    session.settings.showsTiming = choice.map { $0 == .on } ?? !session.settings.showsTiming
    session.note("Timing is \(session.settings.showsTiming ? "on" : "off").")
    return .nothing
  }
}
