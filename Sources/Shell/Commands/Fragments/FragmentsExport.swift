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

    @Flag(help: "Replace a file that is there.")
    var overwrite = false

    @OptionGroup var result: ResultOptions

    var outputFormat: OutputFormat? { result.output }

    func validate() throws {
      guard !overwrite || file ?? "-" != "-" else { throw ValidationError("'--overwrite' goes with a file") }
    }

    func run(in session: Session) throws -> CommandResult {
      if let file, file != "-" {
        try session.refuseToWrite(file, besides: session.store(), mayReplace: overwrite)
      }
      let fragments = try session.fragmentService().all().map(\.fragment)
      let text = JSON.array(fragments.map(\.json)).prettyText + "\n"
      guard let file, file != "-" else { return CommandResult(.text(text)) }
      try session.files.write(piecesTo: file, mayReplace: overwrite) { try $0(text) }
      session.note("\(counted(fragments.count, "fragment")) written to \(file)")
      return .nothing
    }
  }
}
