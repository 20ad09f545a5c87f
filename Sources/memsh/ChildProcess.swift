import Database
import Foundation
import MemoryModel
import MemoryServices

/// Programs that memsh starts in the user's terminal: a pager, an editor.
enum ChildProcess {
  /// The status of a shell whose command is not there.
  static let notFound: Int32 = 127

  /// Runs a program to its end.
  ///
  /// - Parameter input: What its standard input is; nil for the terminal.
  /// - Returns: Its exit status.
  static func run(_ arguments: [String], input: String? = nil) throws -> Int32 {
    var ends: [Int32] = [-1, -1]
    guard input == nil || pipe(&ends) == 0 else { throw failed(arguments, errno) }
    let (reading, writing) = (ends[0], ends[1])
    var process = pid_t()
    let code = spawn(arguments, input: reading, closing: writing, process: &process)
    if reading >= 0 { close(reading) }
    if writing >= 0 {
      if code == 0, let input { send(input, to: writing) }
      close(writing)
    }
    guard code == 0 else { throw failed(arguments, code) }
    var status: Int32 = 0
    while waitpid(process, &status, 0) < 0, errno == EINTR {}
    let signal = status & 0x7F
    return signal == 0 ? status >> 8 & 0xFF : 128 + signal
  }

  /// memsh blocks Ctrl-C and ignores closed pipes; its children must not.
  private static func spawn(
    _ arguments: [String], input: Int32, closing: Int32, process: inout pid_t
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
    if input >= 0 {
      posix_spawn_file_actions_adddup2(&actions, input, STDIN_FILENO)
      posix_spawn_file_actions_addclose(&actions, input)
      posix_spawn_file_actions_addclose(&actions, closing)
    }
    var strings = arguments.map { strdup($0) } + [nil]
    defer { for string in strings { free(string) } }
    return posix_spawn(&process, arguments[0], &actions, &attributes, &strings, environ)
  }

  /// Writes until the reader has seen enough.
  private static func send(_ text: String, to descriptor: Int32) {
    var text = text
    text.withUTF8 { bytes in
      var rest = UnsafeRawBufferPointer(bytes)
      while !rest.isEmpty {
        let count = write(descriptor, rest.baseAddress, rest.count)
        guard count > 0 || errno == EINTR else { return }
        rest = UnsafeRawBufferPointer(rebasing: rest.dropFirst(max(0, count)))
      }
    }
  }

  private static func failed(_ arguments: [String], _ code: Int32) -> MemshError {
    MemshError(.fileFailed, "\(arguments[0]) cannot be started", cause: String(cString: strerror(code)))
  }
}
