import Database
import MemoryModel
import Testing

@testable import Shell

/// Every setting is what its one declaration says.
@Suite struct SettingTests {
  /// Two values of each setting, as they are written again.
  private static let samples: [String: [String]] = [
    "cache-size": ["1", "1048576"], "dimensions": ["256", "auto"], "embedder": ["hash", "auto"],
    "embedding-price": ["0.5", "auto"], "expanded": ["on", "auto"],
    "hybrid-weight": ["0.5", "auto"], "model": ["a model", "auto"],
    "on-error": ["continue", "stop"], "output": ["jsonl", "auto"], "pager": ["less -S", "off", "auto"],
    "pool-size": ["64", "1"], "prompt": ["{user}> ", ">"], "request-timeout": ["3600", "1"], "requests": ["1", "64"],
    "statement-timeout": ["1.5", "0", "30"], "text-search-language": ["german", "auto"], "theme": ["light", "none"],
    "timing": ["on", "off"], "user": ["ada", "auto"],
  ]

  /// Values that no setting of a name takes.
  private static let refused: [String: [String]] = [
    "cache-size": ["0", "1048577", "1.5", "nan", "x", ""], "dimensions": ["-1", "16001"], "embedder": ["opnai", ""],
    "embedding-price": ["-1", "nan", "inf"], "expanded": ["ON", "yes"],
    "hybrid-weight": ["-0.1", "1.1", "nan", ""], "model": [""], "on-error": ["halt"],
    "output": ["tabel"], "pager": [""], "pool-size": ["0", "65"], "prompt": [""], "request-timeout": ["0", "3601"],
    "requests": ["0", "65"], "statement-timeout": ["-1", "86401", "nan"], "text-search-language": [""],
    "theme": ["blue"], "timing": ["1"], "user": [""],
  ]

  @Test("each is set, shown as it was set, and put back", arguments: Setting.all.map(\.name))
  func roundTrips(name: String) throws {
    let setting = try #require(Setting.named(name))
    let samples = try #require(SettingTests.samples[name], "add values of \(name) to this test")
    for value in samples + [setting.defaultValue] {
      #expect(setting.values.contains(value), "\(value)")
      var settings = Settings()
      setting.change(&settings, value)
      #expect(setting.value(settings) == value)
      // Nothing else has changed.
      for other in Setting.all where other.name != name { #expect(other.value(settings) == other.defaultValue) }
      setting.restore(&settings)
      #expect(setting.value(settings) == setting.defaultValue)
    }
    for value in try #require(SettingTests.refused[name]) { #expect(!setting.values.contains(value), "\(value)") }
    #expect(!setting.help.isEmpty && !setting.values.description.isEmpty)
  }

  @Test("their names are in order, no two the same or near enough to be taken for each other")
  func areNamed() {
    let names = Setting.all.map(\.name)
    #expect(names == Set(names).sorted())
    for name in names { #expect(Setting.nearest(to: name) == name) }
  }

  @Test(
    "what is nearly a setting",
    arguments: [
      ("ouput", "output"), ("outptu", "output"), ("usr", "user"), ("Output", "output"), ("pagre", "pager"),
      ("statement_timeout", "statement-timeout"), ("who", nil), ("x", nil), ("name", nil), ("source", nil),
    ])
  func isNear(name: String, setting: String?) {
    #expect(Setting.nearest(to: name) == setting)
  }

  @Test("a timeout above none is never none")
  func keepsShortTimeouts() {
    var settings = Settings()
    Setting.named("statement-timeout")?.change(&settings, "0.0001")
    #expect(settings.options.statementTimeoutSeconds == 0.001)
  }

  @Test("`set user` is for commands that leave the user open")
  func choosesUser() throws {
    var settings = Settings()
    settings.user = "ada"
    func user(_ line: String) throws -> String? {
      let words = line.split(separator: " ").map(String.init)
      guard case .command(let command) = try CommandParser.parse(words, of: ScriptCommand(words: words)) else {
        return nil
      }
      return (try command.withUser(of: settings) as? any UserChoosing)?.chosenUser
    }
    for line in [
      "list", "search tea", "stats", "categories", "analytics", "export", "decay", "dedup", "delete --category x",
      "reembed", "add tea", "prompt tea",
    ] { #expect(try user(line) == "ada", "\(line)") }
    for line in [
      "list --user ben", "delete 1", "reembed --missing", "reassign --from a --to b", "edit 1", "users", "show 1",
    ] { #expect(try user(line) == nil, "\(line)") }
  }
}
