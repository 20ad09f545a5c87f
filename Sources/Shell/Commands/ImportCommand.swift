import ArgumentParser
import Database
import MemoryModel
import MemoryServices
import MemoryStore

struct ImportCommand: ShellCommand {
  static let configuration = CommandConfiguration(
    commandName: "import", abstract: "Read what `export` writes: JSON lines, CSV or a memsh SQLite file.",
    discussion: """
      Every row is checked; what cannot be taken is an error with its line, and nothing is imported: it is one \
      transaction, which `undo` takes back. Rows that are there already, to the last value, are left alone, so that \
      importing twice imports once; --on-conflict says what happens when an id belongs to another row. Rows without an \
      id get the next one, and come again each time. `migrate` reads the files of other systems.
      """)

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
  var onlyReads: Bool { options.dryRun }

  func run(in session: Session) throws -> CommandResult {
    let store = try session.store()
    guard session.files.exists(path) || path == "-" else {
      throw MemshError(.sourceNotFound, "there is no file \(path)", hint: "check the path")
    }
    let replaces = onConflict == .replace && session.files.isRegular(path)
    if onConflict == .replace, !replaces, !options.yes, !session.settings.assumesYes, !options.dryRun {
      throw MemshError(
        .confirmationRequired, "what comes through a pipe cannot be looked at first, to say what it replaces",
        hint: "add `--yes` to go on")
    }
    let report: ImportReport
    if replaces {
      report = try session.repaired(options) { (preview: ImportReport) in
        let count = preview.replaced.values.reduce(0, +)
        return "This imports \(path) into \(store.identity.location) and replaces \(counted(count, "row"))."
          + notUndone(preview.losses.map(\.description))
      } run: {
        try load(store, session, dryRun: $0)
      }
    } else {
      report = try load(store, session, dryRun: options.dryRun)
    }
    if report.missingEmbeddings > 0 {
      let missing = counted(report.missingEmbeddings, "memory")
      session.note("notice: \(missing) without an embedding; `reembed --missing` computes it")
    }
    return CommandResult(.record(record(report)))
  }

  private func load(_ store: MemoryStore, _ session: Session, dryRun: Bool) throws -> ImportReport {
    let service = ImportService(
      store: store, author: session.author, progress: session.progress, interruption: session.interruption, name: path)
    var wanted = ImportOptions()
    (wanted.onConflict, wanted.embeddings, wanted.dryRun) = (onConflict, !noEmbeddings, dryRun)
    wanted.cascade = cascading.cascade
    let chosen = format ?? ExchangeFormat(path: path)
    let space = { try session.embedder().space }
    guard let text = chosen.text else {
      let source = try session.stores.snapshot(of: path)
      defer { source.close() }
      return try service.run(wanted, rowsOf: source)
    }
    wanted.format = text
    return try session.files.read(linesOf: path) { try service.run(wanted, space: space, $0) }
  }

  private func record(_ report: ImportReport) -> ResultRecord {
    func counts(_ values: [String: Int]) -> ResultRecord.Value {
      .record(Table.names.map { .init($0, .count(values[$0] ?? 0)) })
    }
    return ResultRecord(
      title: options.dryRun ? "Import (dry run)" : "Import",
      fields: [
        .init("inserted", counts(report.inserted)), .init("replaced", counts(report.replaced)),
        .init("skipped", .count(report.skipped)), .init("already_present", .count(report.alreadyPresent)),
        .init("missing_embeddings", .count(report.missingEmbeddings)),
        .init("nul_replaced", .count(report.nulReplaced)), .notUndone(report.losses.map(\.description)),
        .init("operation", report.operation.map(Cell.integer) ?? .null), .init("dry_run", .boolean(options.dryRun)),
      ])
  }
}

extension ConflictPolicy: ExpressibleByArgument {}
