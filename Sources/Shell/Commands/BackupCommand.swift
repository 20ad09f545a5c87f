import ArgumentParser
import Database
import MemoryModel
import MemoryServices
import MemoryStore

struct BackupCommand: ShellCommand {
  static let declaration = CommandConfiguration(
    commandName: "backup", abstract: "Write a verified snapshot of the store into one SQLite file.",
    discussion: """
      Of a SQLite store the file has everything, the journal included; of a PostgreSQL store the rows of the four tables \
      and their space. What is left out, such as tables, views, triggers, constraints and rights of others, is named. The copy is checked (of PostgreSQL compared row by row, of SQLite by SQLite's own integrity check) and \
      sealed: `restore` refuses a file in which anything has changed since. Nothing in the store changes; a file that is \
      there already is not replaced.
      """)

  static let examples = [
    "backup agents.backup",
    "backup before-migration.backup",
    "backup 'agents 2026-01-31.backup' --json",
  ]

  @Argument(help: "The file to write.", completion: .file())
  var path: String

  @OptionGroup var result: ResultOptions

  var outputFormat: OutputFormat? { result.output }
  var onlyReads: Bool { true }

  func run(in session: Session) throws -> CommandResult {
    let store = try session.store()
    try SQLiteFile.refusePart(StoreLocation.path(path))
    guard !session.files.exists(path) else {
      throw MemshError(.fileFailed, "\(path) is there already", hint: "name another file: backups are not overwritten")
    }
    let counts = try session.backUp(store, to: path)
    let left = try store.leftOut(of: session.stores.file(path))
    if !left.isEmpty { session.note("notice: the backup leaves out \(ForeignObject.list(left))") }
    return CommandResult(
      .record(
        ResultRecord(
          title: "Backup",
          fields: [.init("path", .text(path))] + Table.names.map { .init($0, .count(counts[$0] ?? 0)) }
            + [.init("verified", .boolean(true)), .init("left_out", .list(ResultTable(left)))])))
  }
}

extension MemoryStore {
  /// What a backup of the store does not have; of a file it has everything.
  fileprivate func leftOut(of copy: MemoryStore) throws -> [ForeignObject] {
    guard file == nil else { return [] }
    defer { copy.close() }
    let copied = try copy.state().tables.flatMap { name, table in table.columns.map { "\(name).\($0.name)" } }
    let bookkeeping: [String]
    do { bookkeeping = try replacement().bookkeeping } catch let error as MemshError
      where error.code == .permissionDenied
    {
      bookkeeping = ["journal and record of migrations, which this role may not read"]
    }
    return try contentOfOthers().filter { $0.kind != "column" || !copied.contains($0.name) }
      + bookkeeping.map { ForeignObject(kind: "memsh", name: $0, drop: nil) }
  }
}

extension ResultTable {
  /// What others made.
  init(_ objects: [ForeignObject]) {
    self.init(
      columns: ["kind", "name"], rows: objects.map { [.text($0.kind), .text($0.name)] }, noun: "object")
  }
}

extension [ForeignObject] {
  /// What a question should say of triggers that are going to run; empty when there are none.
  var warning: String {
    isEmpty ? "" : " For every row that comes runs what others made: \(ForeignObject.list(self))."
  }
}

extension Replacement {
  /// What memsh itself keeps: `4 journal operations`, `1 migration run`.
  var bookkeeping: [String] {
    [
      operations > 0 ? counted(operations, "journal operation") : nil, runs > 0 ? counted(runs, "migration run") : nil,
    ].compactMap(\.self)
  }

  /// `3 memories, 7 fragments and 1 migration run`; nil when there is nothing.
  var sentence: String? {
    let nouns = [
      ("memories", "memory"), ("prompt_fragments", "fragment"), ("memory_duplicates", "recorded duplicate"),
      ("memory_analytics", "recorded search"),
    ]
    let parts =
      nouns.compactMap { table, noun in rows[table].map { counted(Int($0), noun) } } + bookkeeping
    guard let last = parts.last else { return nil }
    return parts.count == 1 ? last : parts.dropLast().joined(separator: ", ") + " and " + last
  }

  /// The counts of everything that goes.
  var fields: [ResultRecord.Field] {
    Table.names.map { .init($0, .integer(rows[$0] ?? 0)) } + [
      .init("journal_operations", .count(operations)), .init("migration_runs", .count(runs)),
    ]
  }
}

extension Session {
  /// Says what a question would have said, where none is asked.
  func note(_ warning: String, isConfirmed: Bool) {
    guard !warning.isEmpty, isConfirmed || settings.assumesYes else { return }
    note("notice:\(warning)")
  }

  /// Backs a store up into a file.
  ///
  /// - Parameter isLocked: Whether a transaction of the store keeps others out. Of PostgreSQL's tables only the session
  ///   that has locked them can read; of a SQLite file another connection reads what is locked.
  /// - Returns: How many rows each table has.
  @discardableResult
  func backUp(_ store: MemoryStore, to path: String, isLocked: Bool = false) throws -> [String: Int] {
    let isFile = store.identity.backend == .sqlite
    let source =
      try isFile
      ? stores.file(store.identity.location) : isLocked ? store : stores.snapshot(of: location(of: store))
    defer { if isFile || !isLocked { source.close() } }
    return try writeFile(path) { copy in
      try BackupService(progress: progress, interruption: interruption).backUp(source, into: copy, at: clock.now())
      return try copy.rowCounts().mapValues { Int($0) }
    }
  }
}
