import ArgumentParser
import Database
import MemoryModel
import MemoryServices

/// The options of every command that works on some of the memories.
struct FilterOptions: ParsableArguments {
  @Option(help: "Only memories of this user.", completion: .stored)
  var user: String?

  @Option(help: "Only memories of this category.", completion: .stored)
  var category: String?

  @Option(help: "Only memories of at least this importance, from 0 to 1.")
  var minImportance: Double?

  @Option(help: "Only memories created since then: 2026-01-31, or 7d for the last seven days.")
  var since: String?

  @Option(help: "Only memories created before then.")
  var until: String?

  @Option(
    name: .customLong("where"),
    help: "Only memories with this value in their metadata: metadata.source=chat. Repeatable.")
  var conditions: [String] = []

  /// SQLite reads no expression of more parts than ten times that.
  private static let conditionsMaximum = 100

  func validate() throws {
    guard conditions.count <= FilterOptions.conditionsMaximum else {
      throw ValidationError("'--where' can be given \(FilterOptions.conditionsMaximum) times, not \(conditions.count)")
    }
    for condition in conditions where MetadataCondition(parsing: condition) == nil {
      throw ValidationError("'--where' takes metadata.path=value, not '\(condition)'")
    }
    if let minImportance, !minImportance.isFinite {
      throw ValidationError("'--min-importance' takes a number, not '\(minImportance)'")
    }
    _ = try filter(now: Timestamp(microseconds: 0))
  }

  /// Whether no option is given.
  var isEmpty: Bool {
    user == nil && category == nil && minImportance == nil && since == nil && until == nil && conditions.isEmpty
  }

  /// The options that are given, as they are typed.
  var words: [String] {
    let named = [
      ("--user", user), ("--category", category), ("--min-importance", minImportance.map { "\($0)" }),
      ("--since", since), ("--until", until),
    ]
    return named.flatMap { name, value in value.map { [name, $0] } ?? [] } + conditions.flatMap { ["--where", $0] }
  }

  /// The filter; spans end now.
  func filter(now: Timestamp) throws -> MemoryFilter {
    func moment(_ text: String?, _ option: String) throws -> Timestamp? {
      guard let text else { return nil }
      guard let moment = Timestamp(dateOrSpan: text, now: now) else {
        throw ValidationError("'\(option)' takes a date such as 2026-01-31 or a span such as 7d, not '\(text)'")
      }
      return moment
    }
    var filter = MemoryFilter(userID: user, category: category, minimumImportance: minImportance)
    filter.since = try moment(since, "--since")
    filter.until = try moment(until, "--until")
    filter.metadata = conditions.compactMap(MetadataCondition.init(parsing:))
    return filter
  }
}
