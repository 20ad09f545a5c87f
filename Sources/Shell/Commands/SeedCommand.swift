import ArgumentParser
import Database
import MemoryModel
import MemoryServices

struct SeedCommand: ShellCommand {
  static let declaration = CommandConfiguration(
    commandName: "seed",
    abstract: "Insert the prompt fragments that are missing: the seven default ones, or a file's.",
    discussion: """
      Creates the tables if there are none. A fragment with the same category, agent and content as one that is there \
      is not inserted, so that running it again inserts nothing.
      """)

  static let examples = [
    "seed",
    "seed --file fragments.yaml",
    "seed --no-embedding",
  ]

  @Option(
    help: "A JSON or YAML file of fragments instead of the seven.",
    completion: .file(extensions: ["json", "yaml", "yml"]))
  var file: String?

  @OptionGroup var embedding: EmbeddingOptions
  @OptionGroup var result: ResultOptions

  var outputFormat: OutputFormat? { result.output }

  func run(in session: Session) throws -> CommandResult {
    let fragments = try file.map(session.files.fragments) ?? DefaultFragments.all
    let store = try session.checkedStore(mayBeAbsent: true)
    let embedder = try session.embedder(for: store)
    if try store.embeddingSpace() == nil { _ = try store.vectorSupport(.ensure) }
    let inserted = try embedding.offered {
      try store.whileMigratingAlone(session.progress, session.interruption) {
        let space = try store.embeddingSpace() ?? embedder.space
        _ = try store.createSchema(space: space)
        let seeding = SeedingService(store: store, embedder: embedding.noEmbedding ? nil : embedder)
        guard try embedding.noEmbedding || embedder.space == space || seeding.missing(fragments).isEmpty else {
          throw store.mismatch(embedder.space, storeSpace: space)
        }
        return try seeding.seed(fragments)
      }
    }
    if inserted > 0, embedding.noEmbedding {
      session.note("notice: they have no embeddings; `reembed --missing` computes them")
    }
    _ = try store.buildIndexes(nil, session.progress)
    return CommandResult(.record(SeedCommand.record(inserted: inserted, of: fragments.count, isDryRun: false)))
  }

  /// What inserting fragments did, or would do.
  static func record(inserted: Int, of count: Int, isDryRun: Bool) -> ResultRecord {
    ResultRecord(
      title: isDryRun ? "Prompt fragments (dry run)" : "Prompt fragments",
      fields: [.init("inserted", .count(inserted)), .init("already_present", .count(count - inserted))])
  }
}
