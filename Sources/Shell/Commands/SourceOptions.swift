import ArgumentParser
import MemoryModel

/// Which memories of a source are read, for the commands that read one.
struct SourceOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Also read rows that the source has deleted, superseded or let expire; their metadata say so in legacy_state.",
      valueName: "states"))
  var include: String?

  @Option(help: "Only this collection or namespace of the source.")
  var collection: String?

  @Option(help: "Which memory system to read, where the source holds several; the beginning of its name will do.")
  var system: String?

  @Option(
    help: ArgumentHelp(
      "Which label of a namespace is the user: 1 for the first, -1 for the last.", valueName: "n"))
  var userFromNamespace: Int?

  @Option(help: "The table or view to read, of a system that memsh does not know; with --map.")
  var table: String?

  @Option(
    help: ArgumentHelp(
      "Which columns of --table are what: content=body,user=owner,vector=emb. A value is a "
        + "column, a key inside a JSON column (payload.data) or a constant ('ada'); or a YAML file that says so. Vectors may "
        + "have their form behind them, where it cannot be told: vector=emb:float64.",
      valueName: "part=column,…|file"))
  var map: String?

  @Option(
    help: ArgumentHelp(
      "The SQL condition of rows of --table that live; others count as deleted.", valueName: "condition"))
  var live: String?

  /// Whether `--map` is the name of a file.
  private var mapFile: String? {
    map.flatMap { $0.contains("=") || !$0.hasSuffix(".yaml") && !$0.hasSuffix(".yml") ? nil : $0 }
  }

  /// Refuses what is wrong whatever the source is.
  func check() throws {
    var selection = SourceSelection()
    try choose(in: &selection)
    if let map, mapFile == nil { selection.mapping = try MapText.parts(of: map) }
    guard mapFile == nil else { return }
    try SourceOptions.check(selection)
  }

  /// - Throws: `usage`; what a mapping file throws.
  func selection(in session: Session) throws -> SourceSelection {
    var selection = SourceSelection()
    try choose(in: &selection)
    if let mapFile {
      try session.files.readMapping(mapFile, into: &selection)
    } else if let map {
      selection.mapping = try MapText.parts(of: map)
    }
    try SourceOptions.check(selection)
    return selection
  }

  private func choose(in selection: inout SourceSelection) throws {
    selection.states.formUnion(try states())
    selection.collection = collection
    selection.system = system
    selection.userLabel = userFromNamespace
    selection.table = table
    selection.liveCondition = live
  }

  private static func check(_ selection: SourceSelection) throws {
    guard selection.userLabel != 0 else {
      throw MemshError(
        .usage, "--user-from-namespace counts from 1", hint: "1 is the first label of a namespace, -1 the last")
    }
    guard selection.table == nil else {
      guard selection.system == nil || selection.mapping.isEmpty else {
        throw MemshError(
          .usage, "--system reads a table in its own way, --map in yours", hint: "leave one of them out")
      }
      return
    }
    for (option, isGiven) in [("--map", !selection.mapping.isEmpty), ("--live", selection.liveCondition != nil)]
    where isGiven {
      throw MemshError(
        .usage, "\(option) is about a table: which one?", hint: "add `--table NAME`; `inspect` lists them")
    }
  }

  /// The options that are given, as they are typed.
  var words: [String] {
    let named = [
      ("--include", include), ("--collection", collection), ("--system", system),
      ("--user-from-namespace", userFromNamespace.map(String.init)), ("--table", table), ("--map", map),
      ("--live", live),
    ]
    return named.flatMap { name, value in value.map { [name, $0] } ?? [] }
  }

  private func states() throws -> [RowState] {
    try (include ?? "").split(separator: ",").map { word in
      let name = word.trimmingCharacters(in: .whitespaces)
      guard let state = RowState(rawValue: name) else {
        throw MemshError(
          .usage, "--include takes deleted, superseded and expired, not '\(name)'",
          hint: "separate several with commas: --include deleted,expired")
      }
      return state
    }
  }
}
