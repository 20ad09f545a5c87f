import ArgumentParser
import MemoryCore

struct BackupCommand: ShellCommand {
  static let configuration = CommandConfiguration(
    commandName: "backup", abstract: "Write a verified snapshot of the store into one SQLite file.",
    discussion: """
      Of a SQLite store the file has everything, the journal included; of a PostgreSQL store the four tables and their \
      space. The copy is checked (of PostgreSQL compared row by row, of SQLite by SQLite's own integrity check) and sealed: \
      `restore` refuses a file that has changed since. Nothing in the store changes; a file that is there already is not \
      replaced.
      """)

  @Argument(help: "The file to write.", completion: .file())
  var path: String

  @OptionGroup var result: ResultOptions

  var outputFormat: OutputFormat? { result.output }
  var onlyReads: Bool { true }

  func run(in session: Session) throws -> CommandResult {
    let store = try session.store()
    guard !session.services.fileExists(at: path) else {
      throw MemshError(.fileFailed, "\(path) is there already", hint: "name another file: backups are not overwritten")
    }
    let counts = try session.backUp(store, to: path)
    return CommandResult(
      .record(
        ResultRecord(
          title: "Backup",
          fields: [.init("path", .text(path))] + SchemaNames.tables.map { .init($0, .count(counts[$0] ?? 0)) }
            + [.init("verified", .boolean(true))])))
  }
}

extension Session {
  /// Backs a store up into a file.
  ///
  /// - Parameter isLocked: Whether a transaction of the store keeps others out. Of PostgreSQL's tables only the session
  ///   that has locked them can read; of a SQLite file another connection reads what nobody can change.
  /// - Returns: How many rows each table has.
  @discardableResult
  func backUp(_ store: any MemoryStore, to path: String, isLocked: Bool = false) throws -> [String: Int] {
    let isFile = store.identity.backend == .sqlite
    let source =
      try isFile
      ? services.fileStore(at: store.identity.location) : isLocked ? store : services.snapshot(of: location(of: store))
    defer { if isFile || !isLocked { source.close() } }
    return try writeFile(path) { copy in
      try BackupService(progress: progress, interruption: interruption).backUp(source, into: copy, at: services.now())
      return try copy.rowCounts
    }
  }
}
