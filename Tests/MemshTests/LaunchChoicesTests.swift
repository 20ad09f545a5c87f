import Testing

@testable import memsh

/// Launch options that are read without the parser: what it would read, or nothing.
@Suite struct LaunchChoicesTests {
  /// Every option with values that it takes and such that it does not, and words around them.
  private static let pieces: [[String]] =
    [
      [], ["-q"], ["--quiet"], ["-y"], ["--yes"], ["--check"], ["--no-rc"], ["--json"], ["--csv"], ["-d", "a.db"],
      ["--database", "postgresql://h/x"], ["--database=a.db"], ["-d=a.db"], ["-da.db"], ["-d"], ["-d", "-x"],
      ["-d", ""],
      ["-f", "a.memsh"], ["-f", "-"], ["--file", "b.memsh"], ["-c", "list"], ["--command", "show 1; list"],
      ["-c", "--x"], ["-v", "a=1"], ["-v", "b=x=y"], ["-v", "c="], ["-v", "=1"], ["-v", "nothing"], ["-v", "ü=1"],
      ["--variable", "a=2"], ["--output", "json"], ["--output", "tables"], ["--output=csv"], ["--log-level", "debug"],
      ["--log-level", "loud"], ["--embedder", "hash"], ["--embedder", "none"], ["-qy"], ["-qd", "a.db"], ["--x"],
      ["---x"], ["-=1"], ["-é"], ["-", "list"], ["--", "list"], ["list"], ["list", "--limit", "-1"],
      ["list", "--json", "-q"], ["list", "--where", "metadata.a=b"], ["list", "--=x"], ["list", "-é"],
      ["list", "---x"],
      ["list", "--help"], ["show", "-1"], ["list", ""], ["", "list"], ["--version"], ["--help"],
      ["list", "--generate-completion-script"], ["ü", "--ü"],
    ]

  @Test("what is read without the parser is what the parser reads", arguments: pieces.indices)
  func agrees(first: Int) throws {
    var plain = 0
    for second in LaunchChoicesTests.pieces {
      for third in [[], ["-q"], ["list", "--user", "ada"]] {
        let arguments = LaunchChoicesTests.pieces[first] + second + third
        guard let read = LaunchChoices.plain(arguments) else { continue }
        plain += 1
        let parsed = try Launch.parsed(arguments)
        #expect(read.choices == parsed.choices && read.command == parsed.command, "\(arguments)")
      }
    }
    if first == 0 { #expect(plain > 50, "nearly everything is left to the parser") }
  }

  @Test("the ways in which everybody starts memsh are read without the parser")
  func readsPlain() throws {
    let starts = [
      ["-q", "-d", "a.db", "-c", "status"], ["--embedder", "hash", "-d", "a.db", "-f", "job.memsh", "-v", "a=1"],
      ["-d", "a.db", "search", "--user", "ada", "what she likes"], ["--json", "list"], ["list", "--limit", "3"],
    ]
    for arguments in starts { #expect(LaunchChoices.plain(arguments) != nil, "\(arguments)") }
  }
}
