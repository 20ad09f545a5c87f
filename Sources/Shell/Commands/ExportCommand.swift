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

/// What an export is written in: a form of memsh's own, or another system's.
enum ExportFormat: ExpressibleByArgument {
  case own(ExchangeFormat)
  case foreign(ForeignFormat)

  init?(argument: String) {
    if let format = ExchangeFormat(rawValue: argument) {
      self = .own(format)
    } else if let format = ForeignFormat(rawValue: argument) {
      self = .foreign(format)
    } else {
      return nil
    }
  }

  static var allValueStrings: [String] {
    ExchangeFormat.allCases.map(\.rawValue) + ForeignFormat.allCases.map(\.rawValue)
  }
}

struct ExportCommand: Filtering {
  static let declaration = CommandConfiguration(
    commandName: "export", abstract: "Write memories out: as text, as a SQLite file, or for another memory system.",
    discussion: """
      JSON lines hold everything the store has: memories, fragments, duplicates and analytics, an object a line; with a \
      filter only the memories that pass it. CSV holds memories. A SQLite file is a memsh store of its own. Without a \
      path, or for -, the text goes to standard output. `import` reads all three. Exporting again writes the same.

      For other systems: mem0 writes the object that mem0's get_all gives, mcp-memory the file of the MCP reference \
      server "memory" (users and texts, nothing else). langchain-pgvector and mem0-pgvector make a new collection with \
      vectors in the PostgreSQL database that --to names, as the systems' own libraries make it: in one transaction, and \
      touching nothing that is there. `migrate` reads all four.
      """)

  static let examples = [
    "export memories.jsonl",
    "export ada.csv --user ada",
    "export copy.db",
    "export --no-embeddings --category facts > facts.jsonl",
    "export memories.json --format mem0",
    "export --to @prod --format langchain-pgvector --collection notes",
  ]

  @Argument(
    help: ArgumentHelp("The file; its ending tells the form. - is standard output.", valueName: "path"),
    completion: .file())
  var file: String?

  @Option(
    help: ArgumentHelp(
      "jsonl, csv, sqlite, mem0, mcp-memory, langchain-pgvector or mem0-pgvector, whatever the file's name."))
  var format: ExportFormat?

  @Option(
    help: ArgumentHelp("The PostgreSQL database that gets the collection, for the pgvector forms.", valueName: "url"))
  var to: String?

  @Option(help: "The collection's name; without it the one that the system uses by itself.")
  var collection: String?

  @Flag(help: "Leave the embeddings out.")
  var noEmbeddings = false

  @Flag(help: "Replace a file that is there.")
  var overwrite = false

  @OptionGroup var filter: FilterOptions
  @OptionGroup var result: ResultOptions

  var outputFormat: OutputFormat? { result.output }
  // The store stays as it is; a second try would write the first rows to standard output twice, or find its own
  // collection.
  var onlyReads: Bool { path != nil }

  /// Where to write; nil for standard output.
  private var path: String? { file == "-" ? nil : file }

  private var chosenFormat: ExportFormat { format ?? .own(path.map(ExchangeFormat.init(path:)) ?? .jsonl) }

  /// The system that gets a collection; nil for everything that is written to a file or a pipe.
  private var collectionFormat: ForeignFormat? {
    if case .foreign(let format) = chosenFormat, !format.isText { format } else { nil }
  }

  func validate() throws {
    guard let format = collectionFormat else { return try validateFile() }
    guard to != nil else { throw ValidationError("'--format \(format.rawValue)' needs the database: --to URL") }
    guard file == nil else { throw ValidationError("'--to' names where to write; a path goes with the other forms") }
    guard !noEmbeddings, !overwrite else {
      throw ValidationError("'--no-embeddings' and '--overwrite' do not go with '--to'")
    }
    guard collection != "" else { throw ValidationError("'--collection' takes a name") }
  }

  private func validateFile() throws {
    guard to == nil, collection == nil else {
      throw ValidationError("'--to' and '--collection' go with --format langchain-pgvector or mem0-pgvector")
    }
    switch chosenFormat {
    case .own(.sqlite):
      guard path != nil else { throw ValidationError("A SQLite file needs a path") }
      if noEmbeddings { throw ValidationError("'--no-embeddings' goes with jsonl and csv, not with sqlite") }
    case .foreign(let format):
      if noEmbeddings { throw ValidationError("\(format.rawValue) has no embeddings to leave out") }
    case .own: break
    }
  }

