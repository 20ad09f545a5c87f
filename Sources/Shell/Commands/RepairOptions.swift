import ArgumentParser
import Database
import MemoryModel
import MemoryServices

/// The options of every command that makes a plan and asks.
struct RepairOptions: ParsableArguments {
  @Flag(help: "Only tell what would be done; nothing is written.")
  var dryRun = false

  @Flag(name: .shortAndLong, help: "Do not ask.")
  var yes = false
}

/// The option of every command that deletes rows.
struct CascadeOptions: ParsableArguments {
  @Flag(help: "Also where rows of other tables go, which undo does not bring back.")
  var cascade = false
}

/// The sentence, behind a question, that says what an undo does not bring back; empty when there is nothing.
func notUndone(_ what: [String]) -> String {
  what.isEmpty ? "" : " `undo` does not bring back: \(what.joined(separator: "; "))."
}

extension ResultRecord.Field {
  /// What an undo does not bring back.
  static func notUndone(_ what: [String]) -> ResultRecord.Field {
    .init("not_undone", .json(.array(what.map(JSON.string))))
  }

  /// The rows of a plan that were changed by others since, and left alone.
  static func leftOut(_ rows: [RowName]) -> ResultRecord.Field {
    .init(
      "left_out",
      .list(ResultTable(columns: ["table", "id"], rows: rows.map { [.text($0.table), .integer($0.id)] }, noun: "row")))
  }
}

extension RepairReport {
  /// The report as a command shows it.
  ///
  /// - Parameter verb: What was done to the memories: `deleted`.
  func record(title: String, verb: String, isDryRun: Bool) -> ResultRecord {
    ResultRecord(
      title: isDryRun ? "\(title) (dry run)" : title,
      fields: [
        .init(verb, .count(ids.count)), .init("examples", .list(RepairReport.table(examples))),
        .leftOut(leftOut), .notUndone(notUndone),
        .init("operation", operation.map(Cell.integer) ?? .null), .init("dry_run", .boolean(isDryRun)),
      ])
  }

  private static func table(_ examples: [RepairExample]) -> ResultTable {
    ResultTable(
      columns: ["id", "user_id", "category", "importance_score", "change", "content"],
      rows: examples.map { example in
        let fields = example.memory.fields
        return [
          .integer(example.memory.id), .text(fields.userID), .optional(fields.category),
          fields.importanceScore.map { .double($0, places: 2) } ?? .null,
          .optional(example.change.isEmpty ? nil : example.change), .text(fields.content),
        ]
      }, noun: "example")
  }
}
