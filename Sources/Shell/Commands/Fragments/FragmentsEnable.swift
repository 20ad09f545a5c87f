import ArgumentParser
import Database
import MemoryModel
import MemoryServices

extension FragmentsCommand {
  struct Enable: ShellCommand {
    static let declaration = CommandConfiguration(
      commandName: "enable", abstract: "Give fragments to agents again.")

    static let examples = [
      "fragments enable 2"
    ]

    @Argument(help: "The ids.")
    var ids: [Int64]

    @OptionGroup var result: ResultOptions

    var outputFormat: OutputFormat? { result.output }

    func run(in session: Session) throws -> CommandResult { try session.setFragments(ids, active: true) }
  }

  struct Disable: ShellCommand {
    static let declaration = CommandConfiguration(
      commandName: "disable", abstract: "Keep fragments, but give them to no agent.")

    static let examples = [
      "fragments disable 2 3"
    ]

    @Argument(help: "The ids.")
    var ids: [Int64]

    @OptionGroup var result: ResultOptions

    var outputFormat: OutputFormat? { result.output }

    func run(in session: Session) throws -> CommandResult { try session.setFragments(ids, active: false) }
  }
}

extension Session {
  fileprivate func setFragments(_ ids: [Int64], active isActive: Bool) throws -> CommandResult {
    let service = try fragmentService()
    let changed = try store().transaction(.commit) {
      try ids.map { try service.edit($0) { $0.isActive = isActive }.after }
    }
    return CommandResult(.table(ResultTable(changed)))
  }
}
