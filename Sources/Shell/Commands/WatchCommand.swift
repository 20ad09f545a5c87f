import ArgumentParser
import Database
import MemoryModel
import MemoryServices

struct WatchCommand: ShellCommand {
  static let declaration = CommandConfiguration(
    commandName: "watch",
    abstract: "Run a command that reads again and again.",
    discussion: """
      Until Ctrl-C, or until it fails. A terminal is cleared each time. Without a command it repeats the last one that \
      showed something, as psql's \\watch does.
      """)

  static let examples = [
    "watch 5 stats",
    "watch --count 3 0.5 users",
    "watch --count 2 1 list --since 1h",
    "SELECT count(*) FROM memories; watch --count 2 0.5",
  ]

  @Option(help: "End after so many times.")
  var count: Int?

  @Argument(help: "Seconds between the end of one run and the beginning of the next, from 0.1.")
  var seconds = 2.0

  @Argument(
    parsing: .captureForPassthrough, help: "The command and its arguments; without one, the last that showed something."
  )
  var command: [String] = []

  var onlyReads: Bool { true }

  func validate() throws {
    guard (0.1...86_400).contains(seconds) else {
      throw ValidationError("the interval takes 0.1 to 86400 seconds, not '\(seconds)'")
    }
    if let count, count < 1 { throw ValidationError("'--count' takes a number above 0, not '\(count)'") }
  }

  func check() throws {
    guard !command.isEmpty else { return }
    do { _ = try given() } catch let error as LocatedError { throw error.error }
  }

  /// Where in the words of this command the one that is watched begins; nil where there is none.
  static func watchedIndex(in words: [String]) -> Int? {
    var index = 1
    var isBehindSeconds = false
    while index < words.count {
      if words[index] == "--count" {
        index += 1
      } else if !words[index].hasPrefix("--count=") {
        if isBehindSeconds { return index }
        isBehindSeconds = true
      }
      index += 1
    }
    return nil
  }

  /// The command that was given.
  private func given() throws -> any ShellCommand {
    guard case .command(let given) = try CommandParser.parse(command, of: ScriptCommand(words: command)) else {
      throw WatchCommand.refusal(of: command[0])
    }
    try WatchCommand.requireReading(given, command[0])
    return given
  }

  /// The command to run again and again, and its text.
  private func watched(in session: Session) throws -> (command: any ShellCommand, text: String) {
    guard command.isEmpty else { return (try session.withUser(given()), command.joined(separator: " ")) }
    guard let last = session.lastShown else {
      throw MemshError(.usage, "watch: no command has shown anything yet", hint: "write watch SECONDS COMMAND")
    }
    try WatchCommand.requireReading(last.command, type(of: last.command).configuration.commandName ?? "")
    return last
  }

  private static func requireReading(_ command: any ShellCommand, _ name: String) throws {
    guard command.onlyReads, CommandDescription.of(type(of: command)).optionNames.contains("--output") else {
      throw refusal(of: name)
    }
  }

  private static func refusal(of name: String) -> MemshError {
    MemshError(
      .usage, "watch: '\(name)' does not only read and show something",
      hint: "watch runs commands such as list, stats and sql")
  }

  func run(in session: Session) throws -> CommandResult {
    guard session.sink == nil else {
      throw MemshError(.usage, "watch shows a command again and again, which no file or program can take")
    }
    let (watched, text) = try watched(in: session)
    for turn in 1... {
      let shown = session.text(of: try watched.run(in: session).output, format: watched.outputFormat)
      // A program that reads it wants the results only.
      let heading = session.console.outputIsTerminal ? "\u{1B}[H\u{1B}[2J" + heading(text, at: session.clock.now()) : ""
      try session.console.write(heading + shown)
      guard turn != count, try rest(in: session) else { break }
      // Each turn sees what others have made meanwhile.
      session.storeIfOpen?.forgetState()
    }
    return .nothing
  }

  private func heading(_ text: String, at moment: Timestamp) -> String {
    let time = moment.iso8601.prefix(19).replacing("T", with: " ")
    return "\(text.withVisibleControls)  every \(fixed(seconds, places: 1)) s  \(time) UTC\n"
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
