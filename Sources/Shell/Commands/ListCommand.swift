import ArgumentParser
import Database
import MemoryModel
import MemoryServices

struct ListCommand: Filtering {
  static let declaration = CommandConfiguration(
    commandName: "list", abstract: "List memories that pass a filter, a page at a time.",
    discussion: """
      --after ID goes on behind the last memory of the page before, however many rows have come and gone meanwhile. \
      `search` finds memories by what they say.
      """)

  static let examples = [
    "list",
    "list --user ada --sort importance --descending",
    "list --since 7d --json",
    "list --after 20",
    "list --user ada > ada.txt",
  ]

  @OptionGroup var filter: FilterOptions

  @Option(help: "id, created, updated, accessed, importance, accesses, user or category.")
  var sort = ListQuery.Sort.id

  @Flag(help: "The largest first.")
  var descending = false

  private static let pageLength = 20
  /// The lines of the terminal around the rows: names, rule, footer and the next prompt.
  private static let linesAround = 6
  private static let shortestPage = 5

  @Option(help: "At most so many; without it 20, or fewer where the terminal has no room for them.")
  var limit: Int?

  @Option(help: "Only memories behind this one in the order.")
  var after: Int64?

  @OptionGroup var result: ResultOptions

  var outputFormat: OutputFormat? { result.output }
  var onlyReads: Bool { true }

  func validate() throws {
    guard (0...SearchService.limitMaximum).contains(limit ?? ListCommand.pageLength) else {
      throw ValidationError("'--limit' takes 0 to \(SearchService.limitMaximum)")
    }
  }

  func run(in session: Session) throws -> CommandResult {
    let limit = limit ?? pageLength(in: session)
    let query = ListQuery(
      filter: try filter.filter(now: session.clock.now()), sort: sort, isDescending: descending, after: after,
      limit: Listing.oneMore(than: limit))
    let store = try session.store()
    let found = try store.list(query)
    let memories = Array(found.prefix(limit))
    var table = ResultTable(memories)
    table.wholeWith = "show ID"
    if found.count > limit, let last = memories.last {
      // Machines get no footer, for which counting takes long.
      let total = try session.format(of: outputFormat).isForPeople ? store.count(query.filter) : nil
      table.listing = Listing(total: total, next: nextPage(after: last.id), isCut: true)
    }
    return CommandResult(.table(table))
  }

  /// Without options all memories are named.
  func namedMemories(now: Timestamp) throws -> MemoryFilter? { try filter.filter(now: now) }

  /// As many rows as a screen has room for; always the same for machines.
  private func pageLength(in session: Session) -> Int {
    guard session.isShownToPerson(outputFormat), let rows = session.console.outputRows else {
      return ListCommand.pageLength
    }
    return min(ListCommand.pageLength, max(ListCommand.shortestPage, rows - ListCommand.linesAround))
  }

  /// The command that goes on behind a memory.
  private func nextPage(after id: Int64) -> [String] {
    var words = ["list"] + filter.words
    if sort != .id { words += ["--sort", sort.rawValue] }
    if descending { words.append("--descending") }
    if let limit { words += ["--limit", "\(limit)"] }
    return words + ["--after", "\(id)"]
  }
}

extension ListQuery.Sort: ExpressibleByArgument {}

extension ResultTable {
  /// Memories with all of their columns but the embedding.
  init(_ memories: [Memory]) {
    self.init(
      columns: [
        "id", "user_id", "content", "category", "importance_score", "metadata", "access_count", "last_accessed_at",
        "created_at", "updated_at",
      ],
      rows: memories.map { memory in
        let fields = memory.fields
        return [
          .integer(memory.id), .text(fields.userID), .text(fields.content), .optional(fields.category),
          fields.importanceScore.map { .double($0, places: 2) } ?? .null, fields.metadata.map(Cell.json) ?? .null,
          fields.accessCount.map(Cell.integer) ?? .null, fields.lastAccessedAt.map(Cell.timestamp) ?? .null,
          fields.createdAt.map(Cell.timestamp) ?? .null, fields.updatedAt.map(Cell.timestamp) ?? .null,
        ]
      }, noun: "memory", shownColumns: ["id", "user_id", "category", "importance_score", "created_at", "content"],
      yielding: ["created_at", "importance_score", "category", "user_id"])
  }
}
