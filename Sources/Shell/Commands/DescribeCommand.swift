import ArgumentParser
import Database
import MemoryModel
import MemoryServices
import MemoryStore

struct DescribeCommand: ShellCommand {
  static let declaration = CommandConfiguration(
    commandName: "describe", abstract: "Show the columns, indexes and triggers of a table or view.",
    discussion: """
      Every table of the store's database; `show tables` lists them. A column is known where memsh \
      works with it, added where others made it, and computed where the database does.
      """)

  static let examples = [
    "describe memories",
    "describe prompt_fragments --json",
    "\\d memories",
  ]

  @Argument(help: "The table or view, with or without its schema.")
  var table: String

  @OptionGroup var result: ResultOptions

  var outputFormat: OutputFormat? { result.output }
  var onlyReads: Bool { true }

  func run(in session: Session) throws -> CommandResult {
    let description = try session.store().describe(table)
    let relation = description.relation
    var fields: [ResultRecord.Field] = [.init("name", .text(relation.name))]
    if let schema = relation.schema { fields.append(.init("schema", .text(schema))) }
    fields += [
      .init("kind", .text(relation.kind)), .init("about", .text(relation.about)),
      DescribeCommand.columns(of: description), DescribeCommand.field("indexes", description, "index"),
      DescribeCommand.field("triggers", description, "trigger"),
    ]
    let title = relation.kind.prefix(1).uppercased() + relation.kind.dropFirst() + " " + relation.name
    return CommandResult(.record(ResultRecord(title: title, fields: fields)))
  }

  private static func columns(of description: RelationDescription) -> ResultRecord.Field {
    let known = Table.named(description.relation.name)?.columnNames
    let rows = description.columns.map { column -> [Cell] in
      let part = column.isGenerated ? "computed" : known.map { $0.contains(column.name) ? "known" : "added" }
      return [
        .text(column.name), .text(column.type), .boolean(!column.isRequired), .optional(column.defaultText),
        .optional(part),
      ]
    }
    let isAllKnown = rows.allSatisfy { [.text("known"), .null].contains($0[4]) }
    return ResultRecord.Field(
      "columns",
      .list(
        ResultTable(
          columns: ["name", "type", "nullable", "default", "part"], rows: rows, noun: "column",
          // What is longest stands last, where it is wrapped.
          shownColumns: ["name", "type", "nullable"] + (isAllKnown ? [] : ["part"]) + ["default"])))
  }

  private static func field(
    _ name: String, _ description: RelationDescription, _ kind: String
  ) -> ResultRecord.Field {
    let rows = description.objects.filter { $0.kind == kind }.map { object -> [Cell] in
      [.text(object.name), .text(object.isValid ? "present" : "invalid"), .optional(object.definition)]
    }
    return ResultRecord.Field(
      name, .list(ResultTable(columns: ["name", "state", "definition"], rows: rows, noun: kind)))
  }
}

extension ResultTable {
  /// The tables and views of a store.
  init(_ relations: [MemoryStore.CountedRelation]) {
    self.init(
      columns: ["schema", "name", "kind", "rows", "rows_counted", "about"],
      rows: relations.map { counted in
        let relation = counted.relation
        let (rows, isExact): (Int64?, Bool) =
          switch counted.rows {
          case .exact(let count): (count, true)
          case .about(let count): (count, false)
          case .unknown: (nil, false)
          }
        return [
          .optional(relation.schema), .text(relation.name), .text(relation.kind), rows.map(Cell.integer) ?? .null,
          .boolean(isExact), .text(relation.about),
        ]
      }, noun: "table",
      shownColumns: relations.contains { $0.relation.schema != nil }
        ? ["schema", "name", "kind", "rows", "about"] : ["name", "kind", "rows", "about"], subject: "about",
      wrapsSubject: true)
  }
}

extension Relation {
  /// What it is in a memory system, for people.
  fileprivate var about: String {
    switch own {
    case .settings?: return "memsh: what it notes of the store"
    case .runs?: return "memsh: migrations"
    case .runRows?: return "memsh: the source of each row"
    case .journal?: return "memsh: repairs"
    case .journalRows?: return "memsh: rows before and after each repair"
    case nil: break
    }
    switch Table.named(name) {
    case .memories?: return "what agents remember"
    case .fragments?: return "pieces of prompts"
    case .duplicates?: return "pairs of memories that are alike"
    case .analytics?: return "searches that agents made"
    default: return name.hasPrefix("memsh_") ? "memsh: part of its indexes" : "made by others"
    }
  }
}
