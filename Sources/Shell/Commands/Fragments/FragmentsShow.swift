import ArgumentParser
import Database
import MemoryModel
import MemoryServices

extension FragmentsCommand {
  struct Show: ShellCommand {
    static let declaration = CommandConfiguration(commandName: "show", abstract: "Show some fragments.")

    static let examples = [
      "fragments show 1 2"
    ]

    @Argument(help: "The ids.")
    var ids: [Int64]

    @OptionGroup var result: ResultOptions

    var outputFormat: OutputFormat? { result.output }
    var onlyReads: Bool { true }

    func run(in session: Session) throws -> CommandResult {
      CommandResult(.table(ResultTable(try session.fragmentService().fragments(ids))))
    }
  }
}
