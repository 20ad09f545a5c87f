import ArgumentParser
import Database
import MemoryModel
import MemoryServices

struct ModelsCommand: ShellCommand {
  static let configuration = CommandConfiguration(
    commandName: "models", abstract: "List the local embedding models, or choose one.",
    discussion: """
      `models` lists what is installed; `models use NAME` picks one for this and later sessions. A model is a folder \
      in $XDG_DATA_HOME/memsh/models/ with model.safetensors and tokenizer.json, in Model2Vec's or WordLlama's layout; \
      scripts/fetch-model installs one.
      """)

  /// What to do.
  enum Action: String, ExpressibleByArgument, CaseIterable { case list, use }

  @Argument(help: "list or use.")
  var action = Action.list

  @Argument(help: "With use: the model's name.")
  var name: String?

  @OptionGroup var result: ResultOptions

  var outputFormat: OutputFormat? { result.output }
  var onlyReads: Bool { action == .list }

  func validate() throws {
    if action == .use, name == nil { throw ValidationError("'models use' needs a name; `models` lists them") }
    if action == .list, let name { throw ValidationError("Unexpected argument '\(name)'") }
  }

  func run(in session: Session) throws -> CommandResult {
    if action == .use, let name {
      _ = try session.embedders.models.use(name)
      session.forgetEmbedders()
    }
    let chosen = try? session.embedders.models.inUse()
    let rows = session.embedders.models.installed().map { model -> [Cell] in
      [
        .text(model.name), .boolean(model == chosen), .count(model.dimensions), .count(model.tokens),
        .integer(model.bytes), .text(model.folder),
      ]
    }
    return CommandResult(
      .table(
        ResultTable(
          columns: ["name", "in_use", "dimensions", "tokens", "bytes", "folder"], rows: rows, noun: "model")))
  }
}
