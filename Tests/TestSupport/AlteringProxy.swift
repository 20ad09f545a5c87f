import Foundation
import Synchronization

/// A TCP proxy on 127.0.0.1 that alters messages on their way from a PostgreSQL server to its client: bytes, lengths,
/// types, ends. What it alters follows from its seed and the order of the messages.
///
/// `@unchecked Sendable` because its only mutable state is behind a mutex.
package final class AlteringProxy: @unchecked Sendable {
  private let listener: Int32
  private let target: UInt16
  private let random: Mutex<SeededGenerator>
  private let altered = Mutex(0)
  /// One message in so many is altered.
  private let interval: Int
  /// The port it listens on.
  package let port: UInt16

  /// How long a connection of which a message was altered stays when nothing comes any more: the client may wait for
  /// bytes that were taken out.
  private static let patienceMilliseconds: Int32 = 150

  /// Starts a proxy in front of a port on this machine.
  package init(to target: UInt16, seed: UInt64, oneIn interval: Int) throws {
    self.target = target
    self.interval = interval
    random = Mutex(SeededGenerator(seed: seed))
    (listener, port) = try Loopback.listen()
    Thread { [self] in serve() }.start()
  }

  deinit { close(listener) }

  /// Stops listening.
  package func stop() { shutdown(listener, Int32(SHUT_RDWR)) }

  /// How many messages were altered.
  package var count: Int { altered.withLock { $0 } }

  private func serve() {
    while case let client = accept(listener, nil, nil), client >= 0 {
      guard let server = Loopback.connect(to: target) else {
        close(client)
        continue
      }
      Thread { [self] in
        let forward = Thread { AlteringProxy.copy(from: client, to: server) }
        forward.start()
        alter(from: server, to: client)
        for socket in [client, server] { shutdown(socket, Int32(SHUT_RDWR)) }
        while !forward.isFinished { Thread.sleep(forTimeInterval: 0.001) }
        for socket in [client, server] { close(socket) }
      }.start()
    }
  }

  private static func copy(from source: Int32, to sink: Int32) {
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    while case let count = recv(source, &buffer, buffer.count, 0), count > 0 {
      guard send(sink, buffer, count, Int32(MSG_NOSIGNAL)) == count else { break }
    }
    shutdown(sink, Int32(SHUT_RDWR))
  }

  /// Passes whole messages on: a byte for the type, four for the length, which counts itself, and the body.
  private func alter(from server: Int32, to client: Int32) {
    var waiting: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    var isAltered = false
    while true {
      if isAltered {
        var descriptor = pollfd(fd: server, events: Int16(POLLIN), revents: 0)
        guard poll(&descriptor, 1, AlteringProxy.patienceMilliseconds) > 0 else { return }
      }
      guard case let count = recv(server, &buffer, buffer.count, 0), count > 0 else { return }
      waiting += buffer[..<count]
      var sent: [UInt8] = []
      while waiting.count >= 5 {
        let length = 1 + waiting[1...4].reduce(0) { $0 << 8 | Int($1) }
        guard waiting.count >= length else { break }
        var message = Array(waiting[..<length])
        waiting.removeFirst(length)
        isAltered = random.withLock { mutate(&message, &$0) } || isAltered
        sent += message
      }
      guard sent.isEmpty || send(client, sent, sent.count, Int32(MSG_NOSIGNAL)) == sent.count else { return }
    }
  }

  private func mutate(_ message: inout [UInt8], _ random: inout SeededGenerator) -> Bool {
    guard Int.random(in: 0..<interval, using: &random) == 0 else { return false }
    altered.withLock { $0 += 1 }
    let body = 5..<message.count
    let words: [[UInt8]] = [
      [0, 0, 0, 0], [0xFF, 0xFF, 0xFF, 0xFF], [0x7F, 0xFF, 0xFF, 0xFF], [0x80, 0, 0, 0], [0xFF, 0xFF, 0xFF, 0xFE],
      [0, 0, 0, 1], [0, 0, 0x40, 0],
    ]
    func overwrite(_ position: Int, _ bytes: some Collection<UInt8>) {
      for (offset, byte) in bytes.enumerated() where position + offset < message.count {
        message[position + offset] = byte
      }
    }
    switch Int.random(in: 0..<12, using: &random) {
    case 0: message[0] = UInt8.random(in: 0...255, using: &random)
    case 1: overwrite(1, words.randomElement(using: &random) ?? [])
    case 2: message[4] = message[4] &+ UInt8.random(in: 0...255, using: &random)
    case 3 where !body.isEmpty:
      // Shorter, and said to be.
      message.removeLast(Int.random(in: 1...body.count, using: &random))
      overwrite(1, withUnsafeBytes(of: UInt32(message.count - 1).bigEndian, Array.init))
    case 4 where !body.isEmpty: message.removeLast(Int.random(in: 1...body.count, using: &random))
    case 5: message += [UInt8](repeating: 0, count: Int.random(in: 1...9, using: &random))
    case 6...8 where !body.isEmpty:
      overwrite(
        body.lowerBound + Int.random(in: 0..<body.count, using: &random), words.randomElement(using: &random) ?? [])
    default:
      for _ in 0..<Int.random(in: 1...4, using: &random) where !body.isEmpty {
        message[Int.random(in: body, using: &random)] ^= 1 << UInt8.random(in: 0...7, using: &random)
      }
    }
    return true
  }
}
