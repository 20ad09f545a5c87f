import Database
import MemoryModel
import MemoryStore
import Testing

@testable import Shell

/// What Tab offers, without a process: the store is a table of answers.
@Suite struct CompletionTests {
  private static let stored: [StoredValue: [StoredChoice]] = [
    .users: [.init("zoe"), .init("ada"), .init("two words"), .init("--yes"), .init("evil\u{1B}[31m")],
    .memories: [.init("12", about: "green\ntea"), .init("7", about: "red wine"), .init("1", about: "water")],
    .fragments: [.init("3", about: "be kind")], .operations: [.init("5", about: "delete 7 --yes")],
    .categories: [.init("facts")], .agents: [.init("sales")],
    .runs: [.init("2", about: "sqlite old.db")], .tags: [.init("food"), .init("tea")],
    .metadataPaths: [.init("source", about: "chat, mail"), .init("origin.file", about: "a.txt")],
    .metadataValues(path: "source"): [.init("mail"), .init("chat"), .init("the web")],
    .relations: [.init("memories", about: "table"), .init("Odd", about: "view")],
    .columns(relation: "memories"): [.init("id", about: "integer"), .init("content", about: "text")],
    .columns(relation: "Odd"): [.init("Name", about: "text")],
  ]

  private static func source(_ backend: Backend = .sqlite) -> CompletionSource {
    var source = CompletionSource()
    source.stored = { kind, beginning in (stored[kind] ?? []).filter { $0.text.hasPrefix(beginning) } }
    source.files = { path, _ in ["~/at home.memsh", "~/notes/"].filter { $0.hasPrefix(path) } }
    source.variables = { ["who", "where_from"] }
    source.environment = { ["HOME"] }
    source.connections = {
      [
        NamedConnection(name: "prod", location: "postgresql://ada@db/agents", label: nil),
        NamedConnection(name: "play", location: "/tmp/play.db", label: nil),
      ]
    }
    source.backend = { backend }
    return source
  }

  private func complete(_ line: String, _ rest: String = "") -> [String] {
    Completer(CompletionTests.source()).complete(line, followedBy: rest).candidates.map(\.text)
  }

  /// The line with its only candidate.
  private func completed(_ line: String, _ rest: String = "") -> String? {
    let completion = Completer(CompletionTests.source()).complete(line, followedBy: rest)
    guard completion.candidates.count == 1 else { return nil }
    return line.dropLast(completion.replaces) + completion.candidates[0].text
  }