  func run(in session: Session) throws -> CommandResult {
    let store = try session.store()
    let filter = try filter.filter(now: session.clock.now())
    if let format = collectionFormat { return try exportCollection(format, store, filter, session) }
    if let path { try session.refuseToWrite(path, besides: store, mayReplace: overwrite) }
    if case .own(.sqlite) = chosenFormat { return try exportFile(store, filter, session) }
    guard let path else {
      _ = try exportText(store, filter, session, isTerminal: session.isOnTerminal) { try session.write($0) }
      return .nothing
    }
    var counts: [String: Int] = [:]
    try session.files.write(piecesTo: path, mayReplace: overwrite) { output in
      counts = try exportText(store, filter, session, isTerminal: false, output)
    }
    return CommandResult(.record(ExportCommand.record(path, counts)))
  }

  /// Writes text; on a terminal what might act on it is shown instead.
  private func exportText(
    _ store: MemoryStore, _ filter: MemoryFilter, _ session: Session, isTerminal: Bool,
    _ output: @escaping (String) throws -> Void
  ) throws -> [String: Int] {
    let service = ExportService(store: store, interruption: session.interruption)
    if case .foreign(let format) = chosenFormat,
      let writer = session.stores.textWriter(format, from: store.identity, output)
    {
      return [Table.memories.name: try service.export(filter, to: writer)]
    }
    var options = ExportOptions()
    options.filter = filter
    options.embeddings = !noEmbeddings
    if case .own(.csv) = chosenFormat { options.format = .csv }
    // A line end that is within a text would be shown as well.
    return try service.export(options, linesAtOnce: isTerminal ? 1 : ExportCommand.linesAtOnce) {
      try output((isTerminal ? $0.withVisibleControls : $0) + "\n")
    }
  }

  /// Makes a collection of another system.
  private func exportCollection(
    _ format: ForeignFormat, _ store: MemoryStore, _ filter: MemoryFilter, _ session: Session
  ) throws -> CommandResult {
    let name = collection ?? format.defaultCollection ?? format.rawValue
    let location = try session.place(to ?? "").location
    guard
      let target = try session.stores.collectionWriter(format, named: name, at: location, from: store.identity)
    else { throw MemshError(.usage, "\(format.rawValue) is not written into a database") }
    defer { target.close() }
    let count = try ExportService(store: store, interruption: session.interruption).export(filter, to: target.writer)
    return CommandResult(
      .record(
        ResultRecord(
          title: "Export",
          fields: [
            .init("target", .text(target.database.location)), .init("format", .text(format.rawValue)),
            .init("collection", .text(name)), .init(Table.memories.name, .count(count)),
            .init("made", .json(.array(target.writer.made.map(JSON.string)))),
          ])))
  }

  private func exportFile(_ store: MemoryStore, _ filter: MemoryFilter, _ session: Session) throws -> CommandResult {
    guard let path, let space = try store.embeddingSpace() else { throw MemshError.schemaMissing(store.identity) }
    let source = try session.stores.snapshot(of: session.location(of: store))
    defer { source.close() }
    let counts = try session.writeFile(path, mayReplace: overwrite) { copy in
      try BackupService(progress: session.progress, interruption: session.interruption).transfer(
        source, space: space, into: copy, at: session.clock.now(), filter: filter)
      return try copy.rowCounts().mapValues { Int($0) }
    }
    return CommandResult(.record(ExportCommand.record(path, counts)))
  }

  private static let linesAtOnce = 32

  static func record(_ path: String, _ counts: [String: Int]) -> ResultRecord {
    ResultRecord(
      title: "Export",
      fields: [.init("path", .text(path))] + Table.names.map { .init($0, .count(counts[$0] ?? 0)) })
  }
}

extension Session {
  /// Refuses a path where a new file would do harm.
  ///
  /// - Parameter mayReplace: Whether a file that is there may make way.
  func refuseToWrite(_ path: String, besides store: MemoryStore, mayReplace: Bool) throws {
    let file = StoreLocation.path(path)
    guard !NewFile.isDevice(file) else { return }
    try SQLiteFile.refusePart(file)
    if stores.isSame(path, as: store.identity) {
      throw MemshError(.usage, "\(path) is the store itself", hint: "name another file")
    }
    if files.exists(path), !mayReplace {
      throw MemshError(.fileFailed, "\(path) is there already", hint: "`--overwrite` replaces it")
    }
    if ["-wal", "-shm", "-journal"].contains(where: { files.exists(path + $0) }) {
      throw MemshError(.fileFailed, "\(path) is a database in use", hint: "name another file")
    }
  }

  /// Makes a store in a file, which gets its name when `body` has succeeded.
  ///
  /// - Parameter mayReplace: Whether a file of that name makes way.
  func writeFile<Value>(_ path: String, mayReplace: Bool = false, _ body: (MemoryStore) throws -> Value) throws
    -> Value
  {
    try files.makeFolder(of: path)
    let file = try files.create(path, mayReplace: mayReplace)
    let beside = DatabaseFiles.suffixes.map { file.partialPath + $0 }
    defer { beside.forEach(files.remove) }
    let copy = stores.file(file.partialPath)
    let value = try body(copy)
    copy.close()
    try file.commit()
    return value
  }
}
