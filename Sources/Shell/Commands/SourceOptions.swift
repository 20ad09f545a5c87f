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

  @Option(help: "The table to read, with --map.")
  var table: String?

  @Option(
    help: ArgumentHelp(
      "Which columns to read as what: content=body,user=owner,vector=emb,metadata=meta.tags,created=ts; or a YAML file.",
      valueName: "part=column,…"))
  var map: String?

  @Option(help: ArgumentHelp("The SQL condition of rows that live, with --map.", valueName: "condition"))
  var live: String?

  func selection() throws -> SourceSelection {
    var selection = SourceSelection()
    selection.states.formUnion(try states())
    selection.collection = collection
    selection.system = system
    selection.userLabel = userFromNamespace
    selection.table = table
    selection.liveCondition = live
    return selection
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
