import ArgumentParser
import Database
import MemoryModel
import MemoryServices

struct PromptCommand: UserChoosing {
  static let declaration = CommandConfiguration(
    commandName: "prompt", abstract: "Assemble what an agent would be given for a query.",
    discussion: """
      The active fragments for the agent, and those for all, of the tier or below, by priority; then what is remembered \
      of the user, best first: 5, 10 or 20 memories within 2,000, 4,000 or 8,000 tokens for core, standard and full. \
      What does not fit any more is cut, and listed as such. Tokens are estimated.
      """)

  static let examples = [
    "prompt 'What does she drink?' --user ada",
    "prompt coffee --user ada --agent sales --tier full",
    "prompt coffee --user ada --json",
  ]

  @Argument(help: ArgumentHelp("What the agent is asked; several words are one query.", valueName: "query"))
  var words: [String]

  @Option(help: "The user whose memories are taken.", completion: .stored)
  var user: String?

  @Option(help: "The agent; fragments for all agents are taken, too.", completion: .stored)
  var agent = "general"

  @Option(help: "core, standard or full.")
  var tier = ContextTier.standard

  @OptionGroup var result: ResultOptions

  var outputFormat: OutputFormat? { result.output }
  static var needsUser: Bool { true }
  var chosenUser: String? {
    get { user }
    set { user = newValue }
  }
  var onlyReads: Bool { true }

  private var query: String { words.joined(separator: " ") }

  func validate() throws {
    guard query.contains(where: { !$0.isWhitespace }) else { throw ValidationError("The query is empty") }
  }

  func run(in session: Session) throws -> CommandResult {
    let user = user ?? ""
    let store = try session.store()
    let embedder = try session.embedder(for: store)
    var request = SearchRequest(.text(query))
    request.filter = MemoryFilter(userID: user)
    request.limit = tier.memoryLimit
    request.wordsWeight = session.settings.hybridWeight
    let hits = try SearchService(store: store, embedder: embedder).search(request).hits
    session.announce(embedder)
    let prompt = try PromptAssembly(store: store).assemble(hits, agentType: agent, tier: tier)
    var result = CommandResult(.record(record(prompt, of: user)))
    if session.format(of: outputFormat) == .table || session.isTextWanted(outputFormat) {
      result.remark = figures(prompt, of: user)
    }
    return result
  }

  private func record(_ prompt: AssembledPrompt, of user: String) -> ResultRecord {
    var record = ResultRecord(
      title: "Prompt",
      fields: [
        .init("user", .text(user)), .init("agent", .text(agent)), .init("tier", .text(tier.rawValue)),
        .init("tokens", .count(prompt.tokens)), .init("token_limit", .count(tier.tokenLimit)),
        .init("fragments", .list(PromptCommand.table(prompt.fragmentParts))),
        .init("memories", .list(PromptCommand.table(prompt.memoryParts))),
        .init("text", .text(prompt.text)),
      ])
    record.text = prompt.text
    record.screen = { $0.paragraph(StyledText(), linesOf: prompt.text) }
    return record
  }

  /// What the prompt is made of, for people.
  private func figures(_ prompt: AssembledPrompt, of user: String) -> String {
    let cutFragments = prompt.fragmentParts.filter { !$0.isTaken }.map { $0.content.category }
    let cutMemories = prompt.memoryParts.filter { !$0.isTaken }.map { String($0.content.memory.id) }
    var text =
      "\(prompt.tokens) of \(tier.tokenLimit) tokens (estimated), tier \(tier.rawValue), agent \(agent): "
      + "\(counted(prompt.fragments.count, "fragment")), \(counted(prompt.memories.count, "memory")) of \(user)"
    if !cutFragments.isEmpty { text += "; cut fragments: " + cutFragments.joined(separator: ", ") }
    if !cutMemories.isEmpty { text += "; cut memories: " + cutMemories.joined(separator: ", ") }
    return text
  }

  private static func table(_ parts: [AssembledPrompt.Part<PromptFragment>]) -> ResultTable {
    ResultTable(
      columns: ["taken", "tokens", "priority", "category", "tier", "agent_type", "content"],
      rows: parts.map { part in
        let fragment = part.content
        return [
          .text(part.isTaken ? "taken" : "cut"), .count(part.tokens), fragment.priority.map(Cell.count) ?? .null,
          .text(fragment.category), .optional(fragment.contextTier?.rawValue), .optional(fragment.agentType),
          .text(fragment.content),
        ]
      }, shownColumns: ["taken", "tokens", "category", "content"])
  }

  private static func table(_ parts: [AssembledPrompt.Part<SearchHit>]) -> ResultTable {
    ResultTable(
      columns: ["taken", "tokens", "id", "similarity", "category", "importance_score", "content"],
      rows: parts.map { part in
        let fields = part.content.memory.fields
        return [
          .text(part.isTaken ? "taken" : "cut"), .count(part.tokens), .integer(part.content.memory.id),
          part.content.similarity.map { .double($0, places: 3) } ?? .null, .optional(fields.category),
          fields.importanceScore.map { .double($0, places: 2) } ?? .null, .text(fields.content),
        ]
      }, shownColumns: ["taken", "tokens", "id", "similarity", "content"])
  }
}

extension ContextTier: ExpressibleByArgument {}
