import Database
import MemoryModel
import Testing

@testable import Shell

/// What is read, checked and parsed before the first command runs.
@Suite struct ScriptLoaderTests {
  private func load(
    _ text: String, files: [String: String] = [:], variables: [String: String] = [:],
    environment: [String: String] = [:], confirmation: ScriptLoader.Confirmation = .ofScripts
  ) -> ScriptLoader.Outcome {
    ScriptLoader.load(
      [.text(text)], scope: VariableScope(variables: variables, environment: environment), settings: Settings(),
      files: FakeFiles(files),
      confirmation: confirmation, interruption: Interruption())
  }

  private func parsed(_ command: LoadedCommand?, _ scope: VariableScope) throws -> (any ShellCommand)? {
    guard case .command(let command)? = try command?.bound(in: scope) else { return nil }
    return command
  }

  @Test("a script is parsed, and what it includes is in its place")
  func loadsParsed() throws {
    let outcome = load(
      "list --limit 3; include a/b.memsh\necho end",
      files: [
        "a/b.memsh": "include c.memsh\nstats", "a/c.memsh": "users",
      ])
    #expect(outcome.errors.isEmpty)
    #expect(outcome.commands.map(\.command.text) == ["list --limit 3", "users", "stats", "echo end"])
    let list = try parsed(outcome.commands.first, VariableScope(variables: [:], environment: [:])) as? ListCommand
    #expect(list?.limit == 3)
  }

  @Test("only a command whose variables have changed is parsed again")
  func bindsAgain() throws {
    let outcome = load("set n 3\nlist --limit ${n}\nlist --limit 4 --user ${ENV:WHO}", environment: ["WHO": "ada"])
    #expect(outcome.errors.isEmpty)
    func limits(_ variables: [String: String]) throws -> [Int?] {
      let scope = VariableScope(variables: variables, environment: [:])
      return try outcome.commands.dropFirst().map { (try parsed($0, scope) as? ListCommand)?.limit }
    }
    #expect(try limits(["n": "3"]) == [3, 4])
    #expect(try limits(["n": "7"]) == [7, 4])
    #expect(throws: LocatedError.self) { try limits(["n": "x"]) }
    #expect(throws: LocatedError.self) { try limits([:]) }
    // The environment stays as it was when the script was read.
    let last = try parsed(outcome.commands.last, VariableScope(variables: [:], environment: [:])) as? ListCommand
    #expect(last?.filter.user == "ada")
  }

  @Test(
    "everything that is wrong is found at its word before anything runs",
    arguments: [
      ("list\nlits", 2, 1, "unknown command 'lits'"), ("echo ${who}", 1, 6, "${who} has no value"),
      ("set who a; unset who; echo ${who}", 1, 28, "${who} has no value"),
      ("echo a\necho $who", 2, 6, "'$who' is text, not a variable"),
      ("set ouput json", 1, 5, "there is no setting 'ouput'"),
      ("set users", 1, 5, "there is no setting 'users'"),
      ("set nothing", 1, 5, "there is no setting and no variable 'nothing'"),
      ("set pool-size 100", 1, 15, "set: '100' is not a value for pool-size; it takes 1 to 64 connections"),
      ("set my-name x", 1, 5, "set: 'my-name' is not a setting, and not a name for a variable"),
      ("add tea", 1, 1, "add: '--user' is missing"), ("prompt tea", 1, 1, "prompt: '--user' is missing"),
      ("set user ada; unset user; add tea", 1, 27, "add: '--user' is missing"),
      ("help fragmnts", 1, 6, "help: there is no command and no topic 'fragmnts'"),
      ("delete 1", 1, 1, "`delete` asks before it changes anything, and a script cannot answer"),
      ("include nowhere.memsh", 1, 1, "there is no file nowhere.memsh"),
    ])
  func finds(text: String, line: Int, column: Int, message: String) {
    let outcome = load(text)
    let error = outcome.errors.first
    #expect(outcome.errors.count == 1)
    #expect(error?.error.message == message)
    #expect(error?.position == SourcePosition(file: nil, line: line, column: column))
  }

  @Test(
    "what is right is not refused",
    arguments: [
      "set who ada; echo ${who}", "set output json; echo ${output}", "set --variable ouput x; set ouput y; set ouput",
      "set name x; set n 1", "set user ada; add tea; prompt tea", "set", "set output", "unset nothing", "unset theme",
      "list --help", "list -h", "help", "help list", "help scripts", "echo '$who' \\$who $5 $$",
    ])
  func takes(text: String) {
    #expect(load(text).errors.map(\.error.message) == [])
  }

  @Test("a variable that there is already may be near a setting's name")
  func takesKnownVariable() {
    #expect(load("set ouput json", variables: ["ouput": "x"]).errors.isEmpty)
  }

  @Test("a circle of scripts ends, and so does what includes too much")
  func endsCircles() {
    let circle = load("include a", files: ["a": "include b", "b": "include a"])
    #expect(circle.errors.map(\.error.message) == ["a includes itself"])
  }

  @Test("~ is $HOME, and a file's own name in quotes")
  func knowsHome() throws {
    let home = ["HOME": "/home/ada"]
    let scope = VariableScope(variables: [:], environment: home)
    let lines = [
      ("import ~/a", "/home/ada/a"), ("import '~/a'", "./~/a"), ("import ~", "/home/ada"),
      ("import ~ben/a", "./~ben/a"),
    ]
    for (line, path) in lines {
      let outcome = load(line, environment: home)
      #expect((try parsed(outcome.commands.first, scope) as? ImportCommand)?.path == path, "\(line)")
    }
    let included = load("include ~/a", files: ["/home/ada/a": "users"], environment: home)
    #expect(included.commands.map(\.command.text) == ["users"])
  }

  @Test("who is there to answer decides what must say --yes")
  func asksForConfirmation() {
    #expect(load("delete 1", confirmation: .none).errors.isEmpty)
    #expect(load("delete 1 --yes; delete 2 --dry-run").errors.isEmpty)
  }
}
