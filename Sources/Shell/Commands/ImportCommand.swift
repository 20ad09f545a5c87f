import ArgumentParser
import Database
import MemoryModel
import MemoryServices
import MemoryStore

struct ImportCommand: ChangingCommand {
  static let declaration = CommandConfiguration(
    commandName: "import", abstract: "Read what `export` writes: JSON lines, CSV or a memsh SQLite file.",
    discussion: """
      Every row is checked; what cannot be taken is an error with its line, and nothing is imported: it is one \
      transaction, which `undo` takes back. Rows that are there already, to the last value, are left alone, so that \
      importing twice imports once; --on-conflict says what happens when an id belongs to another row. Rows without an \
      id get the next one, and come again each time. `migrate` reads the files of other systems.
      """)

  static let examples = [
    "import memories.jsonl --dry-run",
    "import memories.jsonl --on-conflict skip",
    "import ada.csv",
    "import copy.db --on-conflict replace",
  ]

  @Argument(help: "The file; - is standard input.", completion: .file())
  var path: String

  @Option(help: "jsonl, csv or sqlite, whatever the file's name.")
  var format: ExchangeFormat?

  @Option(help: "When an id belongs to another row: skip, replace or fail.")
  var onConflict = ConflictPolicy.fail

  @Flag(help: "Leave the embeddings out.")
  var noEmbeddings = false

  @OptionGroup var cascading: CascadeOptions
  @OptionGroup var options: RepairOptions
  @OptionGroup var result: ResultOptions

  var outputFormat: OutputFormat? { result.output }
  var asks: Bool { onConflict == .replace }

  func run(in session: Session) throws -> CommandResult {
    let store = try session.checkedStore(mayBeAbsent: true)
    guard session.files.exists(path) || path == "-" else {
      throw MemshError(.sourceNotFound, "there is no file \(path)", hint: "check the path")
    }
    var wanted = ImportOptions()
    (wanted.onConflict, wanted.embeddings, wanted.dryRun) = (onConflict, !noEmbeddings, options.dryRun)
    wanted.cascade = cascading.cascade
    let service = ImportService(
      store: store, author: session.author, progress: session.progress, interruption: session.interruption, name: path)
    let reader = reader(service, &wanted, session)
    let space = { try session.embedder().space }
    // What replaces nothing, or need not be looked at before, is read once.
    guard asks, !options.dryRun, isLookedAt(in: session) else {
      let report = try reader { try service.run(wanted, space: space, $0) }
      noteMissingEmbeddings(report, session)
      return CommandResult(.record(record(report, isDryRun: options.dryRun)))
    }
    guard session.files.isRegular(path) else {
      throw MemshError(
        .confirmationRequired, "a pipe cannot be looked at first, to say what it replaces",
        hint: "add `--yes` to go on")
    }
    return try carryOut(service.plan(wanted, space: space, reading: reader), in: session) { report in
      let count = report.replaced.values.reduce(0, +)
      return "This imports \(path) into \(store.identity.location) and replaces \(counted(count, "row"))."
        + notUndone(report.losses.map(\.description))
    } record: { report, isPlan in
      if !isPlan { noteMissingEmbeddings(report, session) }
      return record(report, isDryRun: isPlan)
    }
  }

  /// What reads the file, whatever its form.
  private func reader(
    _ service: ImportService, _ wanted: inout ImportOptions, _ session: Session
  ) -> ImportService.Reader {
    guard let text = (format ?? ExchangeFormat(path: path)).text else {
      return { body in
        let source = try session.stores.snapshot(of: path)
        defer { source.close() }
        return try service.reader(of: source)(body)
      }
    }
    wanted.format = text
    return { try session.files.read(linesOf: path, $0) }
  }

  private func noteMissingEmbeddings(_ report: ImportReport, _ session: Session) {
    guard report.missingEmbeddings > 0 else { return }
    let missing = counted(report.missingEmbeddings, "memory")
    session.note("notice: \(missing) without an embedding; `reembed --missing` computes it")
  }

  private func record(_ report: ImportReport, isDryRun: Bool) -> ResultRecord {
    func counts(_ values: [String: Int]) -> ResultRecord.Value {
      .record(Table.names.map { .init($0, .count(values[$0] ?? 0)) })
    }
    return ResultRecord(
      title: isDryRun ? "Import (dry run)" : "Import",
      fields: [
        .init("inserted", counts(report.inserted)), .init("replaced", counts(report.replaced)),
        .init("replaced_examples", .json(.array(report.examples.map { .string($0.description) }))),
        .init("skipped", .count(report.skipped)), .init("already_present", .count(report.alreadyPresent)),
        .init("missing_embeddings", .count(report.missingEmbeddings)),
        .init("nul_replaced", .count(report.nulReplaced)), .leftOut(report.leftOut),
        .notUndone(report.losses.map(\.description)),
        .init("operation", report.operation.map(Cell.integer) ?? .null), .init("dry_run", .boolean(isDryRun)),
      ])
  }
}

extension ConflictPolicy: ExpressibleByArgument {}
