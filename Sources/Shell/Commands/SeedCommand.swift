import ArgumentParser
import MemoryCore

struct SeedCommand: ShellCommand {
  static let configuration = CommandConfiguration(
    commandName: "seed",
    abstract: "Insert the seven default prompt fragments that are missing.",
    discussion: "Creates the tables if there are none. Running it again inserts nothing.")

  @OptionGroup var result: ResultOptions

  var outputFormat: OutputFormat? { result.output }

  func run(in session: Session) throws -> CommandResult {
    let store = try session.store()
    let embedder = try session.embedder()
    if try store.embeddingSpace() == nil { _ = try store.vectorSupport(.ensure) }
    let inserted = try store.whileMigratingAlone(session.progress, session.interruption) {
      let space = try store.embeddingSpace() ?? embedder.space
      _ = try store.createSchema(space: space)
      if embedder.space != space {
        session.note(
          "notice: the fragments get no embeddings: the store's are \(space), the embedder's \(embedder.space)")
      }
      let usable = embedder.space == space ? embedder : nil
      return try SeedingService(store: store, embedder: usable).seed(DefaultFragments.all)
    }
    _ = try store.buildIndexes(nil, session.progress)
    return CommandResult(
      .record(
        ResultRecord(
          title: "Prompt fragments",
          fields: [
            .init("inserted", .count(inserted)),
            .init("already_present", .count(DefaultFragments.all.count - inserted)),
          ])))
  }
}
