import Foundation
import TestSupport
import Testing

/// The start-up file: a line that is wrong is reported, and keeps no other line from running.
@Suite struct StartUpScriptTests {
  private func start(_ script: String) throws -> (Terminal, TestFolder) {
    let folder = try TestFolder()
    try FileManager.default.createDirectory(atPath: folder.file("config/memsh"), withIntermediateDirectories: true)
    try folder.write(script, to: "config/memsh/rc.memsh")
    chmod(folder.file("config/memsh/rc.memsh"), 0o600)
    return (try Terminal.memsh("-d e.db", in: folder, columns: 160, rows: 40), folder)
  }

  @Test("good lines run, bad ones are reported with file and line, and the prompt comes")
  func goesOn() throws {
    let (terminal, folder) = try start(
      """
      set timing on
      echo first
      nosuchcommand
      set prompt 'mine> '
      echo "never closed
      connect nosuch.db
      list --limit 'many'
      echo \\
        last
      """)
    let screen = try terminal.wait(for: "mine> ")
    for line in [3, 5, 6, 7] { #expect(screen.contains("/rc.memsh:\(line): error: "), "\(line): \(screen)") }
    #expect(screen.contains("first\n") && screen.contains("last\n"), "\(screen)")
    #expect(!screen.contains("Time: "), "\(screen)")
    try terminal.enter("echo it $((1)) goes on")
    try terminal.wait(for: "goes on\nTime: ")
    _ = folder
  }

  @Test("`quit` ends the script, not the session")
  func quits() throws {
    let (terminal, folder) = try start("set prompt 'mine> '\nquit\necho not shown\n")
    try terminal.enter("echo the end")
    #expect(try !terminal.wait(for: "\nthe end").contains("not shown"))
    _ = folder
  }
}
