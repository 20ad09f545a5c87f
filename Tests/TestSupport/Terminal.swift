import Foundation

/// A pseudo-terminal with a screen, by tmux: keys go in, what is on the screen comes out.
package final class Terminal {
  private let socket = "memsh-\(UUID().uuidString.prefix(8))"
  private let folder: TestFolder
  private let environment: [String: String]

  /// How long a test waits for something to appear.
  private static let patienceSeconds = 40.0

  /// Starts a command line in a terminal of its own.
  package init(
    _ command: String, in folder: TestFolder, columns: Int = 100, rows: Int = 30, environment: [String: String] = [:]
  ) throws {
    self.folder = folder
    let own = ["TERM": "xterm-256color", "LANG": "C.UTF-8", "SHELL": "/bin/sh", "MEMSH": Memsh.binary]
    self.environment = Memsh(in: folder).environment.merging(own) { $1 }.merging(environment) { $1 }
    // The shell must outlive the Ctrl-C that is meant for the program.
    let line = "trap : INT; cd '\(folder.path)' && \(command); echo \"[status $?]\"; sleep 600"
    try tmux(["-f", "/dev/null", "new-session", "-d", "-x", "\(columns)", "-y", "\(rows)", line])
  }

  deinit { _ = try? tmux(["kill-server"]) }

  /// Starts memsh at its prompt on a store, and waits for the prompt.
  package static func memsh(
    _ arguments: String, in folder: TestFolder, columns: Int = 100, rows: Int = 30, environment: [String: String] = [:]
  ) throws -> Terminal {
    let terminal = try Terminal(
      "\"$MEMSH\" " + arguments, in: folder, columns: columns, rows: rows, environment: environment)
    try terminal.wait(for: "> ")
    return terminal
  }

  /// Types text as it is.
  package func type(_ text: String) throws {
    // A ; at the end would be tmux's own.
    try tmux(["send-keys", "-l", "--", text.hasSuffix(";") ? text.dropLast() + "\\;" : text])
  }

  /// Presses keys by tmux's names: `Enter`, `Tab`, `C-c`, `Up`.
  package func press(_ keys: String...) throws { try tmux(["send-keys"] + keys) }

  /// Types a line and presses Enter.
  package func enter(_ line: String) throws {
    try type(line)
    try press("Enter")
  }

  /// Pastes as a terminal does, marked where the program has asked for marks.
  package func paste(_ text: String) throws {
    let path = try folder.write(text, to: "paste-\(UUID().uuidString)")
    try tmux(["load-buffer", path])
    try tmux(["paste-buffer", "-p"])
  }

  /// Changes the size of the window.
  package func resize(columns: Int, rows: Int) throws {
    try tmux(["resize-window", "-x", "\(columns)", "-y", "\(rows)"])
    // tmux tells the program a quarter of a second later, once the size has settled.
    Thread.sleep(forTimeInterval: 0.5)
  }

  /// Takes the terminal away from what runs in it.
  package func close() throws { try tmux(["kill-server"]) }

  /// Keeps from now on everything that reaches the terminal, byte for byte, in a file.
  package func record(to path: String) throws { try tmux(["pipe-pane", "-o", "cat >> '\(path)'"]) }

  /// What is on the screen, without the empty lines at its end.
  package func screen(withColors: Bool = false) throws -> String {
    var text = try tmux(["capture-pane", "-p", "-N"] + (withColors ? ["-e"] : []))
    while text.hasSuffix("\n") { text.removeLast() }
    return text
  }

  /// Waits until the screen fulfils a condition.
  ///
  /// - Returns: The screen.
  /// - Throws: ``NotSeen`` with the last screen.
  @discardableResult
  package func wait(until condition: (String) -> Bool) throws -> String {
    let end = Date(timeIntervalSinceNow: Terminal.patienceSeconds)
    var seen = ""
    while Date() < end {
      seen = try screen()
      if condition(seen) { return seen }
      Thread.sleep(forTimeInterval: 0.03)
    }
    throw NotSeen(screen: seen)
  }

  /// Waits until a text is on the screen.
  @discardableResult
  package func wait(for text: String) throws -> String { try wait { $0.contains(text) } }

  /// Presses Tab until a text is on the screen.
  ///
  /// More than once, because a shell may take a Tab while it still draws, list candidates only at the second one, and
  /// get no answer while the machine is busy.
  package func complete(until text: String) throws {
    for _ in 0..<12 {
      try press("Tab")
      for _ in 0..<50 {
        if try screen().contains(text) { return }
        Thread.sleep(forTimeInterval: 0.05)
      }
    }
    throw NotSeen(screen: try screen())
  }

  /// What a test waited for did not appear.
  package struct NotSeen: Error {
    /// What was there instead.
    package let screen: String
  }

  @discardableResult
  private func tmux(_ arguments: [String]) throws -> String {
    try Child.output(of: ["tmux", "-L", socket] + arguments, environment: environment)
  }
}

/// A process whose signals are as a login leaves them; the threads that run tests block some.
enum Child {
  struct Failed: Error {
    let arguments: [String]
    let output: String
  }

  /// No test has so many files open.
  private static let descriptorsMaximum: Int32 = 1_024

  /// Keeps what other tests have open from a process that stays, such as tmux's server: with another test's pipe in its
  /// hands, that test would wait for an end that never comes.
  static func closeOthers(from first: Int32, _ actions: inout posix_spawn_file_actions_t) {
    for descriptor in first..<descriptorsMaximum { posix_spawn_file_actions_addclose(&actions, descriptor) }
  }

  static func output(of arguments: [String], environment: [String: String]) throws -> String {
    var ends: [Int32] = [-1, -1]
    guard pipe(&ends) == 0 else { throw Failed(arguments: arguments, output: "no pipe") }
    var attributes = posix_spawnattr_t()
    var actions = posix_spawn_file_actions_t()
    posix_spawnattr_init(&attributes)
    posix_spawn_file_actions_init(&actions)
    defer {
      posix_spawnattr_destroy(&attributes)
      posix_spawn_file_actions_destroy(&actions)
    }
    var none = sigset_t()
    sigemptyset(&none)
    posix_spawnattr_setsigmask(&attributes, &none)
    var all = sigset_t()
    sigfillset(&all)
    posix_spawnattr_setsigdefault(&attributes, &all)
    posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF))
    posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO)
    posix_spawn_file_actions_adddup2(&actions, ends[1], STDERR_FILENO)
    Child.closeOthers(from: 3, &actions)
    var words = arguments.map { strdup($0) } + [nil]
    var variables = environment.map { strdup("\($0.key)=\($0.value)") } + [nil]
    defer { for string in words + variables { free(string) } }
    var process = pid_t()
    let code = posix_spawnp(&process, arguments[0], &actions, &attributes, &words, &variables)
    close(ends[1])
    let output = FileHandle(fileDescriptor: ends[0], closeOnDealloc: true)
    guard code == 0 else { throw Failed(arguments: arguments, output: String(cString: strerror(code))) }
    let text = String(decoding: (try? output.readToEnd()) ?? Data(), as: UTF8.self)
    var status: Int32 = 0
    while waitpid(process, &status, 0) < 0, errno == EINTR {}
    guard status == 0 else { throw Failed(arguments: arguments, output: text) }
    return text
  }
}
