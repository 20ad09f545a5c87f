import Foundation
import TestSupport
import Testing

/// What a newcomer sees in the first hour, who knows psql and sqlite3 but not memsh: every screen of 80 by 24 is a golden
/// file in `Golden/first-hour`, to be read by people whenever it changes.
@Suite(.serialized) struct FirstHourTests {
  private static let hasTools = ["tmux", "less", "jq"].allSatisfy { tool in
    ["/usr/bin/", "/bin/"].contains { FileManager.default.isExecutableFile(atPath: $0 + tool) }
  }
  private static let hasServer = ProcessInfo.processInfo.environment[TestDatabase.Server.postgres18.rawValue] != nil

  @Test(
    "an unknown store: look around, find what is wrong, mend it, take it back, write it out, script it",
    .enabled(if: FirstHourTests.hasTools, "tmux, less and jq are needed: scripts/deps --tests installs them"))
  func looksAround() throws {
    let hour = try FirstHour()
    try hour.shell("memsh agents.db", "01-start")
    try hour.enter("help", "02-help")
    try hour.enter("\\dt", "03-tables")
    try hour.enter("\\d memories", "04-columns", shows: .wholeLines)
    try hour.enter("select user_id, count(*) from memories group by user_id;", "05-sql")
    try hour.enter("stats", "06-stats", shows: .wholeLines)
    try hour.enter("list", "07-list")
    try hour.enter("serch green tea", "08-typo", shows: .typo)
    try hour.enter("search green tea --user ada", "09-search")
    try hour.enter("show 3", "10-show", shows: .wholeLines)
    try hour.enter("prompt green tea --user ada", "11-prompt", shows: .wholeLines)
    try hour.enter("edit 3 --content 'Cannot stand black tea; never offer it to her.'", "12-edit", shows: .wholeLines)
    try hour.enter("undo", answer: "y", "13-undo", shows: .wholeLines)
    try hour.enter("delete 3", answer: "n", "14-not-deleted", shows: .wholeLines)
    try hour.enter("delete 3", answer: "y", "15-deleted", shows: .wholeLines)
    try hour.enter("journal", "16-journal")
    try hour.enter("dedup", "17-dedup", shows: .wholeLines)
    try hour.enter("dedup --merge", answer: "y", "18-merge", shows: .wholeLines)
    try hour.enter("doctor", "19-doctor", shows: .wholeLines)
    try hour.enter("doctor --fix embedding_missing", answer: "y", "20-doctor-fixed", shows: .wholeLines)
    try hour.enter("list | less", "21-pager")
    try hour.enter("list --user adda", "22-nobody")
    try hour.enter("export ada.jsonl --user ada", "23-export", shows: .wholeLines)
    try hour.enter("!cut -c1-78 ada.jsonl", "24-exported")
    try hour.quit("25-quit")
    try hour.write(
      """
      cat > tour.memsh <<'END'
      # What ada likes.
      search 'green tea' --user ada --limit 3
      assert .length > 0
      END
      """)
    try hour.shell("memsh agents.db -f tour.memsh --output json | jq -r '.[].content'", "26-script")
    try hour.shell("echo 'serch coffee' >> tour.memsh; memsh agents.db -f tour.memsh", "27-mistake", shows: .typo)
  }

  @Test(
    "on to PostgreSQL: connect, migrate, and go on there as before",
    .enabled(if: FirstHourTests.hasTools, "tmux, less and jq are needed: scripts/deps --tests installs them"),
    .enabled(if: FirstHourTests.hasServer, "MEMSH_TEST_POSTGRES is not set: run the tests with scripts/test"))
  func goesToPostgres() throws {
    let database = try TestDatabase(name: "shop_" + UUID().uuidString.prefix(4).lowercased())
    let hour = try FirstHour(database: database)
    try hour.shell("memsh agents.db", nil)
    try hour.enter("connect postgresql:///shap", "30-no-database")
    hour.prompt = "postgres:\(database.name)>"
    try hour.enter("connect postgresql:///\(database.name)", "31-connect")
    try hour.enter("list", "32-no-tables")
    try hour.enter("migrate --from agents.db --dry-run", "33-dry-run", shows: .wholeLines)
    try hour.enter("migrate --from agents.db", "34-migrate", shows: .wholeLines)
    try hour.enter("\\dt", "35-tables")
    try hour.enter("search green tea --user ada", "36-search")
    try hour.enter("select nothing from memories;", "37-sql-error")
    try hour.enter("delete 3", answer: "y", "38-deleted", shows: .wholeLines)
    try hour.enter("undo", answer: "y", "39-undo", shows: .wholeLines)
  }
}

/// A terminal of 80 by 24 in which somebody types, and what is expected of its screens.
private final class FirstHour {
  /// What a screen is about.
  enum Kind {
    /// Rows, whose long texts may be cut.
    case rows
    /// Something that must not be cut.
    case wholeLines
    /// A word that is not a command.
    case typo
  }

  /// The prompt that a command comes back to.
  var prompt = "sqlite:agents.db>"

  private static let shellPrompt = "$"
  private static let columns = 80
  private let folder: TestFolder
  private let terminal: Terminal
  private let database: TestDatabase?

