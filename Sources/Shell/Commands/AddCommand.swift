import ArgumentParser
import Database
import MemoryModel
import MemoryServices

struct AddCommand: UserChoosing {
  static let declaration = CommandConfiguration(
    commandName: "add", abstract: "Add a memory, unless the user has one that says the same.",
    discussion: """
      Four layers look for a memory of the same user that says the same: exact, fuzzy, key_phrase, semantic; see `dedup`. \
      A text with another number, name, unit or day in it, or with a "not", is another memory. If one is found, nothing is added and the command fails, saying which layer found it. --force adds in any case, so \
      that running it again adds it again. `undo` takes it out.
      """)

  static let examples = [
    "add 'Drinks green tea in the morning' --user ada",
    "add 'Speaks Finnish' --user ben --category facts --importance 0.8",
    "add 'Moved to Oslo' --user ada --metadata '{\"source\": \"chat\"}' --dry-run",
  ]

  @Argument(help: "What is to be remembered.")
  var content: String

  @Option(help: "Whose memory it is.", completion: .stored)
  var user: String?

  @Option(help: "The category.", completion: .stored)
  var category: String?

  @Option(help: "The importance, from 0 to 1.")
  var importance = MemoryFields.defaultImportance

  @Option(help: "A JSON object.")
  var metadata = "{}"

  @OptionGroup var duplicates: DuplicateOptions

  @Flag(help: "Add it whatever is there.")
  var force = false

  @Flag(help: "Only tell whether it would be added.")
  var dryRun = false

  @OptionGroup var embedding: EmbeddingOptions
  @OptionGroup var result: ResultOptions

  var outputFormat: OutputFormat? { result.output }
  static var needsUser: Bool { true }
  var chosenUser: String? {
    get { user }
    set { user = newValue }
  }
  var onlyReads: Bool { dryRun }

  func validate() throws {
    try MemoryValues.check(user: user, content: content, category: category, importance: importance)
    _ = try MemoryValues.metadata(metadata)
  }

  // Whoever is named may be new.
  func namedMemories(now: Timestamp) throws -> MemoryFilter? { nil }

  func run(in session: Session) throws -> CommandResult {
    let user = user ?? ""
    let store = try session.store()
    let now = session.clock.now()
    let fields = MemoryFields(
      userID: user, content: content, metadata: try MemoryValues.metadata(metadata), category: category,
      importanceScore: importance, createdAt: now, updatedAt: now)
    var used: (any Embedder)?
    let embedder = {
      let embedder = try session.embedder(for: store)
      used = embedder
      return embedder
    }
    let report = try embedding.offered {
      try RepairService(store: store, author: session.author).add(
        fields.replacingNUL, thresholds: force ? [:] : duplicates.thresholds,
        embedder: embedding.noEmbedding ? nil : embedder, dryRun: dryRun)
    }
    if let used { session.announce(used) }
    if report.isTooLong {
      session.note(
        "notice: \(TextRatio.lengthLimit) characters or more: looked for the same words, not for nearly the same characters"
      )
    }
    var failure: MemshError?
    if let duplicate = report.duplicate {
      failure = MemshError(
        .duplicateFound,
        "memory \(duplicate.memory.id) of \(user) says the same (\(duplicate.layer.rawValue) "
          + "\(fixed(duplicate.similarity, places: 3))), so nothing \(dryRun ? "would be" : "was") added",
        hint: "--force adds it in any case")
    }
    return CommandResult(.record(record(report)), failure: failure)
  }

  private func record(_ report: AddReport) -> ResultRecord {
    ResultRecord(
      title: dryRun ? "Add (dry run)" : "Add",
      fields: [
        .init("added", .boolean(report.duplicate == nil)), .init("id", report.id.map(Cell.integer) ?? .null),
        .init("duplicate_of", report.duplicate.map { .integer($0.memory.id) } ?? .null),
        .init("layer", .optional(report.duplicate?.layer.rawValue)),
        .init("similarity", report.duplicate.map { .double($0.similarity, places: 3) } ?? .null),
        .init("embedded", .boolean(report.hasEmbedding && report.duplicate == nil)),
        .init("operation", report.operation.map(Cell.integer) ?? .null), .init("dry_run", .boolean(dryRun)),
      ])
  }
}

/// What the columns of `memories` take.
enum MemoryValues {
  /// - Throws: `ValidationError` for a value that the column cannot hold.
  static func check(user: String?, content: String?, category: String?, importance: Double?) throws {
    if let user {
      guard (1...MemoryFields.userIDLimit).contains(user.unicodeScalars.count),
        user.contains(where: { !$0.isWhitespace })
      else { throw ValidationError("'--user' takes 1 to \(MemoryFields.userIDLimit) characters") }
    }
    if let content, !content.contains(where: { !$0.isWhitespace }) {
      throw ValidationError("The content ('--content') is empty")
    }
    if let category {
      guard (1...MemoryFields.categoryLimit).contains(category.unicodeScalars.count) else {
        throw ValidationError("'--category' takes 1 to \(MemoryFields.categoryLimit) characters")
      }
    }
    if let importance, !(0...1).contains(importance) {
      throw ValidationError("'--importance' takes 0 to 1, not '\(importance)'")
    }
  }

  /// Reads a JSON object.
  static func metadata(_ text: String) throws -> JSON {
    guard let json = try? JSONParser.parse(text), case .object = json, json.hasStorableNumbers else {
      throw ValidationError("'--metadata' takes a JSON object, not '\(text.prefix(60))'")
    }
    guard json.nesting <= JSON.storableNesting else {
      throw ValidationError("The metadata is nested deeper than \(JSON.storableNesting) levels")
    }
    return json
  }
}
