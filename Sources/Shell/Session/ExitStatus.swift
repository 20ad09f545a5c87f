import Database
import MemoryModel
import MemoryServices

/// The exit statuses of memsh: one table, everywhere.
package enum ExitStatus: Int32, Sendable {
  case success = 0
  /// A command failed.
  case failed = 1
  /// What was typed cannot be run.
  case usage = 2
  /// There is no connection, or it was lost.
  case connection = 3
  /// An `assert` did not hold.
  case assertion = 4
  /// Interrupted by the user (128 + SIGINT).
  case interrupted = 130

  /// The status for an error.
  package init(_ code: ErrorCode) {
    switch code {
    case .usage, .syntax, .unknownCommand, .undefinedVariable, .scriptNotFound: self = .usage
    case .connectionFailed, .connectionLost, .authenticationFailed: self = .connection
    case .assertionFailed: self = .assertion
    case .interrupted: self = .interrupted
    default: self = .failed
    }
  }
}
