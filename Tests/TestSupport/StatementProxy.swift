import Foundation
import Synchronization

/// A TCP proxy on 127.0.0.1 that notes every statement which a client has a PostgreSQL server execute, as the server's own
/// statement log would, by any connection.
///
/// `@unchecked Sendable` because its only mutable state is behind a mutex.
package final class StatementProxy: @unchecked Sendable {
  private let listener: Int32
  private let target: UInt16
  private let noted = Mutex<[String]>([])
  private let trips = Mutex(0)
  /// The port it listens on.
  package let port: UInt16

  /// Starts a proxy in front of a port on this machine.
  package init(to target: UInt16) throws {
    self.target = target
    (listener, port) = try Loopback.listen()
    Thread { [self] in serve() }.start()
  }

  deinit { close(listener) }

  /// Stops listening.
  package func stop() { shutdown(listener, Int32(SHUT_RDWR)) }

  /// The statements since the last call, in the order in which they came.
  package func take() -> [String] {
    noted.withLock { statements in
      defer { statements = [] }
      return statements
    }
  }

  /// How many times clients have waited for answers since the last call, but for the beginning of a connection: after each
  /// simple query, and each end of a group of statements with values.
  package func takeRoundTrips() -> Int {
    trips.withLock { count in
      defer { count = 0 }
      return count
    }
  }

  private func serve() {
    while case let client = accept(listener, nil, nil), client >= 0 {
      guard let server = Loopback.connect(to: target) else {
        close(client)
        continue
      }
      Thread { [self] in
        let backward = Thread { StatementProxy.copy(from: server, to: client) { _ in } }
        backward.start()
        var reader = MessageReader()
        StatementProxy.copy(from: client, to: server) { bytes in
          let statements = reader.statements(in: bytes)
          noted.withLock { $0 += statements }
          trips.withLock { $0 += reader.takeRoundTrips() }
        }
        for socket in [client, server] { shutdown(socket, Int32(SHUT_RDWR)) }
        while !backward.isFinished { Thread.sleep(forTimeInterval: 0.001) }
        for socket in [client, server] { close(socket) }
      }.start()
    }
  }

  private static func copy(from source: Int32, to sink: Int32, _ note: (ArraySlice<UInt8>) -> Void) {
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    while case let count = recv(source, &buffer, buffer.count, 0), count > 0 {
      note(buffer[..<count])
      guard send(sink, buffer, count, Int32(MSG_NOSIGNAL)) == count else { break }
    }
    for socket in [source, sink] { shutdown(socket, Int32(SHUT_RDWR)) }
  }
}

/// Reads what a client sends: Query, and Parse, Bind and Execute, which name statements and portals.
private struct MessageReader {
  private var waiting: [UInt8] = []
  /// Messages have a type byte once the start-up message is through.
  private var hasStarted = false
  private var prepared: [String: String] = [:]
  private var portals: [String: String] = [:]
  private var roundTrips = 0

  mutating func takeRoundTrips() -> Int {
    defer { roundTrips = 0 }
    return roundTrips
  }

  mutating func statements(in bytes: ArraySlice<UInt8>) -> [String] {
    waiting += bytes
    var statements: [String] = []
    while true {
      let head = hasStarted ? 1 : 0
      guard waiting.count >= head + 4 else { return statements }
      let length = head + waiting[head..<head + 4].reduce(0) { $0 << 8 | Int($1) }
      guard length >= head + 4, waiting.count >= length else { return statements }
      let (type, body) = (waiting[0], Array(waiting[(head + 4)..<length]))
      waiting.removeFirst(length)
      if hasStarted {
        // Query, and Sync.
        if [UInt8(ascii: "Q"), UInt8(ascii: "S")].contains(type) { roundTrips += 1 }
        statements += statement(type: Character(Unicode.Scalar(type)), body)
      } else {
        // Protocol 3; a question about encryption has another number.
        hasStarted = body.starts(with: [0, 3])
      }
    }
  }

  private mutating func statement(type: Character, _ body: [UInt8]) -> [String] {
    let texts = body.split(separator: 0, maxSplits: 2, omittingEmptySubsequences: false).map {
      String(decoding: $0, as: UTF8.self)
    }
    guard let first = texts.first else { return [] }
    let second = texts.count > 1 ? texts[1] : ""
    switch type {
    case "Q": return [first]
    case "P": prepared[first] = second
    case "B": portals[first] = prepared[second] ?? ""
    case "E": return [portals[first] ?? ""]
    default: break
    }
    return []
  }
}
