import ArgumentParser
import Database
import MemoryModel
import MemoryServices

/// The embedding models on this machine.
struct ModelsCommand: CommandWithSubcommands {
  static let configuration = CommandConfiguration(
    commandName: "models", abstract: "List the local embedding models, or choose one.",
    discussion: """
      A model is a folder in $XDG_DATA_HOME/memsh/models/ with model.safetensors and tokenizer.json, in Model2Vec's or \
      WordLlama's layout; scripts/fetch-model installs one. Without one, and without OPENAI_API_KEY or \
      OPENAI_BASE_URL, memories are compared by the words that they share, not by what they mean.
      """, subcommands: [List.self, Use.self], defaultSubcommand: List.self)

  struct List: ShellCommand {
    static let configuration = CommandConfiguration(commandName: "list", abstract: "List what is installed.")

    static let examples = [
      "models",
      "models --json",
    ]

    @OptionGroup var result: ResultOptions

    var outputFormat: OutputFormat? { result.output }
    var onlyReads: Bool { true }

    func run(in session: Session) throws -> CommandResult { ModelsCommand.installed(session) }
  }

  struct Use: ShellCommand {
    static let configuration = CommandConfiguration(
      commandName: "use", abstract: "Choose the model of this and later sessions.")

    static let examples = [
      "models use wordllama-l2-supercat-256"
    ]

    @Argument(help: "The model's name.")
    var name: String

    @OptionGroup var result: ResultOptions

    var outputFormat: OutputFormat? { result.output }

    func run(in session: Session) throws -> CommandResult {
      _ = try session.embedders.models.use(name)
      session.forgetEmbedders()
      return ModelsCommand.installed(session)
    }
  }

  private static func installed(_ session: Session) -> CommandResult {
    let chosen = try? session.embedders.models.inUse()
    let rows = session.embedders.models.installed().map { model -> [Cell] in
      [
        .text(model.name), .boolean(model == chosen), .count(model.dimensions), .count(model.tokens),
        .integer(model.bytes), .text(model.folder),
      ]
    }
    var result = CommandResult(
      .table(
        ResultTable(
          columns: ["name", "in_use", "dimensions", "tokens", "bytes", "folder"], rows: rows, noun: "model")))
    if rows.isEmpty { result.remark = "no model is installed; `help models` says how to get one" }
    return result
  }
}
