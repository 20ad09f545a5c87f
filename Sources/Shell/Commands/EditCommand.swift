import ArgumentParser
import Database
import MemoryModel
import MemoryServices

struct EditCommand: ShellCommand {
  static let declaration = CommandConfiguration(
    commandName: "edit", abstract: "Change a memory, by options or as a whole in $EDITOR.",
    discussion: """
      Without options the memory opens in $EDITOR as YAML. Other content gets another embedding. Editing again with the \
      same values changes nothing. `undo` brings the old values back.
      """)

  static let examples = [
    "edit 12",
    "edit 12 --importance 0.9",
    "edit 12 --content 'Prefers oat milk' --category preferences",
    "edit 12 --user ben --dry-run",
  ]

  @Argument(help: "The memory's id.")
  var id: Int64

  @Option(help: "The content.")
  var content: String?

  @Option(help: "Whose memory it is.", completion: .stored)
  var user: String?

  @Option(help: "The category; none takes it away.", completion: .stored)
  var category: String?

  @Option(help: "The importance, from 0 to 1.")
  var importance: Double?

  @Option(help: "A JSON object.")
  var metadata: String?

  @Flag(help: "Only tell what would change.")
  var dryRun = false

  @OptionGroup var embedding: EmbeddingOptions
  @OptionGroup var result: ResultOptions

  var outputFormat: OutputFormat? { result.output }
  var onlyReads: Bool { dryRun }

  private var hasChanges: Bool {
    content != nil || user != nil || category != nil || importance != nil || metadata != nil
  }

  func validate() throws {
    try MemoryValues.check(user: user, content: content, category: category, importance: importance)
    if let metadata { _ = try MemoryValues.metadata(metadata) }
  }

  func run(in session: Session) throws -> CommandResult {
    let store = try session.store()
    let service = RepairService(store: store, author: session.author)
    let changes = hasChanges ? try changes() : try editedChanges(session)
    let embedder = { try session.embedder(for: store) }
    let report = try embedding.offered {
      try service.edit(id, changes, embedder: embedding.noEmbedding ? nil : embedder, dryRun: dryRun)
    }
    if report.changed.contains("content"), !dryRun, report.after.fields.embedding == nil {
      session.note("notice: the memory has no embedding now; `reembed --missing` computes it")
    }
    return CommandResult(.record(record(report)))
  }

  private func changes() throws -> [MemoryChange] {
    var changes: [MemoryChange] = []
    if let user { changes.append(.userID(user)) }
    if let content { changes.append(.content(content.replacingNUL)) }
    if let category { changes.append(.category(category == "none" ? nil : category)) }
    if let importance { changes.append(.importance(importance)) }
    if let metadata { changes.append(.metadata(try MemoryValues.metadata(metadata).replacingNUL)) }
    return changes
  }

  /// What a person made of the memory in an editor.
  private func editedChanges(_ session: Session) throws -> [MemoryChange] {
    guard let memory = try session.store().memories([id]).first else {
      throw MemshError(.notFound, "there is no memory \(id)", hint: "`list` and `search` show the ids of memories")
    }
    guard session.isInteractive else {
      throw MemshError(
        .usage, "nothing to change: an editor needs a terminal",
        hint: "give `--content`, `--user`, `--category`, `--importance` or `--metadata`")
    }
    let fields = memory.fields
    let text = try session.files.yaml(
      .object([
        JSON.Member("user_id", .string(fields.userID)), JSON.Member("category", .optional(fields.category)),
        JSON.Member("importance_score", fields.importanceScore.map(JSON.double) ?? .null),
        JSON.Member("metadata", fields.metadata ?? .null), JSON.Member("content", .string(fields.content)),
      ]))
    // What the editor leaves as it was is not a change, whatever has become of the memory meanwhile.
    let opened = try session.files.json(yaml: text)
    guard case .object(let members) = try session.files.json(yaml: try session.console.edit(text)) else {
      throw MemshError(.usage, "what the editor left is not a list of keys and values", hint: "nothing was changed")
    }
    return try MemoryValues.changes(
      members.filter { !JSON.areIdentical($0.value, opened[key: $0.key]) }, of: id)
  }

  private func record(_ report: EditReport) -> ResultRecord {
    var record = ResultRecord(
      title: dryRun ? "Edit (dry run)" : "Edit",
      fields: [
        .init("id", .integer(id)), .init("changed", .json(.array(report.changed.map(JSON.string)))),
        .init("before", .list(ResultTable([report.before]))), .init("after", .list(ResultTable([report.after]))),
        .init("operation", report.operation.map(Cell.integer) ?? .null), .init("dry_run", .boolean(dryRun)),
      ])
    let screen = EditScreen(report: report, isDryRun: dryRun)
    record.screen = { screen.lines($0) }
    return record
  }
}

extension MemoryValues {
  /// The values of a memory as an editor left them.
  ///
  /// - Throws: `usage`, which names the key that is wrong.
  static func changes(_ members: [JSON.Member], of id: Int64) throws -> [MemoryChange] {
    do {
      return try members.map { member in
        switch (member.key, member.value) {
        case ("user_id", .string(let value)):
          try check(user: value, content: nil, category: nil, importance: nil)
          return .userID(value)
        case ("content", .string(let value)):
          try check(user: nil, content: value, category: nil, importance: nil)
          return .content(value.replacingNUL)
        case ("category", .null): return .category(nil)
        case ("category", .string(let value)):
          try check(user: nil, content: nil, category: value, importance: nil)
          return .category(value)
        case ("importance_score", .null): return .importance(nil)
        case ("importance_score", .number(let digits)):
          let value = Double(digits) ?? -1
          try check(user: nil, content: nil, category: nil, importance: value)
          return .importance(value)
        case ("metadata", .null): return .metadata(nil)
        case ("metadata", let value): return .metadata(try metadata(value.text))
        default: throw ValidationError("'\(member.key)' cannot be \(member.value.text.prefix(40))")
        }
      }
    } catch let error as ValidationError {
      throw MemshError(.usage, error.message, hint: "nothing was changed; `edit \(id)` opens it again")
    }
  }
}
