import ArgumentParser
import MemoryCore

struct SchemaCommand: ShellCommand {
  static let configuration = CommandConfiguration(
    commandName: "schema", abstract: "Show the tables, indexes and triggers and how they stand.")

  @Flag(help: "Create what is missing.")
  var create = false

  @Option(help: "The vector index to create: hnsw, ivfflat or none.")
  var index: VectorIndexMethod?

  @OptionGroup var result: ResultOptions

  var outputFormat: OutputFormat? { result.output }
  var onlyReads: Bool { !create }

  func validate() throws {
    if index != nil, !create { throw ValidationError("'--index' goes with '--create'") }
  }

  func run(in session: Session) throws -> CommandResult {
    let store = try session.store()
    if create {
      _ = try store.vectorSupport(.ensure)
      try store.whileMigratingAlone(session.progress, session.interruption) {
        _ = try store.createSchema(space: store.embeddingSpace() ?? session.embedder().space)
      }
      for line in try store.buildIndexes(index, session.progress) { session.note(line) }
    }
    let rows = try store.schema().map { object -> [Cell] in
      [
        .text(object.kind.rawValue), .text(object.name), .text(object.table), .text(object.state.rawValue),
        .optional(object.definition),
      ]
    }
    return CommandResult(
      .table(
        ResultTable(
          columns: ["kind", "name", "table", "state", "definition"], rows: rows, noun: "object",
          shownColumns: ["kind", "name", "table", "state"])))
  }
}
