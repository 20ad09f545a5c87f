import ArgumentParser
import Database
import MemoryModel
import MemoryServices

struct EnsureVectorCommand: ShellCommand {
  static let declaration = CommandConfiguration(
    commandName: "ensure-vector",
    abstract: "Make sure that the store can hold and search vectors.",
    discussion: """
      On PostgreSQL: reports the versions, creates the extension where it is missing and may be created, and then \
      stores vectors, measures distances and builds each kind of index for real, in a transaction that is rolled back.
      """)

  static let examples = [
    "ensure-vector",
    "ensure-vector --check",
    "ensure-vector --update",
  ]

  @Flag(help: "Look only; change nothing.")
  var check = false

  @Flag(help: "Update an outdated extension, too.")
  var update = false

  @OptionGroup var result: ResultOptions

  var outputFormat: OutputFormat? { result.output }
  var onlyReads: Bool { check }

  func validate() throws {
    if check, update { throw ValidationError("'--check' changes nothing, so '--update' cannot go with it") }
  }

  func run(in session: Session) throws -> CommandResult {
    let store = try session.store(mayBeAbsent: true)
    var support = try store.vectorSupport(check ? .check : update ? .update : .ensure)
    if !check {
      let space = try store.embeddingSpace() ?? session.embedder().space
      support.tested = try store.testVectors(dimensions: space.dimensions)
    }
    if support.isOutdated {
      session.note(
        "notice: the server has \(support.engine) \(support.availableVersion ?? ""): `ensure-vector --update`")
    }
    let methods = support.indexMethods.map { JSON.string($0.rawValue) }
    return CommandResult(
      .record(
        ResultRecord(
          title: "Vectors",
          fields: [
            .init("server", .text(support.server)), .init("engine", .text(support.engine)),
            .init("installed", .optional(support.installedVersion)),
            .init("available", .optional(support.availableVersion)),
            .init("outdated", .boolean(support.isOutdated)), .init("may_create", .boolean(support.mayCreate)),
            .init("changed", .boolean(support.changed)),
            .init("indexable_dimensions", support.indexableDimensions.map { .count($0) } ?? .null),
            .init("index_methods", .json(.array(methods))),
            .init("tested", .json(.array(support.tested.map(JSON.string)))),
          ])))
  }
}
