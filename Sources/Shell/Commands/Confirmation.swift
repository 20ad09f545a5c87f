import MemoryModel
import MemoryServices

/// What a person is asked before a change.
struct Question {
  /// What will happen, as a sentence.
  let text: String
  /// How much it changes.
  let extent: ChangeExtent
  /// What is typed to confirm a large change: the store's name.
  let target: String
}

/// A person was asked and does not want it: the command ends, and nothing was done.
struct Declined: Error {}

/// How long a command works: while a person thinks about a question it stands still.
struct WorkStopwatch {
  private let session: Session
  private let stopwatch = Stopwatch()
  private let askedBefore: Duration

  /// Starts it.
  init(_ session: Session) {
    self.session = session
    askedBefore = session.timeAsked
  }

  /// The time worked since it was started.
  var elapsed: Duration { stopwatch.elapsed - (session.timeAsked - askedBefore) }
}

/// Asking, in proportion to what is at stake: `y` for a few rows; the store's name for a store labelled production, for
/// whole tables, and for more than ``rowsForYes`` rows.
extension Session {
  /// So many rows may be changed by a `y`.
  static let rowsForYes = 1_000

  /// Whether a person must be asked. On a store labelled production `--yes` is not enough where one can be.
  ///
  /// - Parameter isConfirmed: Whether the command was given with `--yes`.
  func mustAsk(isConfirmed: Bool) -> Bool { !(isConfirmed || settings.assumesYes) || asksForProduction }

  /// Whether the store is labelled production and there is a person to say its name, whatever the command came from.
  private var asksForProduction: Bool { label?.isProduction == true && (isInteractive || console.canAsk) }

  /// Whether somebody waits for this very command: at the prompt, or at a terminal where memsh was given nothing else.
  private var isWaitedFor: Bool { isInteractive || isInSystemShell && console.canAsk }

  /// Shows what will be done, and asks a person to confirm it.
  ///
  /// - Throws: `confirmation_required` when there is no person to ask, or the answer was another.
  func ask(_ question: Question, showing plan: ResultRecord) throws {
    let refusal = MemshError(
      .confirmationRequired, "refused: \(question.text.withoutFullStop)",
      hint: "add `--yes` to go on")
    guard isWaitedFor || asksForProduction else { throw refusal }
    let word = try mustType(question) ? question.target.withVisibleControls : nil
    console.writeError(text(of: .record(plan), format: .table))
    let prompt = word.map { "Type \($0) to go on: " } ?? "Go on? [y/N] "
    let stopwatch = Stopwatch()
    defer { timeAsked += stopwatch.elapsed }
    guard let answer = try console.ask(messageDisplay.text(message(question.text)) + prompt, interruption) else {
      throw refusal
    }
    guard word.map({ answer == $0 }) ?? ["y", "yes"].contains(answer.lowercased()) else { throw Declined() }
  }

  /// Whether a `y` is too little.
  private func mustType(_ question: Question) throws -> Bool {
    let extent = question.extent
    if asksForProduction || extent.isEverything || extent.rows > Session.rowsForYes { return true }
    guard let part = extent.part, part.rows > 1 else { return false }
    return try !chosenStore().hasRows(in: part.table, besides: part.rows)
  }
}

extension String {
  /// A sentence as it stands behind a colon.
  fileprivate var withoutFullStop: String {
    prefix(1).lowercased() + (hasSuffix(".") ? dropFirst().dropLast() : dropFirst())
  }
}
