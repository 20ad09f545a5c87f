import Database
import MemoryModel
import MemoryServices
import TestSupport
import Testing

/// Every option of every command with values at the ends of what numbers and dates can be: nothing ends memsh but the
/// end of the script, and what is refused is refused as a usage error that names the option.
@Suite struct ExtremesTests {
  /// One line of the script, and what it is about.
  private struct Line {
    let command: String
    /// What a refusal must name.
    let subject: String
    let words: [String]
    var text: String { CommandTable.line(words) }
  }

  private static let long = String(repeating: "9", count: 200)

  /// For options that take a number, a date or a span.
  private static let numbers = [
    "9223372036854775807", "-9223372036854775808", "9223372036854775808", "-1", "0", "-0", "2147483648", "1e308",
    "-1e308", "nan", "-inf", "0x10", "١٢", long, "",
  ]
  private static let moments = [
    "0000-01-01", "9999-12-31T23:59:59.999999-18:00", "0000-01-01T00:00:00+18:00", "292277-01-01", "99999999999d",
    "1e308y", "-5d", "nand", "infd", "899999999999999999", "-899999999999999999", "59999999999s", "0d",
  ]
  /// For everything else.
  private static let texts = ["", "9223372036854775807", "nan", "e\u{301}\u{1B}[31m👩‍👩‍👧‍👦\u{202E}"]

  private static let settings = [
    "cache-size", "dimensions", "embedding-price", "hybrid-weight", "pool-size", "request-timeout", "requests",
    "statement-timeout",
  ]

  /// What changes the session is followed by what puts it back.
  private static let changing: Set = ["connect", "use", "rollback", "migrate", "set", "output", "results"]
  /// What waits for a person, ends the session, reads other scripts or runs other programs.
  private static let leftOut: Set = ["quit", "edit-line", "include", "help", "shell"]

  @Test("every option of every command", arguments: World.Kind.allCases)
  func survives(kind: World.Kind) throws {
    let world = try World(kind)
    _ = try world.json("schema", "--create")
    for (number, user) in ["ada", "ada", "ben", "ben"].enumerated() {
      _ = try world.json("add", "likes espresso number \(number)", "--user", user, "--force", "--category", "drinks")
    }
    let lines = try ExtremesTests.lines(world)
    #expect(lines.count > 500)

    let script = try world.script(lines.map(\.text).joined(separator: "\n"), "all.memsh")
    let checked = try world.run("-y", "--output", "json", "--check", "-f", script)
    #expect(checked.status == 2)
    let refused = try ExtremesTests.errors(checked)
    for error in refused {
      let line = lines[error.line - 1]
      #expect(
        error.code == "usage" || error.code == ExtremesTests.absent[line.command], "\(line.text): \(error.message)")
      #expect(line.subject.isEmpty || error.message.contains(line.subject), "\(line.text): \(error.message)")
    }

