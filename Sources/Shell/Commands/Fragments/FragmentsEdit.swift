import ArgumentParser
import Database
import MemoryModel
import MemoryServices

extension FragmentsCommand {
  struct Edit: ShellCommand {
    static let declaration = CommandConfiguration(
      commandName: "edit", abstract: "Change a fragment.",
      discussion: "What is not given stays. Editing again with the same values changes nothing.")

    static let examples = [
      "fragments edit 1 --priority 5 --tags style,tone"
    ]

    @Argument(help: "The id.")
    var id: Int64

    @Option(help: "The category.")
    var category: String?

    @Option(help: "The instruction itself.")
    var content: String?

    @OptionGroup var fields: FragmentFields
    @OptionGroup var embedding: EmbeddingOptions
    @OptionGroup var result: ResultOptions

    var outputFormat: OutputFormat? { result.output }

    func validate() throws {
      try FragmentFields.check(category: category, content: content)
      guard category != nil || content != nil || !fields.isEmpty else {
        throw ValidationError("Give what changes, such as '--content'")
      }
    }

    func run(in session: Session) throws -> CommandResult {
      let edited = try embedding.offered {
        try session.fragmentService(embedding).edit(id) { fragment in
          fragment.category = category ?? fragment.category
          fragment.content = content ?? fragment.content
          fields.change(&fragment)
        }
      }
      return CommandResult(.table(ResultTable([edited.after])))
    }
  }
}
