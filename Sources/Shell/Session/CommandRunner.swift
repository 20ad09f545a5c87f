import Database
import MemoryModel
import MemoryServices

/// Runs loaded commands one after the other and prints what they return.
package struct CommandRunner {
  private let session: Session
  /// Whether `timing` tells how long its commands take.
  private let isTimed: Bool

  /// A runner of the commands of a session.
  package init(session: Session, isTimed: Bool = true) {
    self.session = session
    self.isTimed = isTimed
  }

  /// Reports what loading found; nothing runs.
  package func report(_ errors: [LocatedError]) -> ExitStatus {
    for error in errors { report(error, format: error.requestedFormat) }
    return errors.first.map { ExitStatus($0.error.code) } ?? .success
  }

  /// Runs commands until one fails, or to the end under `set on-error continue`.
  ///
  /// - Returns: The status of the first failure; a reader that goes away is none.
  package func run(_ commands: [LoadedCommand]) -> ExitStatus {
    let status = runAll(commands)
    let isUnfinished = session.abandonTransaction()
    return status == .success && isUnfinished ? .failed : status
  }

  private func runAll(_ commands: [LoadedCommand]) -> ExitStatus {
    var status = ExitStatus.success
    for command in commands {
      guard let outcome = try? run(command) else { return status }
      if status == .success { status = outcome.status }
      let stops = outcome.status != .success && session.settings.onError == .stop
      if stops || outcome.endsSession || outcome.status == .interrupted { break }
    }
    return status
  }

  /// How one command ended.
  package struct Outcome: Sendable {
    /// The status it would end a script with.
    package let status: ExitStatus
    /// Whether it was `quit`.
    package var endsSession = false
    /// What is to run as if it had been typed next.
    package var nextInput: String?
  }

  /// Runs one command and prints its result or its error.
  ///
  /// - Throws: ``ClosedPipe``.
  package func run(_ loaded: LoadedCommand) throws -> Outcome {
    let command = loaded.command
    var format = session.settings.output
    let stopwatch = WorkStopwatch(session)
    defer { tellTime(stopwatch) }
    do {
      try session.interruption.check()
      // Others may have changed the tables since.
      session.storeIfOpen?.forgetState()
      session.currentCommand = String(command.text.prefix(CommandRunner.journaledCharacters))
      session.isInSystemShell = !session.isInteractive && command.position.file == nil
      let parsed: any ShellCommand
      switch try loaded.bound(in: session.scope) {
      case .command(let command): parsed = try session.withUser(command)
      case .help(let text):
        try session.sending(to: command.destination, of: command, isResult: false) { try session.write(text + "\n") }
        return Outcome(status: .success)
      }
      format = parsed.outputFormat ?? format
      let isResult = !(parsed is HelpCommand || parsed is ResultsCommand || parsed is WatchCommand)
      // What is said below the result, once a program that shows it has given the terminal back.
      var notes: [String?] = []
      defer { for note in notes.compactMap(\.self) { session.note(note) } }
      let result = try session.sending(to: command.destination, of: command, isResult: isResult) {
        let result = try run(parsed)
        remember(result, of: parsed)
        try print(result.output, format: parsed.outputFormat)
        notes = [
          rowsLeftOut(result.output, of: command, format: parsed.outputFormat), result.remark,
          (try? session.reason(forNothingIn: result, of: parsed)) ?? nil,
        ]
        return result
      }
      guard let result else { return Outcome(status: .success) }
      if let failure = result.failure { throw failure }
      return Outcome(status: .success, endsSession: result.endsSession, nextInput: result.nextInput)
    } catch let error as ClosedPipe {
      throw error
    } catch {
      return Outcome(status: report(error, of: command, format: format))
    }
  }

  /// Runs a command; one that only reads gets a second try when the connection is lost.
  private func run(_ command: any ShellCommand) throws -> CommandResult {
    defer {
      if !command.onlyReads { session.stores.forgetValues() }
      session.tellServerNotices()
    }
    let isAlone = !session.holdsTransaction
    do { return try session.runInTransaction(command) } catch let error as MemshError
      where error.code == .connectionLost && command.onlyReads && isAlone
    {
      session.note("notice: \(error.message); trying again over a new one")
      return try command.run(in: session)
    }
  }

  /// The journal keeps no more of a command.
  private static let journaledCharacters = 500

  private func remember(_ result: CommandResult, of command: any ShellCommand) {
    switch result.output {
    case .table(let table): session.lastResult = table.json
    case .record(let record): session.lastResult = record.json
    case .none, .text: return
    }
    session.lastShown = (command, session.currentCommand)
  }

  private func print(_ output: CommandResult.Output, format: OutputFormat?) throws {
    let text = session.text(of: output, format: format)
    if !text.isEmpty { try session.write(text) }
  }

  /// That a default has left rows out of a result that goes to a file or a program without a line that counts them,
  /// which nobody would notice; nil where that is not so.
  private func rowsLeftOut(
    _ output: CommandResult.Output, of command: ScriptCommand, format: OutputFormat?
  ) -> String? {
    let isCounted = session.format(of: format).isForPeople && !session.display.isForProgram
    guard case .table(let table) = output, !session.isOnTerminal, !isCounted,
      !command.tokens.contains(where: { $0.plainText.hasPrefix("--limit") })
    else { return nil }
    return table.listing.notice(shown: table.rows.count, noun: table.noun)
  }

  private func tellTime(_ stopwatch: WorkStopwatch) {
    guard session.settings.showsTiming, isTimed else { return }
    session.note("Time: \(fixed(stopwatch.elapsed.milliseconds, places: 1)) ms")
  }

  private func report(_ error: any Error, of command: ScriptCommand, format: OutputFormat?) -> ExitStatus {
    let located: LocatedError
    switch error {
    case is Declined:
      session.console.writeError("nothing was done\n")
      return ExitStatus(.confirmationRequired)
    case let error as LocatedError: located = error
    case let error as MemshError:
      located = LocatedError(session.explained(error), at: command.tokens[0], of: command)
    default:
      located = LocatedError(
        MemshError(.storeFailed, "\(error)", hint: "please report this"), at: command.tokens[0], of: command)
    }
    report(located, format: format)
    return ExitStatus(located.error.code)
  }

  private func report(_ error: LocatedError, format: OutputFormat? = nil) {
    session.console.writeError(
      ErrorRenderer(format: format ?? session.settings.output, display: session.messageDisplay).text(of: error))
  }
}
