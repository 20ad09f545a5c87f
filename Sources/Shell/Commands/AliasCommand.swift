import ArgumentParser
import Database
import MemoryModel
import MemoryServices

struct AliasCommand: ShellCommand {
  static let declaration = CommandConfiguration(
    commandName: "alias", abstract: "Give a command a name of your own, or list those names.",
    discussion: """
      alias nd='dedup --record' makes nd a word for it; what is typed behind nd follows. The name of a command, or a \
      word that has a meaning already, cannot be one. `unalias` takes it away. The start-up file keeps it for every \
      session.
      """)

  static let examples = [
    "alias nd='dedup --record'",
    "alias mine='list --user ada'",
    "alias nd",
    "alias",
  ]

  @Argument(
    help: ArgumentHelp("The name, with = and what it stands for; without, it is shown.", valueName: "name=command"))
  var definition: String?

  @OptionGroup var result: ResultOptions

  var outputFormat: OutputFormat? { result.output }
  var onlyReads: Bool { true }

  private var name: String { String((definition ?? "").prefix { $0 != "=" }) }

  /// What the name is to stand for; nil where it is only asked for.
  private var meaning: String? {
    guard let definition, name.count < definition.count else { return nil }
    return String(definition.dropFirst(name.count + 1))
  }

  func validate() throws {
    guard definition != nil else { return }
    if let refusal = FamiliarWords.refusal(ofAlias: name) { throw ValidationError(refusal) }
    guard let meaning else { return }
    let count: Int
    do throws(LexicalError) { count = try Lexer.commands(in: meaning, file: nil).count } catch {
      throw ValidationError(
        "'\(name)' cannot stand for '\(meaning.prefix(CommandParser.shownCharacters))': \(error.message)")
    }
    guard count == 1 else {
      throw ValidationError("'\(name)' must stand for one whole command, such as 'list --user ada'")
    }
  }

  func shape(_ scope: inout VariableScope, _ settings: inout Settings) throws {
    if let meaning { settings.aliases[name] = meaning }
  }

  func run(in session: Session) throws -> CommandResult {
    guard meaning == nil else {
      try shape(&session.scope, &session.settings)
      return .nothing
    }
    let aliases = session.settings.aliases.filter { definition == nil || $0.key == name }.sorted { $0.key < $1.key }
    guard definition == nil || !aliases.isEmpty else {
      throw MemshError(.notFound, "there is no alias '\(name)'", hint: "alias \(name)='COMMAND' makes one")
    }
    return CommandResult(
      .table(
        ResultTable(
          columns: ["name", "command"], rows: aliases.map { [.text($0.key), .text($0.value)] }, noun: "alias",
          subject: "command", wrapsSubject: true)))
  }
}
