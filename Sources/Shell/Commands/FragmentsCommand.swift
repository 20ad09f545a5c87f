import ArgumentParser
import Database
import MemoryModel
import MemoryServices
import MemoryStore

struct FragmentsCommand: ChangingCommand {
  static let configuration = CommandConfiguration(
    commandName: "fragments", abstract: "List and change the standing instructions for agents.",
    discussion: """
      list (--agent, --tier and --category choose) and show ID… only read. add needs --category and --content; edit ID \
      changes what is given. enable ID…, disable ID… and delete ID… take several. import FILE inserts the fragments of \
      a JSON or YAML file that are not there yet; export [FILE] writes such a file. Content that is new or changed gets \
      its embedding.
      """)

  /// What to do.
  enum Action: String, ExpressibleByArgument, CaseIterable {
    case list, show, add, edit, enable, disable, delete, `import`, export
  }

  @Argument(help: "list, show, add, edit, enable, disable, delete, import or export.")
  var action = Action.list

  @Argument(help: "The ids, or the file.", completion: .file())
  var subjects: [String] = []

  @Option(help: "The category.")
  var category: String?

  @Option(help: "The instruction itself.")
  var content: String?

  @Option(parsing: .unconditional, help: "Higher comes first in a prompt.")
  var priority: Int?

  @Option(help: "Words to find it by, separated by commas.")
  var tags: String?

  @Option(help: "The agent it is for, or all.", completion: .stored)
  var agent: String?

  @Option(help: "The lowest tier that includes it: core, standard or full.")
  var tier: ContextTier?

  @OptionGroup var cascading: CascadeOptions

  @OptionGroup var options: RepairOptions
  @OptionGroup var embedding: EmbeddingOptions
  @OptionGroup var result: ResultOptions

  var outputFormat: OutputFormat? { result.output }
  var onlyReads: Bool { [.list, .show].contains(action) || options.dryRun }
  var asks: Bool { action == .delete }

  private var changesSomething: Bool {
    category != nil || content != nil || priority != nil || tags != nil || agent != nil || tier != nil
  }

  func validate() throws {
    switch action {
    case .list: guard subjects.isEmpty else { throw ValidationError("'list' takes no ids: 'show' does") }
    case .show, .enable, .disable, .delete: guard !(try ids()).isEmpty else { throw ValidationError("Give an id") }
    case .edit:
      guard try ids().count == 1, changesSomething else {
        throw ValidationError("'edit' takes one id and what changes")
      }
    case .add:
      guard subjects.isEmpty, let category, let content, !category.isEmpty, !content.isEmpty else {
        throw ValidationError("'add' takes --category and --content")
      }
    case .import: guard subjects.count == 1 else { throw ValidationError("'import' takes one file") }
    case .export: guard subjects.count <= 1 else { throw ValidationError("'export' takes one file at most") }
    }
    if options.dryRun, ![.delete, .import].contains(action) {
      throw ValidationError("'--dry-run' goes with delete and import")
    }
    if cascading.cascade, action != .delete { throw ValidationError("'--cascade' goes with delete") }
    if let category, category.count > 100 { throw ValidationError("'--category' takes 100 characters at most") }
    if let content, content.isEmpty { throw ValidationError("'--content' is empty") }
    if let priority, Int32(exactly: priority) == nil {
      throw ValidationError("'--priority' takes \(Int32.min) to \(Int32.max), not '\(priority)'")
    }
  }

  private func ids() throws -> [Int64] {
    try subjects.map { text in
      guard let id = Int64(text) else { throw ValidationError("'\(text)' is not an id") }
      return id
    }
  }

  func run(in session: Session) throws -> CommandResult {
    let store = try session.store()
    let service = FragmentService(
      store: store, author: session.author,
      embedder: try embedding.noEmbedding ? nil : session.embedder(for: store))
    return try embedding.offered { try run(service, store, in: session) }
  }

