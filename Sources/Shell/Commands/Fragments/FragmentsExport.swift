import ArgumentParser
import Database
import MemoryModel
import MemoryServices

extension FragmentsCommand {
  struct Export: ShellCommand {
    static let declaration = CommandConfiguration(
      commandName: "export", abstract: "Write all fragments as JSON.",
      discussion: "Without a file, or for -, they go to standard output. `fragments import` reads them.")

    static let examples = [
      "fragments export fragments.json"
    ]

    @Argument(help: "The file; - is standard output.", completion: .file(extensions: ["json"]))
    var file: String?

    @OptionGroup var result: ResultOptions

    var outputFormat: OutputFormat? { result.output }

    func run(in session: Session) throws -> CommandResult {
      let fragments = try session.fragmentService().all().map(\.fragment)
      let text = JSON.array(fragments.map(\.json)).prettyText + "\n"
      guard let file, file != "-" else { return CommandResult(.text(text)) }
      try SQLiteFile.refuseWriting(to: StoreLocation.path(file))
      try session.files.write(text, to: file)
      session.note("\(counted(fragments.count, "fragment")) written to \(file)")
      return .nothing
    }
  }
}
