internal import CLibPQ
import Synchronization

/// What a server says beside its answers: a notice or a warning.
package struct PostgresNotice: Sendable, Equatable {
  /// The five-character SQLSTATE.
  package let sqlState: String
  /// The primary message.
  package let message: String
}

/// Gathers notices of any number of connections.
package final class PostgresNotices: Sendable {
  private let noted = Mutex<[PostgresNotice]>([])
  /// A trigger may say something for each of a million rows.
  private static let maximum = 1_000

  /// Starts with none.
  package init() {}

  /// The notices since the last call, in the order in which they came.
  package func take() -> [PostgresNotice] {
    noted.withLock { notices in
      defer { notices = [] }
      return notices
    }
  }

  /// Those of now whose text begins like this; they stay.
  package func beginning(with text: String) -> [PostgresNotice] {
    noted.withLock { $0.filter { $0.message.hasPrefix(text) } }
  }

  private func append(_ notice: PostgresNotice) {
    noted.withLock { if $0.count < PostgresNotices.maximum, $0.last != notice { $0.append(notice) } }
  }

  /// What libpq calls, with these notices as its argument.
  static let receive: @convention(c) (UnsafeMutableRawPointer?, OpaquePointer?) -> Void = { notices, result in
    guard let notices, let result else { return }
    guard let message = PostgresConnection.field("M", of: result) else { return }
    Unmanaged<PostgresNotices>.fromOpaque(notices).takeUnretainedValue().append(
      PostgresNotice(sqlState: PostgresConnection.field("C", of: result) ?? "", message: message))
  }
}