  private func run(
    _ service: FragmentService, _ store: MemoryStore, in session: Session
  ) throws -> CommandResult {
    switch action {
    case .list: return CommandResult(.table(table(try service.all().filter(passes))))
    case .show: return CommandResult(.table(table(try service.fragments(ids()))))
    case .add: return try added([edited(PromptFragment(category: "", content: ""))], service, session)
    case .import: return try added(try session.files.fragments(subjects[0]), service, session)
    case .edit: return CommandResult(.table(table([try service.edit(ids()[0]) { $0 = edited($0) }.after])))
    case .enable, .disable:
      let isActive = action == .enable
      return try store.transaction(.commit) {
        CommandResult(.table(table(try ids().map { try service.edit($0) { $0.isActive = isActive }.after })))
      }
    case .delete: return try deleted(service, session)
    case .export: return try exported(try service.all().map(\.fragment), session)
    }
  }

  private func passes(_ stored: StoredFragment) -> Bool {
    (category.map { $0 == stored.fragment.category } ?? true)
      && (agent.map { PromptFragment.agent(named: $0) == stored.fragment.agentType } ?? true)
      && (tier.map { $0 == stored.fragment.contextTier } ?? true)
  }

  private func edited(_ fragment: PromptFragment) -> PromptFragment {
    var fragment = fragment
    fragment.category = category ?? fragment.category
    fragment.content = content ?? fragment.content
    fragment.priority = priority ?? fragment.priority
    if let agent { fragment.agentType = PromptFragment.agent(named: agent) }
    fragment.contextTier = tier ?? fragment.contextTier
    if let tags {
      fragment.tags = tags.split(separator: ",").map { String($0.trimmingPrefix { $0 == " " }) }.filter { !$0.isEmpty }
    }
    return fragment
  }

  private func added(
    _ fragments: [PromptFragment], _ service: FragmentService, _ session: Session
  ) throws -> CommandResult {
    let store = try session.store()
    if options.dryRun {
      let present = try store.fragmentKeys()
      let missing = Set(fragments.map(\.key)).subtracting(present)
      return CommandResult(.record(SeedCommand.record(inserted: missing.count, of: fragments.count, isDryRun: true)))
    }
    let (inserted, hasEmbeddings) = try service.add(fragments)
    if inserted > 0, !hasEmbeddings {
      session.note("notice: they have no embeddings; `reembed --missing` computes them")
    }
    return CommandResult(.record(SeedCommand.record(inserted: inserted, of: fragments.count, isDryRun: false)))
  }

  private func deleted(_ service: FragmentService, _ session: Session) throws -> CommandResult {
    let plan = try service.planDeletion(ids(), cascade: cascading.cascade)
    return try carryOut(plan, in: session) { report in
      let names = report.fragments.map { "\($0.id) (\($0.fragment.category))" }.joined(separator: ", ")
      return "This deletes the fragments \(names)." + notUndone(report.losses.map(\.description))
    } record: { report, isPlan in
      ResultRecord(
        title: isPlan ? "Delete fragments (dry run)" : "Delete fragments",
        fields: [
          .init("deleted", .count(report.fragments.count)), .init("fragments", .list(table(report.fragments))),
          .leftOut(report.leftOut), .notUndone(report.losses.map(\.description)),
          .init("operation", report.operation.map(Cell.integer) ?? .null), .init("dry_run", .boolean(isPlan)),
        ])
    }
  }

  private func exported(_ fragments: [PromptFragment], _ session: Session) throws -> CommandResult {
    let text = JSON.array(fragments.map(\.json)).prettyText + "\n"
    guard let path = subjects.first, path != "-" else { return CommandResult(.text(text)) }
    try session.files.write(text, to: path)
    session.note("\(counted(fragments.count, "fragment")) written to \(path)")
    return .nothing
  }

  private func table(_ fragments: [StoredFragment]) -> ResultTable {
    ResultTable(
      columns: [
        "id", "category", "priority", "agent_type", "context_tier", "is_active", "tags", "embedded", "updated_at",
        "content",
      ],
      rows: fragments.map { stored in
        let fragment = stored.fragment
        return [
          .integer(stored.id), .text(fragment.category), fragment.priority.map(Cell.count) ?? .null,
          .optional(fragment.agentType), .optional(fragment.contextTier?.rawValue),
          fragment.isActive.map(Cell.boolean) ?? .null,
          fragment.tags.map { .json(.array($0.map(JSON.string))) } ?? .null, .boolean(fragment.embedding != nil),
          stored.updatedAt.map(Cell.timestamp) ?? .null, .text(fragment.content),
        ]
      }, noun: "fragment",
      shownColumns: ["id", "category", "priority", "agent_type", "context_tier", "is_active", "content"])
  }
}