  @Test("a name that nothing begins with is found by its letters, else by what is nearest")
  func findsNames() {
    let cases = [
      ("lst", "list"), ("serch", "search"), ("saerch", "search"), ("mgr", "migrate"), ("LIST", "list"),
      ("search x --thrs", "search x --threshold"), ("search x --limt", "search x --limit"),
      ("set tming", "set timing"), ("stats --output mrkdwn", "stats --output markdown"),
      ("doctor --fix usrvar", "doctor --fix user_variants"), ("help exst", "help exit-statuses"),
    ]
    for (typed, expected) in cases { #expect(completed(typed) == expected, "\(typed)") }
    // What something begins with stays what it is, and nothing is guessed from a letter.
    #expect(complete("st") == ["stats", "status"])
    #expect(complete("z").isEmpty && complete("qqqqq").isEmpty)
    #expect(completed("show") == "show")
    // A shell compares with what is typed itself.
    let shell = Completer(CompletionTests.source(), answersShell: true)
    #expect(shell.found(after: [], "lst").values.isEmpty)
  }

  @Test("ids, journal numbers and runs stand beside what they are, the newest first")
  func offersNumbers() {
    let completer = Completer(CompletionTests.source())
    for line in [
      "edit ", "show 1", "delete 7 1", "merge ", "search --similar-to ", "duplicates --of ", "merge 1 2 --keep ",
    ] {
      let candidates = completer.complete(line).candidates.filter { Int($0.text) != nil }
      #expect(candidates.first.map { $0.text == "12" && $0.about == "green\\ntea" } == true, "\(line)")
    }
    #expect(complete("edit ") == ["12", "7", "1"])
    #expect(complete("delete 7 ") == ["12", "1"])
    #expect(complete("show ").prefix(2) == ["tables", "vars"])
    #expect(completer.complete("undo ").candidates.map(\.about) == ["delete 7 --yes"])
    #expect(complete("journal show ") == ["5"])
    #expect(complete("rollback --run ") == ["last", "2"])
    #expect(complete("fragments edit ") == ["3"] && complete("fragments list ").isEmpty)
  }

  @Test("--where takes a place in the metadata, then a value, quoted where it must be")
  func offersMetadata() {
    #expect(complete("list --where ") == ["metadata.source=", "metadata.origin.file="])
    #expect(completed("list --where metadata.so") == "list --where metadata.source=")
    #expect(completed("list --where metadata.orgn") == "list --where metadata.origin.file=")
    #expect(complete("list --where metadata.source=") == ["chat", "mail", "'the web'"])
    #expect(completed("list --where metadata.source=t") == "list --where metadata.source='the web'")
    #expect(completed("list --where 'metadata.source=c") == "list --where 'metadata.source=chat")
    #expect(completed("list --where=metadata.source=ma") == "list --where=metadata.source=mail")
    #expect(complete("list --where metadata.other=").isEmpty)
    let candidate = Completer(CompletionTests.source()).complete("list --where metadata.so").candidates.first
    #expect(candidate?.endsWord == false && candidate?.about == "chat, mail")
    #expect(completed("fragments add --tags food,t") == "fragments add --tags food,tea")
  }

  @Test("users are data: what a terminal acts on and what looks like an option is left out")
  func offersUsers() {
    #expect(complete("list --user ") == ["ada", "'two words'", "zoe"])
    #expect(complete("list --user=") == ["--yes", "ada", "'two words'", "zoe"])
    #expect(completed("list --user \"tw") == "list --user 'two words'")
  }

  @Test("an alias is a command's name, too, and goes on like its command")
  func offersAliases() {
    var source = CompletionTests.source()
    source.aliases = { ["nd": "dedup --record", "odd": "'"] }
    let candidates = Completer(source).complete("nd").candidates
    #expect(candidates.map(\.text) == ["nd"] && candidates.first?.about == "alias of dedup --record")
    let options = Completer(source).complete("nd --").candidates.map(\.text)
    #expect(options.contains("--merge") && !options.contains("--record"))
    #expect(Completer(source).complete("odd ").candidates.isEmpty)
  }

  @Test("words of other shells go on like the commands that they stand for")
  func continuesFamiliarWords() {
    let cases = [
      ("\\d mem", "describe mem"), ("\\d+ mem", "describe mem"), (".schema mem", "describe mem"),
      ("\\i ~/", "include ~/"),
      (".read ~/", "include ~/"), ("\\x ", "set expanded "), ("\\timing ", "timing "), (".mode ", "output "),
      ("\\set tim", "set tim"), ("\\c @", "connect @"), ("\\h exp", "help exp"), ("\\watch 1 sta", "watch 1 sta"),
    ]
    for (typed, meant) in cases {
      #expect(complete(typed) == complete(meant) && !complete(typed).isEmpty, "\(typed)")
    }
    #expect(complete("\\nosuch ").isEmpty && complete("\\l x").isEmpty)
  }

  @Test("the words that begin a statement come before what is only like them")
  func offersStatements() {
    #expect(completed("SEL") == "SELECT" && completed("sel") == "select" && completed("WIT") == "WITH")
    #expect(complete("se") == ["search", "seed", "set", "select"] && complete("S") == ["SELECT"])
    #expect(!complete("").contains("select"))
  }

  @Test("every option and argument that takes one of the store's values offers some, and every format is offered")
  func offersAllStored() throws {
    for command in ParserFailureTests.cases {
      let json = try JSONParser.parse(command.type._dumpHelp())
      for argument in json[key: "command"]?[key: "arguments"]?.arrayValue ?? []
      where argument[key: "completionKind"]?[key: "custom"] != nil {
        let option = argument[key: "preferredName"]?[key: "name"]?.stringValue.map { "--\($0) " } ?? ""
        #expect(!complete("\(command.name) \(option)").isEmpty, "\(command.name) \(option)")
      }
    }
    let formats = OutputFormat.allCases.map(\.rawValue)
    for (line, more) in [("list --output ", []), ("output ", ["auto"]), ("set output ", ["auto"])] {
      #expect(complete(line) == formats + more, "\(line)")
    }
  }

  @Test("settings stand beside what they are, with their values; connections beside where they lead")
  func offersSettings() {
    let completer = Completer(CompletionTests.source())
    let timing = completer.complete("set tim").candidates
    #expect(timing.count == 1 && timing.first?.about.isEmpty == false)
    #expect(complete("set timing ") == ["on", "off"] && complete("set user ") == complete("list --user "))
    #expect(completed("connect @prod") == "connect @prod" && completed("connect @pl") == "connect @play")
    #expect(completer.complete("connect @").candidates.map(\.about) == ["postgresql://ada@db/agents", "/tmp/play.db"])
  }

  @Test("files, the home folder and variables")
  func offersFiles() {
    #expect(completed("include ~") == "include ~/")
    #expect(complete("include ~/") == ["~/'at home.memsh'", "~/notes/"])
    #expect(completed("list > ~/n") == "list > ~/notes/" && complete("list | ~/n").isEmpty)
    #expect(completed("echo \"for ${wh") == nil && complete("echo ${wh") == ["${where_from}", "${who}"])
    #expect(completed("echo ${ENV:H") == "echo ${ENV:HOME}")
    #expect(complete("echo '${wh").isEmpty && complete("# ${wh").isEmpty)
  }

  @Test("inside sql: columns of the tables that are named, tables behind from, functions, keywords, variables")
  func offersSQL() {
    let cases = [
      ("sql 'select con", " from memories' --write", "sql 'select content"),
      ("sql 'sel", "", "sql 'select"),
      ("sql 'select * from mem", "'", "sql 'select * from memories"),
      ("sql 'select m.c", " from memories as m where 1'", "sql 'select m.content"),
      ("sql 'select n from Odd o where o.n", "", "sql 'select n from Odd o where o.\"Name\""),
      ("sql \"select o.n", " from Odd o\"", "sql \"select o.\\\"Name\\\""),
      ("sql 'select m.impor", "", "sql 'select m.importance_score"),
      ("sql 'select json_ex", "", "sql 'select json_extract("), ("sql 'SELECT COUN", "", "sql 'SELECT COUNT("),
      ("sql 'select content from memories wher", "", "sql 'select content from memories where"),
      ("sql 'select 1 where a = :wher", "", "sql 'select 1 where a = :where_from"),
    ]
    for (typed, rest, expected) in cases {
      #expect(completed(typed, rest) == expected, "\(typed)")
    }
    #expect(complete("sql 'select * from ") == ["memories", "\"Odd\""])
    #expect(complete("sql 'select ", "from memories'") == ["id", "content"])
    // SQL that stands for itself has no quotes of memsh's around it.
    #expect(completed("select con", " from memories;") == "select content")
    #expect(complete("select content from ") == ["memories", "\"Odd\""])
    #expect(completed("list; SELECT * FROM o") == "list; SELECT * FROM \"Odd\"")
    #expect(complete("select 'mem").isEmpty)
    // Inside a literal or a comment nothing is a name.
    for typed in ["sql \"select 'con", "sql 'select -- con", "sql 'select /* con"] {
      #expect(complete(typed).isEmpty, "\(typed)")
    }
    #expect(Completer(CompletionTests.source(.postgres)).complete("sql 'select json_ex").candidates.isEmpty)
  }

  @Test("a list has a line for each candidate with what it is, or names in columns where the screen is too small")
  func listsCandidates() {
    let completion = Completer(CompletionTests.source()).complete("edit ")
    #expect(completion.list(columns: 80, rows: 24, isAgain: false) == "12  green\\ntea\n7   red wine\n1   water\n")
    #expect(completion.list(columns: 10, rows: 24, isAgain: false) == "12  gree…\n7   red …\n1   water\n")
    #expect(completion.list(columns: 80, rows: 4, isAgain: false) == "12  7   1\n(Tab again tells what they are)\n")
    #expect(completion.list(columns: 80, rows: 4, isAgain: true).hasPrefix("12  green"))
    let users = Completer(CompletionTests.source()).complete("list --user ")
    #expect(users.list(columns: 80, rows: 24, isAgain: true) == "ada        two words  zoe\n")
    for columns in [1, 2, 5, 40] {
      let lines = completion.list(columns: columns, rows: 24, isAgain: false).split(separator: "\n")
      #expect(lines.allSatisfy { $0.count <= max(columns, 1) }, "\(columns)")
    }
  }
}
