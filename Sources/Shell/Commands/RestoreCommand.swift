import ArgumentParser
import Database
import MemoryModel
import MemoryServices

struct RestoreCommand: ShellCommand {
  static let configuration = CommandConfiguration(
    commandName: "restore", abstract: "Replace everything in the store by what a backup has.",
    discussion: """
      The backup is checked first: a damaged one is refused before anything changes. Then everything in the store is \
      replaced in one transaction. What was there is backed up before, so that `restore` of that file takes it back; \
      --no-backup leaves that out. On PostgreSQL the four tables get the rows of the backup, and the journal and the record \
      of migrations go; what others made there (columns, views, indexes, triggers, rights) stays, and what stands in the \
      way is named, and refused. Of SQLite the whole file is replaced: that is refused for what others made and the backup \
      does not have, and for a backup whose triggers or views the store does not know. Restoring twice is as good as once.
      """)

  @Argument(help: "The file that `backup` wrote.", completion: .file())
  var path: String

  @Flag(help: "Do not back up what the store has now.")
  var noBackup = false

  @OptionGroup var options: RepairOptions
  @OptionGroup var result: ResultOptions

  var outputFormat: OutputFormat? { result.output }
  var onlyReads: Bool { options.dryRun }

  func run(in session: Session) throws -> CommandResult {
    let store = try session.store()
    guard session.files.exists(path) else {
      throw MemshError(.sourceNotFound, "there is no file \(path)", hint: "check the path")
    }
    guard !session.stores.isSame(path, as: store.identity) else {
      throw MemshError(.usage, "\(path) is the store itself", hint: "name a backup")
    }
    let backup = session.stores.file(path)
    defer { backup.close() }
    if try backup.checkSeal() == .rows {
      session.note(
        "notice: \(path) was sealed by memsh 0.1.0: only the rows of its four tables are sure to be what was written")
    }
    let service = BackupService(progress: session.progress, interruption: session.interruption)
    try service.refuseLosses(backup, into: store)
    let warning = store.file == nil ? try store.triggersOfOthers().warning : ""
    session.note(warning, isConfirmed: options.dryRun || options.yes)
    let before = try store.replacement()
    let after = try backup.rowCounts
    // Columns that others added come along with their rows.
    let left = store.identity.backend == .sqlite ? [] : try backup.contentOfOthers().filter { $0.kind != "column" }
    var saved: String?
    if !options.dryRun {
      try session.confirm(
        "This replaces everything in \(store.identity.location) (\(before.sentence ?? "nothing")) by "
          + "\(counted(after["memories"] ?? 0, "memory")) of \(path).\(warning)", typing: store.identity.name,
        isConfirmed: options.yes)
      if try store.vectorSupport(.check).installedVersion == nil { _ = try store.vectorSupport(.ensure) }
      let now = session.clock.now()
      let isEmpty = try !store.schema().contains { $0.kind == .table && $0.state != .missing }
      let safe = noBackup || isEmpty ? nil : session.paths.backup(of: store.identity, at: now)
      try service.restore(backup, into: store, at: now) {
        if let safe { try session.backUp(store, to: safe, isLocked: true) }
      }
      session.forgetEmbedders()
      saved = safe
    }
    return CommandResult(
      .record(
        ResultRecord(
          title: options.dryRun ? "Restore (dry run)" : "Restore",
          fields: [
            .init("path", .text(path)), .init("replaced", .record(before.fields)),
            .init("restored", RestoreCommand.counts(after)), .init("left_out", .list(ResultTable(left))),
            .init("backup_of_before", .optional(saved)),
            .init("dry_run", .boolean(options.dryRun)),
          ])))
  }

  private static func counts(_ counts: [String: Int]) -> ResultRecord.Value {
    .record(Table.names.map { .init($0, .count(counts[$0] ?? 0)) })
  }
}
