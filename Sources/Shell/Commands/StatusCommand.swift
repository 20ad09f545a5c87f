import ArgumentParser
import Database
import MemoryModel
import MemoryServices
import MemoryStore

struct StatusCommand: ShellCommand {
  static let declaration = CommandConfiguration(
    commandName: "status", abstract: "Show the connection, the state of the schema and the settings.")

  static let examples = [
    "status",
    "status --json",
    "status | grep backend",
  ]

  @OptionGroup var result: ResultOptions

  var outputFormat: OutputFormat? { result.output }
  var onlyReads: Bool { true }

  func run(in session: Session) throws -> CommandResult {
    let store = try session.checkedStore(mayBeAbsent: true)
    let objects = try store.schema()
    let space = try? store.embeddingSpace()
    // A server that does not answer must not keep the rest from being seen.
    let embedder = try? session.embedder(for: store)
    var result = CommandResult(
      .record(
        ResultRecord(
          title: "Status",
          fields: try [.init("version", .text(memshVersion))] + session.summary(of: store).fields + [
            .init("server", .text(try store.serverVersion())),
            .init("schema", .text(StatusCommand.summary(objects))),
            .init("layout", .text(try store.laidOut().layout.rawValue)), .init("parts", StatusCommand.parts(of: store)),
            .init("space", .optional(space?.description)),
            .init("embedder", .text(embedder?.space.description ?? "not available")),
            .init("settings", .record(Setting.all.map { .init($0.name, $0.cell(session.settings)) })),
          ])))
    if let space, !space.isKnown {
      result.remark = "notice: the store does not say which model made its vectors: \(EmbeddingSpace.naming)"
    }
    return result
  }

  /// The partitions or shards.
  private static func parts(of store: MemoryStore) throws -> ResultRecord.Value {
    let rows = try store.layoutParts().map { part -> [Cell] in
      [
        .text(part.name), .optional(part.node), part.rows.map(Cell.integer) ?? .null,
        part.bytes.map(Cell.integer) ?? .null,
      ]
    }
    return .list(ResultTable(columns: ["name", "node", "rows", "bytes"], rows: rows, noun: "part"))
  }

  private static func summary(_ objects: [SchemaObject]) -> String {
    if objects.allSatisfy({ $0.state == .present }) { return "complete" }
    if objects.allSatisfy({ $0.state == .missing }) { return "missing" }
    let missing = objects.filter { $0.state != .present }.map(\.name)
    return "incomplete: " + missing.joined(separator: ", ")
  }
}
