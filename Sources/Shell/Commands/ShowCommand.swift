import ArgumentParser
import Database
import MemoryModel
import MemoryServices
import MemoryStore

struct ShowCommand: ShellCommand {
  static let declaration = CommandConfiguration(
    commandName: "show", abstract: "Show everything about a memory, or the store's tables, or the settings.",
    discussion: """
      A memory with its embedding, its history from the journal, and the memories nearest to it. `show tables` lists \
      the tables and views of the store with their rows, and what they are; `describe TABLE` goes on from there. `show \
      vars` lists settings and variables.
      """)

  static let examples = [
    "show 12",
    "show 12 --json",
    "show tables",
    "show vars",
  ]

  @Argument(help: "The memory's id, or tables, or vars.", completion: .list(["tables", "vars"]))
  var subject: String

  @OptionGroup var result: ResultOptions

  var outputFormat: OutputFormat? { result.output }
  var onlyReads: Bool { true }

  private static let neighbours = 5
  private static let historyMaximum = 20

  func validate() throws {
    guard ["tables", "vars"].contains(subject) || Int64(subject) != nil else {
      throw ValidationError("'show' takes the id of a memory, or tables, or vars, not '\(subject)'")
    }
  }

  func run(in session: Session) throws -> CommandResult {
    guard subject != "tables" else { return try ShowCommand.tables(of: session.store()) }
    guard let id = Int64(subject) else { return CommandResult(.table(ShowCommand.variables(session))) }
    let store = try session.store()
    guard let memory = try store.memories([id]).first else {
      throw MemshError(.notFound, "there is no memory \(id)", hint: "`list` and `search` show the ids of memories")
    }
    let history = try store.journalRows(table: "memories", id: id, limit: ShowCommand.historyMaximum)
    let service = SearchService(store: store, embedder: try session.embedder(for: store))
    let nearest = try service.neighbours(of: memory, limit: ShowCommand.neighbours)
    return CommandResult(.record(ShowCommand.record(memory, history: history, nearest: nearest)))
  }

  private static func tables(of store: MemoryStore) throws -> CommandResult {
    let relations = try store.relations()
    var result = CommandResult(.table(ResultTable(relations)))
    let isEstimated = relations.contains { if case .about = $0.rows { true } else { false } }
    if isEstimated { result.remark = "The rows of large tables are as the database remembers them." }
    return result
  }

  private static func record(_ memory: Memory, history: [JournalRow], nearest: [SearchHit]) -> ResultRecord {
    let fields = memory.fields
    let added = fields.added.map { ResultRecord.Field(named: $0.column.name, Cell($0.value)) }
    return ResultRecord(
      title: "Memory \(memory.id)",
      fields: [
        .init("id", .integer(memory.id)), .init("user_id", .text(fields.userID)),
        .init("content", .text(fields.content)), .init("content_sha256", .text(ContentHash.hex(of: fields.content))),
        .init("category", .optional(fields.category)),
        .init("importance_score", fields.importanceScore.map { .double($0, places: 3) } ?? .null),
        .init("metadata", fields.metadata.map(Cell.json) ?? .null),
        .init("access_count", fields.accessCount.map(Cell.integer) ?? .null),
        .init("last_accessed_at", fields.lastAccessedAt.map(Cell.timestamp) ?? .null),
        .init("created_at", fields.createdAt.map(Cell.timestamp) ?? .null),
        .init("updated_at", fields.updatedAt.map(Cell.timestamp) ?? .null),
        .init("embedding", fields.embedding.map(Cell.vector) ?? .null),
      ] + added + [
        .init("history", .list(ResultTable(history))),
        .init(
          "nearest",
          .list(
            ResultTable(
              columns: ["id", "similarity", "content"],
              rows: nearest.map { hit in
                [
                  .integer(hit.memory.id), hit.similarity.map { .double($0, places: 3) } ?? .null,
                  .text(hit.memory.fields.content),
                ]
              }, noun: "memory"))),
      ])
  }

  private static func variables(_ session: Session) -> ResultTable {
    let settings = Setting.all.map { [Cell.text("setting"), .text($0.name), $0.cell(session.settings)] }
    let variables = session.scope.variables.filter { variable in
      Setting.named(variable.key)?.value(session.settings) != variable.value
    }.sorted { $0.key < $1.key }
      .map { [Cell.text("variable"), .text($0.key), .text($0.value)] }
    return ResultTable(
      columns: ["kind", "name", "value"], rows: settings + variables, subject: "value", wrapsSubject: true)
  }
}
