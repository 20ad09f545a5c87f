import ArgumentParser
import Database
import MemoryModel
import MemoryServices

/// How the memories are to be laid out.
struct LayoutOptions: ParsableArguments {
  @Option(help: "Lay the memories out: single (one table), partitioned, or citus (over several servers).")
  var layout: StoreLayout?

  @Option(
    help: ArgumentHelp("So many partitions or shards; the default suits the server.", valueName: "number"))
  var shards: Int?

  /// What was asked for; nil when nothing was.
  var wish: LayoutWish? { layout.map { LayoutWish($0, parts: shards) } }

  func validate() throws {
    guard let shards else { return }
    guard let layout, layout != .single else {
      throw ValidationError("'--shards' goes with '--layout partitioned' and '--layout citus'")
    }
    guard (1...LayoutWish.partsMaximum).contains(shards) else {
      throw ValidationError("'--shards' takes a number from 1 to \(LayoutWish.partsMaximum)")
    }
  }
}

extension StoreLayout: ExpressibleByArgument {}

extension LayoutReport {
  /// The report as a command shows it.
  func record(isDryRun: Bool, seconds: Double?) -> ResultRecord {
    var fields: [ResultRecord.Field] = [
      .init("from", .text(from.layout.rawValue)), .init("from_parts", .count(from.parts)),
      .init("to", .text(to.layout.rawValue)), .init("to_parts", .count(to.parts)),
      .init("memories", .integer(memories)),
      .init(
        "changes",
        .list(
          ResultTable(
            columns: ["change", "what"], rows: changes.map { [.text($0.rawValue), .text($0.sentence(for: self))] },
            noun: "change"))),
      .init("dry_run", .boolean(isDryRun)),
    ]
    if let seconds { fields.append(.init("seconds", .double(seconds, places: 2))) }
    return ResultRecord(title: isDryRun ? "Layout (dry run)" : "Layout", fields: fields)
  }

  /// What will happen; nil when there is nothing to do.
  func question(of location: String) -> String? {
    changes.isEmpty
      ? nil
      : "This lays the \(counted(memories, "memory")) of \(location) out as \(to.description), now \(from.description); "
        + "nobody else can use them meanwhile."
  }
}

extension LayoutReport.Change {
  fileprivate func sentence(for report: LayoutReport) -> String {
    switch self {
    case .rowsMoved:
      report.to.layout == .citus || report.from.layout == .citus
        ? "the rows move to other servers" : "the rows move into another table, with everything that was made on it"
    case .keyWithUser: "the key of memories becomes (id, user_id)"
    case .keyWithoutUser: "the key of memories becomes (id)"
    case .duplicatesKeyDropped:
      "the foreign key of memory_duplicates goes: memsh deletes its records itself, other applications must"
    case .duplicatesKeyAdded: "the foreign key of memory_duplicates comes back"
    case .triggerSetting: "citus.enable_unsafe_triggers is set for the database"
    }
  }
}
