import ArgumentParser
import Database
import MemoryModel
import MemoryServices

struct DiffCommand: ShellCommand {
  static let declaration = CommandConfiguration(
    commandName: "diff", abstract: "Compare the memories of two stores or sources, and tell what differs.",
    discussion: """
      A and B are memsh stores or whatever `migrate` reads: paths, URLs or @connections; without B it is the store in use. \
      Memories are compared by user and content, in the form in which a migration stores them: what only one place has, \
      and for the others category, importance, times, metadata, added columns and vectors. What memsh notes in the \
      metadata of a migrated memory (legacy_id and the like) does not count, and neither does a time that one place does \
      not tell. Memories that are there several times are compared as often. The options that choose among the rows of a \
      source go for A and B, but not for a memsh store. It ends with status 1 when the places differ; --output jsonl \
      prints a line for every difference.
      """)

  static let examples = [
    "diff espressobot_memory.db --no-embeddings",
    "diff @prod agents.db --limit 3",
    "diff before.db after.db --output jsonl > differences.jsonl",
  ]

  @Argument(help: "A store or a source: a path, a URL or @NAME.", completion: .file())
  var a: String

  @Argument(help: "Another one; without it the store in use.", completion: .file())
  var b: String?

  @Flag(help: "Leave the embeddings out of the comparison.")
  var noEmbeddings = false

  private static let examplesShown = 10

  @Option(help: "At most so many differences of each kind; without it 10, or all of them with --output jsonl.")
  var limit: Int?

  @OptionGroup var selected: SourceOptions
  @OptionGroup var result: ResultOptions

  var outputFormat: OutputFormat? { result.output }
  var onlyReads: Bool { true }

  func validate() throws {
    guard (limit ?? 0) >= 0 else { throw ValidationError("'--limit' takes 0 or more") }
  }

  func check() throws { try selected.check() }

  func run(in session: Session) throws -> CommandResult {
    let left = try source(a, in: session)
    defer { left.close() }
    let right = try b.map { try source($0, in: session) } ?? StoreSource(session.store(), isShared: true)
    defer { right.close() }
    let service = DiffService(
      left, right, comparesVectors: !noEmbeddings, progress: session.progress, interruption: session.interruption)
    let places = (a: left.description, b: right.description)
    // A line for each as it is found: there may be more than memory has room for.
    guard session.format(of: outputFormat) != .jsonl else {
      let report = try service.compare(limit: limit ?? .max) { try session.write($0.json.text + "\n") }
      return CommandResult(.none, failure: DiffCommand.failure(report, places))
    }
    var examples: [MemoryDifference] = []
    let report = try service.compare(limit: limit ?? DiffCommand.examplesShown) { examples.append($0) }
    return CommandResult(
      .record(DiffCommand.record(report, examples, places)), failure: DiffCommand.failure(report, places))
  }

  /// A place to compare; the options are for sources, so a memsh store is opened without them.
  private func source(_ location: String, in session: Session) throws -> any MemorySource {
    let location = try session.place(location).location
    var selection = try selected.selection(in: session)
    selection.isShared = true
    guard !selected.words.isEmpty else { return try session.stores.source(location, selection) }
    if let plain = try? session.stores.source(location, SourceSelection()) {
      if plain is StoreSource { return plain }
      plain.close()
    }
    return try session.stores.source(location, selection)
  }

  private static func failure(
    _ report: DiffReport, _ places: (a: SourceDescription, b: SourceDescription)
  ) -> MemshError? {
    guard !report.isEqual else { return nil }
    let found = [
      (report.onlyA, "only in \(places.a.location)"), (report.onlyB, "only in \(places.b.location)"),
      (report.changed, "with other values"),
      (report.rejected.a + report.rejected.b, "that no store would take"),
    ]
    let counts = found.filter { $0.0 > 0 }.map { "\(counted($0.0, "memory")) \($0.1)" }
    return MemshError(.memoriesDiffer, "the places differ: \(counts.joined(separator: ", "))")
  }

  private static func record(
    _ report: DiffReport, _ examples: [MemoryDifference], _ places: (a: SourceDescription, b: SourceDescription)
  ) -> ResultRecord {
    func place(_ description: SourceDescription, _ memories: Int, _ rejected: Int) -> ResultRecord.Value {
      .record([
        .init("location", .text(description.location)), .init("kind", .text(description.kind)),
        .init("memories", .count(memories)), .init("rejected", .count(rejected)),
      ])
    }
    let columns = report.columns.sorted { $0.key < $1.key }.map { JSON.Member($0.key, .integer($0.value)) }
    let vectors = VectorComparison.allCases.map { comparison in
      ResultRecord.Field(comparison.rawValue, report.vectors[comparison].map(Cell.count) ?? .null)
    }
    var record = ResultRecord(
      title: "Diff",
      fields: [
        .init("a", place(places.a, report.memories.a, report.rejected.a)),
        .init("b", place(places.b, report.memories.b, report.rejected.b)), .init("equal", .count(report.equal)),
        .init("only_a", .count(report.onlyA)), .init("only_b", .count(report.onlyB)),
        .init("changed", .count(report.changed)), .init("columns", .json(.object(columns))),
        .init(
          "vectors",
          .record(
            vectors + [
              .init(
                "largest_difference",
                report.vectors[.nearly] == nil ? .null : .double(report.largestDifference, places: nil))
            ])),
        .init("is_equal", .boolean(report.isEqual)), .init("examples", .list(table(examples))),
      ])
    let screen = DiffScreen(report: report, examples: examples, a: places.a, b: places.b)
    record.screen = { screen.lines($0) }
    return record
  }

  private static func table(_ examples: [MemoryDifference]) -> ResultTable {
    ResultTable(
      columns: MemoryDifference(kind: .changed).cells.map(\.name), rows: examples.map { $0.cells.map(\.cell) },
      noun: "example", shownColumns: ["difference", "user_id", "content", "id_a", "id_b", "columns"],
      yielding: ["id_b", "id_a", "user_id"])
  }
}

extension MemoryDifference {
  /// What it says, by its names in every format.
  fileprivate var cells: [(name: String, cell: Cell)] {
    [
      ("difference", .text(kind.rawValue)), ("user_id", .optional(userID)), ("content", .optional(content)),
      ("id_a", .optional(idA)), ("id_b", .optional(idB)), ("columns", .json(.array(columns.map(JSON.string)))),
      ("a", a.map(Cell.json) ?? .null), ("b", b.map(Cell.json) ?? .null), ("vectors", .optional(vectors?.rawValue)),
      ("largest_difference", largestDifference.map { .double($0, places: nil) } ?? .null),
      ("reason", .optional(reason)),
    ]
  }

  /// A line of JSON.
  fileprivate var json: JSON { .object(cells.map { JSON.Member($0.name, $0.cell.json) }) }
}
