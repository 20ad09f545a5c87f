import Foundation
import Synchronization

/// A TCP proxy on 127.0.0.1 that cuts every connection once so many bytes have gone from the client to the server.
///
/// `@unchecked Sendable` because its only mutable state is behind a mutex.
package final class CuttingProxy: @unchecked Sendable {
  private let listener: Int32
  private let target: UInt16
  private let remaining: Mutex<Int>
  /// The port it listens on.
  package let port: UInt16

  /// Starts a proxy in front of a port on this machine.
  package init(to target: UInt16, cuttingAfterBytes limit: Int) throws {
    self.target = target
    remaining = Mutex(limit)
    (listener, port) = try Loopback.listen()
    Thread { [self] in serve() }.start()
  }

  deinit { close(listener) }

  /// Stops listening.
  package func stop() { shutdown(listener, Int32(SHUT_RDWR)) }

  private func serve() {
    while case let client = accept(listener, nil, nil), client >= 0 {
      guard let server = Loopback.connect(to: target) else {
        close(client)
        continue
      }
      Thread { [self] in pump(from: client, to: server, counting: true) }.start()
      Thread { [self] in pump(from: server, to: client, counting: false) }.start()
    }
  }

  private func pump(from source: Int32, to sink: Int32, counting: Bool) {
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    while case let count = recv(source, &buffer, buffer.count, 0), count > 0 {
      let allowed =
        counting
        ? remaining.withLock { left in
          defer { left -= count }
          return left
        } : count
      guard allowed >= count, send(sink, buffer, count, Int32(MSG_NOSIGNAL)) == count else { break }
    }
    // Both ends see the connection break, as when a cable is pulled out by somebody who tells both.
    for socket in [source, sink] { shutdown(socket, Int32(SHUT_RDWR)) }
  }
}

/// Sockets on this machine.
enum Loopback {
  static func listen() throws -> (socket: Int32, port: UInt16) {
    let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var address = self.address(port: 0)
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let isListening = withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
        bind(listener, address, length) == 0 && Foundation.listen(listener, 64) == 0
          && getsockname(listener, address, &length) == 0
      }
    }
    guard isListening else { throw POSIXError(.EADDRINUSE) }
    return (listener, UInt16(bigEndian: address.sin_port))
  }

  static func connect(to port: UInt16) -> Int32? {
    let server = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var address = self.address(port: port)
    let isConnected = withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        Foundation.connect(server, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
      }
    }
    return isConnected ? server : nil
  }

  private static func address(port: UInt16) -> sockaddr_in {
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    return address
  }
}

/// Ports on this machine.
package enum LoopbackPort {
  /// A port that nobody listens on.
  package static func free() throws -> UInt16 {
    let (socket, port) = try Loopback.listen()
    close(socket)
    return port
  }

  /// Whether somebody listens on it.
  package static func answers(_ port: UInt16) -> Bool {
    guard let socket = Loopback.connect(to: port) else { return false }
    close(socket)
    return true
  }
}
