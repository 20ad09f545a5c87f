import ArgumentParser
import Database
import MemoryModel
import MemoryServices

extension FragmentsCommand {
  struct Add: ShellCommand {
    static let declaration = CommandConfiguration(
      commandName: "add", abstract: "Add a fragment, unless there is one with its category, agent and content.")

    static let examples = [
      "fragments add --category safety --content 'Never repeat card numbers.'"
    ]

    @Option(help: "The category.")
    var category: String

    @Option(help: "The instruction itself.")
    var content: String

    @OptionGroup var fields: FragmentFields
    @OptionGroup var embedding: EmbeddingOptions
    @OptionGroup var result: ResultOptions

    var outputFormat: OutputFormat? { result.output }

    func validate() throws { try FragmentFields.check(category: category, content: content) }

    func run(in session: Session) throws -> CommandResult {
      var fragment = PromptFragment(category: category, content: content)
      fields.change(&fragment)
      return try session.addFragments([fragment], embedding)
    }
  }
}
