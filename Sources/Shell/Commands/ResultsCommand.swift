import ArgumentParser
import MemoryModel

struct ResultsCommand: ShellCommand {
  static let declaration = CommandConfiguration(
    commandName: "results", abstract: "Write the results of all following commands into a file, or show them again.",
    discussion: """
      The file is replaced; each result is in it, behind the others, as soon as its command has ended. Messages, errors, \
      help and watch stay here. A name that ends in .json, .jsonl, .csv, .tsv or .md tells the format of each result. \
      `COMMAND > FILE` is for one command, whose result is then the whole file.
      """)

  static let examples = [
    "results today.csv",
    "results",
    "\\o today.csv",
  ]

  @Argument(help: "The file; without it, results are shown here again.", completion: .file())
  var file: String?

  var onlyReads: Bool { true }

  func run(in session: Session) throws -> CommandResult {
    guard session.sink == nil else {
      throw MemshError(
        .usage, "results takes the name of a file", hint: "write results FILE; `COMMAND | PROGRAM` is for one command")
    }
    try session.sendResults(to: file)
    session.note(file.map { "Results go to \($0); `results` shows them here again." } ?? "Results are shown here.")
    return .nothing
  }
}
