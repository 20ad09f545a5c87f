import MemoryModel

/// Where a session writes and whom it can ask.
package protocol Console: AnyObject {
  /// How many columns wide the terminal is that shows standard output; nil when none does.
  var outputColumns: Int? { get }
  /// How many rows high that terminal is; nil when there is none.
  var outputRows: Int? { get }
  /// Whether standard error is a terminal.
  var errorIsTerminal: Bool { get }
  /// Whether there is a person to be asked: standard input and standard error are a terminal.
  var canAsk: Bool { get }
  /// What takes secrets out of everything that is printed or kept.
  var redactor: Redactor { get }
  /// Writes results.
  ///
  /// - Throws: ``ClosedPipe`` when the reader has gone.
  func write(_ text: String) throws
  /// Writes results to a person: what is longer than the screen goes through a pager.
  func write(_ text: String, pager: PagerChoice) throws
  /// Writes everything that is not a result; secrets are taken out.
  func writeError(_ text: String)
  /// Asks a person; nil when there is none.
  ///
  /// - Throws: `interrupted` when Ctrl-C is pressed instead.
  func ask(_ question: String, _ interruption: Interruption) throws -> String?
  /// Lets a person change a text in an editor.
  func edit(_ text: String) throws -> String
  /// Runs a command of the system's shell, which reads and writes where memsh does.
  ///
  /// - Returns: Its exit status.
  func run(_ call: SystemCall) throws -> Int32
  /// Starts a command of the system's shell that reads what is written to it.
  func reader(_ call: SystemCall) throws -> any OutputSink
}

extension Console {
  /// Whether standard output is a terminal.
  package var outputIsTerminal: Bool { outputColumns != nil }
}

/// What shows long results.
package enum PagerChoice: Sendable, Equatable {
  /// `$PAGER`, else less.
  case automatic
  /// Nothing: they scroll by.
  case off
  /// A shell command.
  case command(String)
}

/// Whoever read standard output has gone: the session ends without a word.
package struct ClosedPipe: Error {
  /// Creates the error.
  package init() {}
}
