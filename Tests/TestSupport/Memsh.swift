import Foundation

/// Runs the built memsh as a process of its own.
package struct Memsh {
  /// What a run left behind.
  package struct Result: Sendable {
    /// Standard output.
    package let output: String
    /// Standard error.
    package let errors: String
    /// The exit status.
    package let status: Int32
    /// Whether a signal ended it, be it a trap or the time limit; ``status`` is then the signal's number.
    package let isKilled: Bool
  }

  private let folder: TestFolder

  /// Runs below a folder, which takes the place of the user's home.
  package init(in folder: TestFolder) {
    self.folder = folder
  }

  /// The binary: the one `scripts/test --release` names, else the debug build.
  package static var binary: String {
    if let path = ProcessInfo.processInfo.environment["MEMSH_TEST_BINARY"] { return path }
    return package + "/.build/debug/memsh"
  }

  /// The root of the package, for its scripts.
  package static let package = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().path

  /// Runs memsh to its end, or kills it after `timeoutSeconds`.
  package func run(
    _ arguments: [String], input: String = "", environment: [String: String] = [:], executable: String = Memsh.binary,
    timeoutSeconds: Double? = nil
  ) throws -> Result {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: executable)
    process.arguments = arguments
    process.currentDirectoryURL = URL(fileURLWithPath: folder.path)
    process.environment = self.environment.merging(environment) { _, given in given }
    let (stdin, stdout, stderr) = (Pipe(), folder.file("stdout-\(UUID())"), folder.file("stderr-\(UUID())"))
    for path in [stdout, stderr] { _ = FileManager.default.createFile(atPath: path, contents: nil) }
    process.standardInput = stdin
    process.standardOutput = FileHandle(forWritingAtPath: stdout)
    process.standardError = FileHandle(forWritingAtPath: stderr)
    try process.run()
    try? stdin.fileHandleForWriting.write(contentsOf: Data(input.utf8))
    try? stdin.fileHandleForWriting.close()
    // It outlives the run until its time has come: it must not keep the process and its descriptors.
    let identifier = process.processIdentifier
    let limit = DispatchWorkItem { kill(identifier, SIGKILL) }
    if let timeoutSeconds { DispatchQueue.global().asyncAfter(deadline: .now() + timeoutSeconds, execute: limit) }
    process.waitUntilExit()
    limit.cancel()
    func text(_ path: String) -> String {
      String(decoding: FileManager.default.contents(atPath: path) ?? Data(), as: UTF8.self)
    }
    return Result(
      output: text(stdout), errors: text(stderr), status: process.terminationStatus,
      isKilled: process.terminationReason == .uncaughtSignal)
  }

  /// The environment of every run: nothing of the user's. What the address sanitizer is told holds for what it runs, too.
  package var environment: [String: String] {
    let sanitizer = ProcessInfo.processInfo.environment["ASAN_OPTIONS"].map { ["ASAN_OPTIONS": $0] } ?? [:]
    return sanitizer.merging([
      "HOME": folder.path, "PATH": "/usr/bin:/bin", "XDG_DATA_HOME": folder.file("data"),
      "XDG_STATE_HOME": folder.file("state"), "XDG_CONFIG_HOME": folder.file("config"),
      "XDG_CACHE_HOME": folder.file("cache"),
    ]) { $1 }
  }

  /// The path of the embedded default store of such a run.
  package var defaultStore: String { folder.file("data/memsh/memory.db") }
}
