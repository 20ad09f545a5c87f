import ArgumentParser
import Database
import MemoryModel
import MemoryServices

/// The embedding models on this machine.
struct ModelsCommand: CommandWithSubcommands {
  static let declaration = CommandConfiguration(
    commandName: "models", abstract: "List the local embedding models, choose one, or test it.",
    discussion: """
      A model is a folder in $XDG_DATA_HOME/memsh/models/ with model.safetensors and tokenizer.json, in Model2Vec's or \
      WordLlama's layout (static: instant), or a sentence-transformers model of BERT's kind such as all-MiniLM-L6-v2, \
      bge-small, e5-small or gte-small (encoder: finds more, takes longer). scripts/fetch-model installs a static one, \
      scripts/fetch-model --model minilm all-MiniLM-L6-v2, whose vectors many memory systems store; a package has it in \
      doc/memsh/examples/. Without a model, and \
      without OPENAI_API_KEY or OPENAI_BASE_URL, memories are compared by the words that they share, not by what they \
      mean.

      A store is searched and written with the model that made its vectors, unasked; fits_store says which that is. \
      Where a store does not say which model made its vectors, the one that makes vectors of their length is compared \
      with some of them, and used if it made them. Long works are quicker with OpenBLAS (apt install libopenblas0).
      """, subcommands: [List.self, Use.self, Test.self], defaultSubcommand: List.self)

  struct List: ShellCommand {
    static let declaration = CommandConfiguration(commandName: "list", abstract: "List what is installed.")

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
    static let declaration = CommandConfiguration(
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

  struct Test: ShellCommand {
    static let declaration = CommandConfiguration(
      commandName: "test", abstract: "Test whether an embedder tells texts apart.",
      discussion: """
        Embeds some texts with a model, or with the embedder of the store in use: the same text must get the same vector \
        each time, and another text another one. same_meaning is the similarity of two texts that say the same in other \
        words, other_text that of two that have nothing to do with each other.
        """)

    static let examples = [
      "models test",
      "models test all-MiniLM-L6-v2",
    ]

    @Argument(help: "The model's name; without it the embedder of the store in use.")
    var name: String?

    @OptionGroup var result: ResultOptions

    var outputFormat: OutputFormat? { result.output }
    var onlyReads: Bool { true }

    func run(in session: Session) throws -> CommandResult {
      let embedder =
        if let name {
          try ModelsCommand.embedder(name, session)
        } else {
          try session.embedder(for: session.chosenStore())
        }
      let test = try EmbedderTest(embedder)
      return CommandResult(
        .record(
          ResultRecord(
            title: "Embedder",
            fields: [
              .init("embedder", .text(embedder.space.description)), .init("dimensions", .count(test.dimensions)),
              .init("same_text", .double(test.sameText, places: 4)),
              .init("same_meaning", .double(test.sameMeaning, places: 4)),
              .init("other_text", .double(test.otherText, places: 4)),
              .init("milliseconds", .double(test.milliseconds, places: 2)), .init("passed", .boolean(true)),
            ])))
    }
  }

  private static func embedder(_ name: String, _ session: Session) throws -> any Embedder {
    let model = try session.embedders.models.model(named: name)
    return session.embedders.embedder(of: model, in: model.space)
  }

  /// Which of the models the store's vectors come from, as far as its record tells; nil without a store that has any.
  private static func storeModel(_ session: Session) -> (space: EmbeddingSpace, model: InstalledModel?)? {
    guard let space = try? session.chosenStore().embeddingSpace() else { return nil }
    return (space, try? session.embedders.models.model(of: space))
  }

  /// How well a model fits the store.
  private static func fit(
    _ model: InstalledModel, _ store: (space: EmbeddingSpace, model: InstalledModel?)?
  ) -> Cell {
    guard let store else { return .null }
    if store.model == model { return .text("yes") }
    return .text(!store.space.hasModel && store.space.dimensions == model.dimensions ? "by length" : "no")
  }

  private static func installed(_ session: Session) -> CommandResult {
    let chosen = try? session.embedders.models.inUse()
    let store = storeModel(session)
    let rows = session.embedders.models.installed().map { model -> [Cell] in
      [
        .text(model.name), .text(model.kind.rawValue), .boolean(model == chosen), fit(model, store),
        .count(model.dimensions), .count(model.tokens), .integer(model.bytes), .text(model.folder),
      ]
    }
    var result = CommandResult(
      .table(
        ResultTable(
          columns: ["name", "kind", "in_use", "fits_store", "dimensions", "tokens", "bytes", "folder"], rows: rows,
          noun: "model", yielding: ["folder", "bytes", "tokens"])))
    if rows.isEmpty { result.remark = "no model is installed; `help models` says how to get one" }
    return result
  }
}
