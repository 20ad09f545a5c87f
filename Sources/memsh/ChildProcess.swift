import Database
import Foundation
import MemoryModel
import MemoryServices
import Shell

/// Programs that memsh starts in the user's terminal: a pager, an editor.
enum ChildProcess {
  /// The status of a shell whose command is not there.
  static let notFound: Int32 = 127

  /// Runs a program to its end.
  ///
  /// - Parameters:
  ///   - arguments: The program and its arguments.
  ///   - input: What its standard input is; nil for the terminal.
  /// - Returns: Its exit status.
  static func run(_ arguments: [String], input: String? = nil) throws -> Int32 {
    guard let input else { return wait(for: try start(arguments)) }
    let reader = try ChildReader(arguments, name: arguments[0])
    // It may have seen enough before the end.
    try? reader.write(input)
    return reader.end()
  }

  /// Starts a program.
  ///
  /// - Parameters:
  ///   - arguments: The program and its arguments.
  ///   - input: What it reads; nil for the terminal.
  ///   - variables: What its environment has besides memsh's own.
  static func start(
    _ arguments: [String], input: Int32? = nil, variables: [String: String] = [:]
  ) throws -> pid_t {
    var process = pid_t()
    let code = spawn(arguments, variables: variables, input: input, process: &process)
    guard code == 0 else { throw failed(arguments, code) }
    return process
  }

  /// Waits for the end of a program.
  ///
  /// - Returns: Its exit status; 128 and the signal's number where a signal ended it.
  static func wait(for process: pid_t) -> Int32 {
    var status: Int32 = 0
    while waitpid(process, &status, 0) < 0, errno == EINTR {}
    let signal = status & 0x7F
    return signal == 0 ? status >> 8 & 0xFF : 128 + signal
  }

  /// memsh blocks Ctrl-C and ignores closed pipes; its children must not.
  private static func spawn(
    _ arguments: [String], variables: [String: String], input: Int32?, process: inout pid_t
  ) -> Int32 {
    var attributes = posix_spawnattr_t()
    var actions = posix_spawn_file_actions_t()
    posix_spawnattr_init(&attributes)
    posix_spawn_file_actions_init(&actions)
    defer {
      posix_spawnattr_destroy(&attributes)
      posix_spawn_file_actions_destroy(&actions)
    }
    var signals = sigset_t()
    sigemptyset(&signals)
    posix_spawnattr_setsigmask(&attributes, &signals)
    sigaddset(&signals, SIGINT)
    sigaddset(&signals, SIGPIPE)
    posix_spawnattr_setsigdefault(&attributes, &signals)
    posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF))
    if let input { posix_spawn_file_actions_adddup2(&actions, input, STDIN_FILENO) }
    var strings = arguments.map { strdup($0) } + [nil]
    defer { for string in strings { free(string) } }
    guard !variables.isEmpty else {
      return posix_spawn(&process, arguments[0], &actions, &attributes, &strings, environ)
    }
    let environment = ProcessInfo.processInfo.environment.merging(variables) { $1 }
    var settings = environment.map { strdup("\($0.key)=\($0.value)") } + [nil]
    defer { for setting in settings { free(setting) } }
    return posix_spawn(&process, arguments[0], &actions, &attributes, &strings, &settings)
  }

  fileprivate static func failed(_ arguments: [String], _ code: Int32) -> MemshError {
    MemshError(.fileFailed, "\(arguments[0]) cannot be started", cause: String(cString: strerror(code)))
  }
}

/// A program that reads what memsh writes.
final class ChildReader: OutputSink {
  private var descriptor: Int32
  private let process: pid_t
  private let name: String
  private var isEnded = false

  /// Starts a program; errors call it by the name.
  init(_ arguments: [String], name: String, variables: [String: String] = [:]) throws {
    var ends: [Int32] = [-1, -1]
    guard pipe(&ends) == 0 else { throw ChildProcess.failed(arguments, errno) }
    // No other program gets them: as long as one had the writing end, this one would wait for more.
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    defer { close(ends[0]) }
    descriptor = ends[1]
    self.name = name
    do { process = try ChildProcess.start(arguments, input: ends[0], variables: variables) } catch {
      close(ends[1])
      throw error
    }
  }

  deinit { _ = end() }

  func write(_ text: String) throws {
    var text = text
    try text.withUTF8 { bytes in
      var rest = UnsafeRawBufferPointer(bytes)
      while !rest.isEmpty {
        let count = Foundation.write(descriptor, rest.baseAddress, rest.count)
        guard count > 0 || errno == EINTR else { throw ClosedPipe() }
        rest = UnsafeRawBufferPointer(rebasing: rest.dropFirst(max(0, count)))
      }
    }
  }

  func finish() throws {
    let status = end()
    guard status == 0 else { throw MemshError.ended(status, "`\(name.trimmingCharacters(in: .whitespaces))`") }
  }

  /// Lets it know that there is no more, and waits for its end.
  ///
  /// - Returns: Its exit status; 0 when it was asked for before.
  func end() -> Int32 {
    guard !isEnded else { return 0 }
    isEnded = true
    close(descriptor)
    return ChildProcess.wait(for: process)
  }
}