    let refusedLines = Set(refused.map { $0.line - 1 })
    let kept = lines.indices.filter { !refusedLines.contains($0) && !ExtremesTests.runsLong(lines[$0]) }
    var text = ["set on-error continue"]
    for index in kept {
      text.append(lines[index].text)
      if ExtremesTests.changing.contains(lines[index].command) { text.append(ExtremesTests.reset(world)) }
    }
    let run = try world.run(
      "-q", "-y", "--output", "json", "-f", try world.script(text.joined(separator: "\n"), "run.memsh"))
    #expect(run.status < 128)
    for error in try ExtremesTests.errors(run) {
      let isAbsent = error.code == "connection_failed" && error.message.hasPrefix("there is no file")
      #expect(
        isAbsent || ExtremesTests.expected.contains(error.code),
        "\(text[error.line - 1]): \(error.code) \(error.message)")
    }
  }

  /// What names a command or an alias that is not there is refused as such.
  private static let absent = ["watch": "unknown_command", "unalias": "not_found"]

  /// What a value that is none of the store's or the disk's may lead to.
  private static let expected = [
    "usage", "not_found", "source_not_found", "source_not_a_database", "source_without_memories", "source_empty",
    "source_unreadable",
    "source_unsupported", "import_failed", "file_failed", "store_corrupt", "duplicate_found", "embedder_unavailable",
    "model_unusable",
  ]

  /// Without an end, as was asked for.
  private static func runsLong(_ line: Line) -> Bool { line.command == "watch" && line.subject == "--count" }

  private static func reset(_ world: World) -> String {
    let settings = [
      "embedder hash", "statement-timeout 0", "pool-size 4", "dimensions 0", "text-search-language auto",
      "on-error continue", "output json", "model auto",
    ]
    return (["results", "connect \(CommandTable.quoted(world.store))"] + settings.map { "set \($0)" }).joined(
      separator: "; ")
  }

  private static func lines(_ world: World) throws -> [Line] {
    let table = try CommandTable(world)
    let commands = table.commands.filter { !leftOut.contains($0.name) }
    let typed = try typedOptions(commands, world)
    var lines: [Line] = []
    for command in commands {
      for argument in command.options where argument.option != "--output" {
        let isTyped = typed.contains(command.name + argument.option)
        let isMoment = ["--since", "--until", "--older-than"].contains(argument.option)
        let values = isMoment ? numbers + moments : isTyped && !argument.isChoice ? numbers : texts
        for value in values { lines.append(line(command, argument.option, value)) }
      }
      for position in command.positionals.indices {
        for value in texts + ["-9223372036854775808", "9223372036854775808", "1e308", long] {
          lines.append(line(command, position: position, value))
        }
      }
    }
    return lines
      + settings.flatMap { name in
        (numbers + ["1e15", "1e-300"]).map { Line(command: "set", subject: name, words: ["set", "--", name, $0]) }
      }
  }

  /// The options that do not take every text: those that have a type, such as a number.
  private static func typedOptions(_ commands: [CommandTable.Command], _ world: World) throws -> Set<String> {
    let probes = commands.flatMap { command in command.options.map { (command, $0.option) } }
    let bases = commands.map { $0.words + (CommandTable.needed[$0.name] ?? []) }
    let lines = bases + probes.map { line($0, $1, "some text").words }
    let script = try world.script(lines.map(CommandTable.line).joined(separator: "\n"), "probe.memsh")
    let errors = try errors(try world.run("-y", "--output", "json", "--check", "-f", script))
    for error in errors where error.line <= bases.count && !["script_not_found", "not_found"].contains(error.code) {
      Issue.record("CommandTable.needed does not say what \(bases[error.line - 1]) needs: \(error.message)")
    }
    return Set(
      errors.filter { $0.line > bases.count }.map { error in
        let (command, option) = probes[error.line - 1 - bases.count]
        return command.name + option
      })
  }

  private static func line(_ command: CommandTable.Command, _ option: String, _ value: String) -> Line {
    var needed = CommandTable.needed[command.name] ?? []
    if let place = needed.firstIndex(of: option) { needed.removeSubrange(place...place + 1) }
    if option == "--similar-to" || command.name == "delete" { needed = [] }
    return Line(
      command: command.name, subject: option,
      words: command.words + [option, value] + needed + dryRun(command))
  }

  private static func line(_ command: CommandTable.Command, position: Int, _ value: String) -> Line {
    let needed = CommandTable.needed[command.name] ?? []
    let options = needed.firstIndex { $0.hasPrefix("--") }.map { Array(needed[$0...].prefix(2)) } ?? []
    var values = Array(needed.filter { !options.contains($0) })
    if position < values.count { values[position] = value } else { values.append(value) }
    return Line(
      command: command.name, subject: "", words: command.words + options + dryRun(command) + ["--"] + values)
  }

  private static func dryRun(_ command: CommandTable.Command) -> [String] {
    command.has("--dry-run") && command.name != "rollback" ? ["--dry-run"] : []
  }

  /// The errors that a run printed as JSON, one a line.
  ///
  /// - Throws: For a line that is something else, such as what a crash prints.
  private static func errors(_ result: Memsh.Result) throws -> [(line: Int, code: String, message: String)] {
    try result.errors.split(separator: "\n").map { text in
      let json = try JSONParser.parse(String(text))
      guard let line = json[key: "line"]?.doubleValue.flatMap(Int.init(exactly:)) else {
        throw ValidationFailure(text: String(text))
      }
      return (line, json[key: "code"]?.stringValue ?? "", json[key: "message"]?.stringValue ?? "")
    }
  }

  private struct ValidationFailure: Error {
    let text: String
  }

  @Test(
    "numbers out of range are named",
    arguments: [
      ("search x --offset 9223372036854775807", "'--limit' and '--offset' take 0 to 10000 together"),
      ("list --limit -1", "'--limit' takes 0 to 10000"), ("users --limit -1", "'--limit' takes 0 or more"),
      ("search x --threshold 2", "'--threshold' takes -1 to 1, not '2.0'"),
      ("add x --user a --importance -0.5", "'--importance' takes 0 to 1, not '-0.5'"),
      ("edit 1 --importance nan", "'--importance' takes 0 to 1, not 'nan'"),
      ("list --min-importance nan", "'--min-importance' takes a number, not 'nan'"),
      ("list --since -5d", "'--since' takes a date such as 2026-01-31 or a span such as 7d, not '-5d'"),
      ("list --since 0000-12-31", "'--since' takes a date such as 2026-01-31 or a span such as 7d, not '0000-12-31'"),
      ("fragments edit 1 --priority 3000000000", "'--priority' takes -2147483648 to 2147483647, not '3000000000'"),
      ("watch 0 stats", "the interval takes 0.1 to 86400 seconds, not '0.0'"),
      ("watch 1e9 stats", "the interval takes 0.1 to 86400 seconds"),
      ("backup ''", "the path of 'path' is empty"), ("search x --fields nope", "'--fields' knows no 'nope'"),
    ])
  func namesOption(command: String, message: String) throws {
    let result = try World().run("-c", command)
    #expect(result.status == 2)
    #expect(result.errors.contains(message), "\(result.errors)")
  }
}
