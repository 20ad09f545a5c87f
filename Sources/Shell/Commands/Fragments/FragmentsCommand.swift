import ArgumentParser
import Database
import MemoryModel
import MemoryServices

/// The standing instructions that agents are given.
struct FragmentsCommand: CommandWithSubcommands {
  static let declaration = CommandConfiguration(
    commandName: "fragments", abstract: "List and change the standing instructions for agents.",
    discussion: "Content that is new or changed gets its embedding. `undo` takes a change back.",
    subcommands: [
      List.self, Show.self, Add.self, Edit.self, Enable.self, Disable.self, Delete.self, Import.self, Export.self,
    ], defaultSubcommand: List.self)
}

/// What a fragment is beside its category and its content.
struct FragmentFields: ParsableArguments {
  @Option(parsing: .unconditional, help: "Higher comes first in a prompt.")
  var priority: Int?

  @Option(help: "Words to find it by, separated by commas.")
  var tags: String?

  @Option(help: "The agent it is for, or all.", completion: .stored)
  var agent: String?

  @Option(help: "The lowest tier that includes it: core, standard or full.")
  var tier: ContextTier?

  var isEmpty: Bool { priority == nil && tags == nil && agent == nil && tier == nil }

  func validate() throws {
    if let priority, Int32(exactly: priority) == nil {
      throw ValidationError("'--priority' takes \(Int32.min) to \(Int32.max), not '\(priority)'")
    }
  }

  /// Puts what is given into a fragment.
  func change(_ fragment: inout PromptFragment) {
    fragment.priority = priority ?? fragment.priority
    if let agent { fragment.agentType = PromptFragment.agent(named: agent) }
    fragment.contextTier = tier ?? fragment.contextTier
    if let tags {
      fragment.tags = tags.split(separator: ",").map { String($0.trimmingPrefix { $0 == " " }) }.filter { !$0.isEmpty }
    }
  }

  /// Refuses what no fragment can have.
  static func check(category: String?, content: String?) throws {
    if let category, category.isEmpty || category.count > 100 {
      throw ValidationError("'--category' takes 1 to 100 characters")
    }
    if let content, content.isEmpty { throw ValidationError("'--content' is empty") }
  }
}

extension Session {
  /// The service for fragments.
  ///
  /// - Parameter embedding: The options of a command that writes contents; nil for one that needs no embedder.
  func fragmentService(_ embedding: EmbeddingOptions? = nil) throws -> FragmentService {
    let store = try store()
    let noEmbedding = embedding?.noEmbedding ?? true
    return FragmentService(store: store, author: author, embedder: try noEmbedding ? nil : self.embedder(for: store))
  }

  /// Inserts the fragments that are not there yet.
  func addFragments(_ fragments: [PromptFragment], _ embedding: EmbeddingOptions) throws -> CommandResult {
    let (inserted, hasEmbeddings) = try embedding.offered { try fragmentService(embedding).add(fragments) }
    if inserted > 0, !hasEmbeddings {
      note("notice: they have no embeddings; `reembed --missing` computes them")
    }
    return CommandResult(.record(SeedCommand.record(inserted: inserted, of: fragments.count, isDryRun: false)))
  }
}

extension ResultTable {
  /// Fragments.
  init(_ fragments: [StoredFragment]) {
    self.init(
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
