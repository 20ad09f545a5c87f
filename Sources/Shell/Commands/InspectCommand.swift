import ArgumentParser
import Database
import MemoryModel
import MemoryServices

struct InspectCommand: ShellCommand {
  static let declaration = CommandConfiguration(
    commandName: "inspect", abstract: "Tell what memories a file, folder or database holds, and how to migrate them.",
    discussion: """
      Looks at what another memory system keeps, or at a store: which system it is, its tables or collections, its \
      users, how many rows are live, deleted, superseded or expired, which rows `migrate` would reject and why, and \
      the vectors. All rows are read and nothing is changed. Of tables that memsh does not know it tells the columns, and \
      a guess at which is what; of a folder the stores in it, and of a database the systems in it, where it holds several. It ends with the `migrate` line to type. \
      With --table and --map it tries a mapping out.
      """)

  static let examples = [
    "inspect espressobot_memory.db",
    "inspect espressobot_memory.db --json",
    "inspect @prod",
    "inspect notes.db --table notes --map content=body,user=owner",
  ]

  @Argument(help: "A file, a folder, a PostgreSQL URL or @NAME.", completion: .file())
  var location: String

  @OptionGroup var selected: SourceOptions
  @OptionGroup var result: ResultOptions

  var outputFormat: OutputFormat? { result.output }
  var onlyReads: Bool { true }

  func check() throws { try selected.check() }

  func run(in session: Session) throws -> CommandResult {
    let wanted = try selected.selection(in: session)
    var all = wanted
    all.states = Set(RowState.allCases)
    let contents: PlaceContents
    do { contents = try session.stores.contents(of: session.place(location).location, all) } catch let error
      as MemshError
      where error.code == .sourceNotFound
    {
      throw MemshError(error.code, error.message, hint: "check the path")
    }
    switch contents {
    case .source(let source, let beside):
      defer { source.close() }
      return CommandResult(.record(try screen(of: source, beside, wanted, in: session).record))
    case .several(let location, let sources):
      defer { for named in sources { named.source.close() } }
      let screens = try sources.map { named in
        var chosen = wanted
        chosen.system = named.word
        return try screen(of: named.source, Beside(), chosen, in: session)
      }
      return CommandResult(.record(InspectionScreen.record(location, typed: typed(location), screens)))
    case .tables(let tables):
      return CommandResult(.record(UnreadTablesScreen(tables: tables, location: typed(tables.location)).record))
    case .folder(let path, let stores):
      return CommandResult(.record(UnreadTablesScreen.record(path, stores)))
    }
  }

  /// Reads through a source.
  private func screen(
    of source: any MemorySource, _ beside: Beside, _ wanted: SourceSelection, in session: Session
  ) throws -> InspectionScreen {
    let inspection = try InspectionService(interruption: session.interruption, moment: session.clock.now())
      .inspect(source, selected: wanted.states)
    return InspectionScreen(
      inspection: inspection, beside: beside, selected: wanted.states, location: typed(source.description.location),
      migration: migration(source.description, inspection, wanted))
  }

  /// The location for a line to type: as it was given, but without a password.
  private func typed(_ described: String) -> String {
    location.hasPrefix("@") || StoreLocation.postgres(location) == nil ? location : described
  }

  /// The words of the command that migrates what was looked at.
  private func migration(
    _ source: SourceDescription, _ inspection: Inspection, _ wanted: SourceSelection
  ) -> [String] {
    var words = ["migrate", "--from", typed(source.location)]
    let gone = RowState.allCases.filter { $0 != .live && inspection.states[$0, default: 0] > 0 }.map(\.rawValue)
    let included =
      selected.include
      ?? (inspection.states[.live, default: 0] == 0 && !gone.isEmpty ? gone.joined(separator: ",") : nil)
    let options = [
      ("--include", included), ("--collection", wanted.collection), ("--system", wanted.system),
      ("--user-from-namespace", wanted.userLabel.map(String.init)), ("--table", selected.table),
      ("--map", selected.map),
      ("--live", selected.live),
    ]
    for case let (name, value?) in options { words += [name, value] }
    if inspection.keepsVectors { words += ["--embeddings", "keep"] }
    let rejected = inspection.rejections.values.reduce(0) { $0 + $1.rows }
    if rejected > 0 { words += ["--max-rejected", "\(rejected)"] }
    return words
  }
}
