import ArgumentParser
import Database
import MemoryModel
import MemoryServices

struct WatchCommand: ShellCommand {
  static let declaration = CommandConfiguration(
    commandName: "watch",
    abstract: "Run a command that reads again and again.",
    discussion: "Until Ctrl-C, or until it fails. A terminal is cleared each time.")

  static let examples = [
    "watch 5 stats",
    "watch --count 3 0.5 users",
    "watch --count 2 1 list --since 1h",
  ]

  @Option(help: "End after so many times.")
  var count: Int?

  @Argument(help: "Seconds between the end of one run and the beginning of the next, from 0.1.")
  var seconds: Double

  @Argument(parsing: .captureForPassthrough, help: "The command and its arguments.")
  var command: [String]

  var onlyReads: Bool { true }

  func validate() throws {
    guard (0.1...86_400).contains(seconds) else {
      throw ValidationError("the interval takes 0.1 to 86400 seconds, not '\(seconds)'")
    }
    if let count, count < 1 { throw ValidationError("'--count' takes a number above 0, not '\(count)'") }
    guard !command.isEmpty else { throw ValidationError("What is to be watched? Write watch SECONDS COMMAND") }
  }

  func check() throws {
    do { _ = try watched() } catch let error as LocatedError { throw error.error }
  }

  /// The command to run again and again.
  private func watched() throws -> any ShellCommand {
    guard case .command(let watched) = try CommandParser.parse(command, of: ScriptCommand(words: command)),
      watched.onlyReads, CommandDescription.of(type(of: watched)).optionNames.contains("--output")
    else {
      throw MemshError(
        .usage, "watch: '\(command[0])' does not only read and show something",
        hint: "watch runs commands such as list, stats and sql")
    }
    return watched
  }

  func run(in session: Session) throws -> CommandResult {
    guard session.sink == nil else {
      throw MemshError(.usage, "watch shows a command again and again, which no file or program can take")
    }
    let watched = try session.withUser(watched())
    for turn in 1... {
      let text = session.text(of: try watched.run(in: session).output, format: watched.outputFormat)
      // A program that reads it wants the results only.
      let heading = session.console.outputIsTerminal ? "\u{1B}[H\u{1B}[2J" + heading(at: session.clock.now()) : ""
      try session.console.write(heading + text)
      guard turn != count, try rest(in: session) else { break }
      // Each turn sees what others have made meanwhile.
      session.storeIfOpen?.forgetState()
    }
    return .nothing
  }

  private func heading(at moment: Timestamp) -> String {
    let time = moment.iso8601.prefix(19).replacing("T", with: " ")
    return "\(command.joined(separator: " ").withVisibleControls)  every \(fixed(seconds, places: 1)) s  \(time) UTC\n"
  }

  /// How soon Ctrl-C is noticed.
  private static let pollMilliseconds = 20

  /// Waits; false when a person has seen enough.
  private func rest(in session: Session) throws -> Bool {
    let stopwatch = Stopwatch()
    while stopwatch.elapsed.seconds < seconds {
      if session.interruption.isRaised {
        guard session.isInteractive else { throw MemshError(.interrupted, "interrupted") }
        // Behind the ^C that the terminal shows.
        session.console.writeError("\n")
        return false
      }
      session.clock.sleep(milliseconds: WatchCommand.pollMilliseconds)
    }
    return true
  }
}
