import ArgumentParser
import Database
import MemoryModel
import MemoryServices

extension FragmentsCommand {
  struct Import: ShellCommand {
    static let declaration = CommandConfiguration(
      commandName: "import", abstract: "Insert the fragments of a file that are not there yet.",
      discussion: "The file is JSON or YAML; `fragments export` writes such a file. Importing again inserts nothing.")

    static let examples = [
      "fragments import fragments.yaml --dry-run",
      "fragments import fragments.yaml",
    ]

    @Argument(help: "The file.", completion: .file(extensions: ["json", "yaml", "yml"]))
    var file: String

    @Flag(help: "Only tell what would be inserted.")
    var dryRun = false

    @OptionGroup var embedding: EmbeddingOptions
    @OptionGroup var result: ResultOptions

    var outputFormat: OutputFormat? { result.output }
    var onlyReads: Bool { dryRun }

    func run(in session: Session) throws -> CommandResult {
      let fragments = try session.files.fragments(file)
      guard dryRun else { return try session.addFragments(fragments, embedding) }
      let missing = Set(fragments.map(\.key)).subtracting(try session.store().fragmentKeys())
      return CommandResult(.record(SeedCommand.record(inserted: missing.count, of: fragments.count, isDryRun: true)))
    }
  }
}
