import Foundation
import Synchronization

/// Speaks PostgreSQL far enough to ask whoever connects for a password, and remembers what it is told.
///
/// `@unchecked Sendable` because all mutable state is behind a mutex or set before the thread starts.
package final class PasswordTrap: @unchecked Sendable {
  private let socket: Int32
  private let received = Mutex<[UInt8]>([])
  private let count = Mutex(0)
  /// The port of 127.0.0.1 that it listens on.
  package let port: UInt16

  /// Starts listening.
  package init() throws {
    (socket, port) = try Loopback.listen()
    Thread { [self] in serve() }.start()
  }

  deinit { close(socket) }

  /// Stops listening.
  package func stop() { shutdown(socket, Int32(SHUT_RDWR)) }

  /// Everything that clients have sent, as text.
  package var heard: String { String(decoding: received.withLock { $0 }, as: UTF8.self) }

  /// How many clients have come.
  package var clients: Int { count.withLock { $0 } }

  private func serve() {
    while true {
      let client = accept(socket, nil, nil)
      guard client >= 0 else { return }
      count.withLock { $0 += 1 }
      Thread { [self] in converse(client) }.start()
    }
  }

  private func converse(_ client: Int32) {
    defer { close(client) }
    var buffer = [UInt8](repeating: 0, count: 4_096)
    while true {
      let count = recv(client, &buffer, buffer.count, 0)
      guard count > 0 else { return }
      received.withLock { $0 += buffer[..<count] }
      // A request for TLS or GSSAPI is 8 bytes long: no. A start is answered by: send the password as it is.
      let answer: [UInt8] = count == 8 ? [UInt8(ascii: "N")] : [UInt8(ascii: "R"), 0, 0, 0, 8, 0, 0, 0, 3]
      guard buffer[0] != UInt8(ascii: "p"), send(client, answer, answer.count, Int32(MSG_NOSIGNAL)) > 0 else { return }
    }
  }
}
