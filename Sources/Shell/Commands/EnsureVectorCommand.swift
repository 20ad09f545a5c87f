import ArgumentParser
import MemoryCore

struct EnsureVectorCommand: ShellCommand {
  static let configuration = CommandConfiguration(
    commandName: "ensure-vector", abstract: "Make sure that the store can hold and search vectors.")

  @Flag(help: "Look only; change nothing.")
  var check = false

  @Flag(help: "Update an outdated extension, too.")
  var update = false

  @OptionGroup var result: ResultOptions

  var outputFormat: OutputFormat? { result.output }

  func validate() throws {
    if check, update { throw ValidationError("'--check' changes nothing, so '--update' cannot go with it") }
  }

  func run(in session: Session) throws -> CommandResult {
    let support = try session.store().vectorSupport(check ? .check : update ? .update : .ensure)
    return CommandResult(
      .record(
        ResultRecord(
          title: "Vectors",
          fields: [
            .init("server", .text(support.server)), .init("engine", .text(support.engine)),
            .init("installed", .optional(support.installedVersion)),
            .init("available", .optional(support.availableVersion)),
            .init("may_create", .boolean(support.mayCreate)), .init("changed", .boolean(support.changed)),
            .init("indexable_dimensions", support.indexableDimensions.map { .count($0) } ?? .null),
          ])))
  }
}
