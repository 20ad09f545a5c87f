import ArgumentParser
import MemoryCore

struct SearchCommand: ShellCommand {
  static let configuration = CommandConfiguration(
    commandName: "search", abstract: "Find memories by meaning.",
    discussion: "Ranks by cosine similarity to the query's embedding. Reading never writes.")

  @Argument(help: "What to look for.")
  var query: String

  @Option(help: "Only memories of this user.", completion: .stored)
  var user: String?

  @Option(help: "Only memories of this category.", completion: .stored)
  var category: String?

  @Option(help: "Only memories of at least this importance, from 0 to 1.")
  var minImportance: Double?

  @Option(help: "At most so many results, up to 10000.")
  var limit = 10

  @Option(parsing: .unconditional, help: "Only results at least this similar, from -1 to 1.")
  var threshold: Double?

  @OptionGroup var result: ResultOptions

  var outputFormat: OutputFormat? { result.output }
  var onlyReads: Bool { true }

  func validate() throws {
    guard query.contains(where: { !$0.isWhitespace }) else { throw ValidationError("The query is empty") }
    guard (0...SearchService.limitMaximum).contains(limit) else {
      throw ValidationError("'--limit' takes 0 to \(SearchService.limitMaximum), not '\(limit)'")
    }
  }

  func run(in session: Session) throws -> CommandResult {
    let embedder = try session.embedder()
    let service = SearchService(store: try session.store(), embedder: embedder)
    let filter = MemoryFilter(userID: user, category: category, minimumImportance: minImportance)
    let hits = try service.search(query, filter: filter, limit: limit, threshold: threshold)
    session.announce(embedder)
    return CommandResult(.table(SearchCommand.table(hits)))
  }

  private static func table(_ hits: [SearchHit]) -> ResultTable {
    ResultTable(
      columns: [
        "id", "user_id", "content", "category", "importance_score", "similarity", "metadata", "access_count",
        "last_accessed_at", "created_at", "updated_at",
      ],
      rows: hits.map { hit in
        let fields = hit.memory.fields
        return [
          .integer(hit.memory.id), .text(fields.userID), .text(fields.content), .optional(fields.category),
          fields.importanceScore.map { .double($0, places: 2) } ?? .null, .double(hit.similarity, places: 3),
          .json(fields.metadata), .integer(fields.accessCount),
          fields.lastAccessedAt.map(Cell.timestamp) ?? .null, .timestamp(fields.createdAt),
          .timestamp(fields.updatedAt),
        ]
      },
      noun: "result", shownColumns: ["similarity", "id", "user_id", "category", "importance_score", "content"])
  }
}
