import ArgumentParser
import Database
import MemoryModel
import MemoryServices
import MemoryStore

/// The form of an exported file.
enum ExchangeFormat: String, ExpressibleByArgument, CaseIterable {
  case jsonl, csv, sqlite

  /// The form that a file's name tells; JSON lines where it tells none.
  init(path: String) {
    let ending = path.split(separator: ".").last.map { $0.lowercased() } ?? ""
    self = ["db", "sqlite", "sqlite3"].contains(ending) ? .sqlite : ending == "csv" ? .csv : .jsonl
  }

  /// The form as text; nil for a SQLite file.
  var text: TextFormat? { self == .sqlite ? nil : self == .csv ? .csv : .jsonl }
}

struct ExportCommand: Filtering {
  static let configuration = CommandConfiguration(
    commandName: "export", abstract: "Write memories out as JSON lines, CSV or a SQLite file.",
    discussion: """
      JSON lines hold everything the store has: memories, fragments, duplicates and analytics, an object a line; with a \
      filter only the memories that pass it. CSV holds memories. A SQLite file is a memsh store of its own. Without a \
      path, or for -, the text goes to standard output. `import` reads all three. Exporting again writes the same.
      """)

  static let examples = [
    "export memories.jsonl",
    "export ada.csv --user ada",
    "export copy.db",
    "export --no-embeddings --category facts > facts.jsonl",
  ]

  @Argument(
    help: ArgumentHelp("The file; its ending tells the form. - is standard output.", valueName: "path"),
    completion: .file())
  var file: String?

  @Option(help: "jsonl, csv or sqlite, whatever the file's name.")
  var format: ExchangeFormat?

  @Flag(help: "Leave the embeddings out.")
  var noEmbeddings = false

  @Flag(help: "Replace a file that is there.")
  var overwrite = false

  @OptionGroup var filter: FilterOptions
  @OptionGroup var result: ResultOptions

  var outputFormat: OutputFormat? { result.output }
  // The store stays as it is; a second try would write the first rows to standard output twice.
  var onlyReads: Bool { path != nil }

  /// Where to write; nil for standard output.
  private var path: String? { file == "-" ? nil : file }

  private var chosenFormat: ExchangeFormat { format ?? path.map(ExchangeFormat.init(path:)) ?? .jsonl }

  func validate() throws {
    guard chosenFormat != .sqlite || path != nil else { throw ValidationError("A SQLite file needs a path") }
    if chosenFormat == .sqlite, noEmbeddings {
      throw ValidationError("'--no-embeddings' goes with jsonl and csv, not with sqlite")
    }
  }

  func run(in session: Session) throws -> CommandResult {
    let store = try session.store()
    var options = ExportOptions()
    options.filter = try filter.filter(now: session.clock.now())
    options.embeddings = !noEmbeddings
    if let path, session.stores.isSame(path, as: store.identity) {
      throw MemshError(.usage, "\(path) is the store itself", hint: "name another file")
    }
    if let path, session.files.exists(path), !overwrite {
      throw MemshError(.fileFailed, "\(path) is there already", hint: "`--overwrite` replaces it")
    }
    if let path, ["-wal", "-shm", "-journal"].contains(where: { session.files.exists(path + $0) }) {
      throw MemshError(.fileFailed, "\(path) is a database in use", hint: "name another file")
    }
    guard let text = chosenFormat.text else { return try exportFile(store, options.filter, session) }
    options.format = text
    let service = ExportService(store: store, interruption: session.interruption)
    guard let path else {
      let isTerminal = session.isOnTerminal
      _ = try service.export(options) { try session.write((isTerminal ? $0.withVisibleControls : $0) + "\n") }
      return .nothing
    }
    var counts: [String: Int] = [:]
    try session.files.write(linesTo: path, mayReplace: overwrite) { write in
      counts = try service.export(options, write)
    }
    return CommandResult(.record(ExportCommand.record(path, counts)))
  }

  private func exportFile(_ store: MemoryStore, _ filter: MemoryFilter, _ session: Session) throws -> CommandResult {
    guard let path, let space = try store.embeddingSpace() else { throw MemshError.schemaMissing(store.identity) }
    let source = try session.stores.snapshot(of: session.location(of: store))
    defer { source.close() }
    let counts = try session.writeFile(path, mayReplace: overwrite) { copy in
      try BackupService(progress: session.progress, interruption: session.interruption).transfer(
        source, space: space, into: copy, at: session.clock.now(), filter: filter)
      return try copy.rowCounts
    }
    return CommandResult(.record(ExportCommand.record(path, counts)))
  }

  static func record(_ path: String, _ counts: [String: Int]) -> ResultRecord {
    ResultRecord(
      title: "Export",
      fields: [.init("path", .text(path))] + Table.names.map { .init($0, .count(counts[$0] ?? 0)) })
  }
}

extension Session {
  /// Makes a store in a file, which gets its name when `body` has succeeded.
  ///
  /// - Parameter mayReplace: Whether a file of that name makes way.
  func writeFile<Value>(_ path: String, mayReplace: Bool = false, _ body: (MemoryStore) throws -> Value) throws
    -> Value
  {
    try files.makeFolder(of: path)
    let file = try files.create(path, mayReplace: mayReplace)
    let beside = ["-wal", "-shm", "-journal", "-vectors"].map { file.partialPath + $0 }
    defer { beside.forEach(files.remove) }
    let copy = stores.file(file.partialPath)
    let value = try body(copy)
    copy.close()
    try file.commit()
    return value
  }
}
