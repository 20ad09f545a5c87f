import Foundation
import TestSupport
import Testing

/// What is generated from the commands, tried in the programs that read it.
@Suite struct ShellCompletionTests {
  private let folder: TestFolder
  private let memsh: Memsh

  init() throws {
    folder = try TestFolder()
    memsh = Memsh(in: folder)
    let result = try memsh.run(
      ["-q", "--embedder", "hash", "migrate", "--from", try folder.plainLegacyFile(rows: 20)])
    #expect(result.status == 0, "\(result.errors)")
    try FileManager.default.createDirectory(atPath: folder.file("bin"), withIntermediateDirectories: true)
    try FileManager.default.createSymbolicLink(atPath: folder.file("bin/memsh"), withDestinationPath: Memsh.binary)
  }

  @Test("completions, man page and articles are what the commands, shapes and layers say: else run scripts/generate")
  func areUpToDate() throws {
    let result = try memsh.runShell(
      "PATH=$PATH:/usr/local/bin python3 '\(Memsh.package)/scripts/generate' --check",
      environment: ["MEMSH": Memsh.binary])
    #expect(result.status == 0, "\(result.output)\(result.errors)")
  }

  @Test("the man page renders without a warning")
  func manPageRenders() throws {
    let result = try memsh.runShell("man --warnings -E UTF-8 -l '\(Memsh.package)/completions/memsh.1' | cat")
    #expect(result.status == 0 && result.errors.isEmpty, "\(result.errors)")
    for text in ["ensure-vector", "EXIT STATUS", "--force-recreate"] { #expect(result.output.contains(text)) }
  }

  @Test("a shell completes commands, options, values, and users by asking memsh", arguments: ["bash", "zsh", "fish"])
  func completes(shell: String) throws {
    let completions = Memsh.package + "/completions"
    _ = try folder.write("PS1='$ '\nsource '\(completions)/memsh.bash'\n", to: "bashrc")
    _ = try folder.write("fpath=('\(completions)' $fpath)\nautoload -U compinit\ncompinit -u -D\n", to: ".zshrc")
    let start = [
      "bash": "bash --noprofile --rcfile bashrc -i", "zsh": "ZDOTDIR=. zsh -d -i",
      "fish": "fish --no-config --private -i -C \"source '\(completions)/memsh.fish'\"",
    ]
    let terminal = try Terminal(
      start[shell] ?? "", in: folder, columns: 200, environment: ["PATH": folder.file("bin") + ":/usr/bin:/bin"])
    Thread.sleep(forTimeInterval: 1)
    let cases = [
      ("memsh ensu", "memsh ensure-vector"), ("memsh stats --outp", "memsh stats --output"),
      ("memsh stats --output markd", "memsh stats --output markdown"),
      ("memsh search x --category fac", "--category facts"),
      ("memsh -d '\(memsh.defaultStore)' search x --user user_", "user_3"),
    ]
    for (index, (typed, expected)) in cases.enumerated() {
      // What is typed while the shell is busy with something else, a Ctrl-C among it, may be lost.
      try terminal.enter("clear; echo rea''dy-\(index)")
      try terminal.wait(for: "ready-\(index)")
      try terminal.type(typed)
      try terminal.wait(for: typed)
      try terminal.complete(until: expected)
      try terminal.press("C-c")
      try terminal.press("C-u")
    }
  }
}