  init(database: TestDatabase? = nil) throws {
    folder = try TestFolder()
    self.database = database
    try FirstHourStore.make(in: folder)
    let programs = folder.file("bin")
    try FileManager.default.createDirectory(atPath: programs, withIntermediateDirectories: true)
    try FileManager.default.createSymbolicLink(atPath: programs + "/memsh", withDestinationPath: Memsh.binary)
    var environment = ["PATH": programs + ":/usr/bin:/bin", "LESSHISTFILE": "-"]
    if let server = database.flatMap({ URLComponents(string: $0.url) }) {
      environment["PGHOST"] = server.host
      environment["PGPORT"] = server.port.map(String.init)
      environment["PGUSER"] = server.user
      environment["PGPASSWORD"] = server.password
    }
    terminal = try Terminal(
      "PS1='$ ' sh -i", in: folder, columns: FirstHour.columns, rows: 24, environment: environment)
    try wait { $0 == [FirstHour.shellPrompt] }
  }

  /// Runs a command of the system's shell on an empty screen; nil for a screen that is not looked at.
  func shell(_ line: String, _ name: String?, shows kind: Kind = .rows) throws {
    try terminal.enter("clear")
    try wait { $0 == [FirstHour.shellPrompt] }
    try terminal.enter(line)
    let prompts = [FirstHour.shellPrompt, prompt]
    try wait { $0.count > 1 && prompts.contains($0.last ?? "") }
    if let name { try keep(name, kind) }
  }

  /// Types lines that show nothing.
  func write(_ lines: String) throws {
    for line in lines.split(separator: "\n") { try terminal.enter(String(line)) }
    try wait { $0.last == FirstHour.shellPrompt }
  }

  /// Types a command at an empty prompt, and answers its question.
  func enter(_ command: String, answer: String? = nil, _ name: String, shows kind: Kind = .rows) throws {
    try terminal.press("C-l")
    try wait { $0.count == 1 && $0[0].hasSuffix(">") }
    try terminal.enter(command)
    if let answer {
      try wait { $0.last == "Go on? [y/N]" }
      try terminal.enter(answer)
    }
    let isPaged = try wait { $0.count > 1 && ($0.last == self.prompt || FirstHour.isPager($0)) }
    try keep(name, kind)
    guard FirstHour.isPager(isPaged) else { return }
    try terminal.press("q")
    try wait { $0.last == self.prompt }
  }

  /// Leaves memsh.
  func quit(_ name: String) throws {
    try terminal.press("C-l")
    try wait { $0 == [self.prompt] }
    try terminal.enter("\\q")
    try wait { $0.last == FirstHour.shellPrompt }
    try keep(name, .rows)
  }

  private static func isPager(_ screen: [String]) -> Bool { [":", "(END)"].contains(screen.last) }

  @discardableResult
  private func wait(until condition: @escaping ([String]) -> Bool) throws -> [String] {
    func lines(_ screen: String) -> [String] {
      screen.split(separator: "\n", omittingEmptySubsequences: false).map { line in
        String(line.reversed().drop { $0 == " " }.reversed())
      }
    }
    return lines(try terminal.wait { condition(lines($0)) })
  }

  /// Compares the screen with its golden file, and checks what no screen may have.
  private func keep(_ name: String, _ kind: Kind) throws {
    let screen = try wait { _ in true }
    for line in screen {
      #expect(line.reduce(0) { $0 + FirstHour.width($1) } <= FirstHour.columns, "\(name): \(line)")
      if kind != .typo { #expect(!line.contains("unknown command"), "\(name): \(line)") }
      if kind == .wholeLines { #expect(!line.hasSuffix("…"), "\(name): \(line)") }
    }
    let text = FirstHour.masked(screen.joined(separator: "\n") + "\n", folder: folder, database: database)
    let difference = try Golden.difference(text, "first-hour/\(name).txt")
    #expect(difference == nil, "\(difference ?? "")")
  }

  /// A character's columns, roughly: what is wide in these texts is Japanese, or an emoji.
  private static func width(_ character: Character) -> Int {
    guard let scalar = character.unicodeScalars.first else { return 0 }
    return scalar.value >= 0x2E80 || scalar.properties.isEmojiPresentation ? 2 : 1
  }

  /// A screen without what differs from run to run, from machine to machine and from version to version.
  private static func masked(_ screen: String, folder: TestFolder, database: TestDatabase?) -> String {
    var text = screen.replacing(folder.path, with: "FOLDER")
    if let database {
      text = text.replacing(database.name, with: "shop_name").replacing(":\(database.port)", with: ":5432")
        .replacing("port \(database.port)", with: "port 5432")
    }
    return
      text
      .replacing(/memsh \d+\.\d+\.\d+/, with: "memsh 1.2.3")
      .replacing(/PostgreSQL \d+(\.\d+)*/, with: "PostgreSQL 18")
      // The store's own moments are of 2025.
      .replacing(/20(2[6-9]|[3-9]\d)-\d\d-\d\d/, with: "2026-01-31")
      .replacing(/2026-01-31[ T]\d\d:\d\d:\d\d/, with: "2026-01-31 12:00:00")
      .replacing(/(?<before>seconds +)[\d.]+/) { "\($0.output.before)0.01" }
      .replacing(/author: \S+ in/, with: "author: you@here in")
  }
}
