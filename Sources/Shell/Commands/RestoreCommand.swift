import ArgumentParser
import Database
import MemoryModel
import MemoryServices

struct RestoreCommand: ChangingCommand {
  static let declaration = CommandConfiguration(
    commandName: "restore", abstract: "Replace everything in the store by what a backup has.",
    discussion: """
      The backup is checked first: a damaged one is refused before anything changes. Then everything in the store is \
      replaced in one transaction. What was there is backed up before, so that `restore` of that file takes it back; \
      --no-backup leaves that out. On PostgreSQL the four tables get the rows of the backup, and the journal and the record \
      of migrations go; what others made there (columns, views, indexes, triggers, rights) stays, and what stands in the \
      way is named, and refused. An index of vectors is built anew; where the store has none, none is built. Of SQLite the whole file is replaced: that is refused for what others made and the backup \
      does not have, and for a backup whose triggers or views the store does not know. Restoring twice is as good as once.
      """)

  static let examples = [
    "restore agents.backup --dry-run",
    "restore agents.backup",
    "restore agents.backup --no-backup",
  ]

  @Argument(help: "The file that `backup` wrote.", completion: .file())
  var path: String

  @Flag(help: "Do not back up what the store has now.")
  var noBackup = false

  @OptionGroup var options: RepairOptions
  @OptionGroup var result: ResultOptions

  var outputFormat: OutputFormat? { result.output }

  func run(in session: Session) throws -> CommandResult {
    let store = try session.store(mayBeAbsent: true)
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
    let now = session.clock.now()
    let plan = try BackupService(progress: session.progress, interruption: session.interruption).planRestore(
      backup, into: store, at: now,
      saving: noBackup
        ? nil
        : {
          let path = session.paths.backup(of: store.identity, at: now)
          try session.backUp(store, to: path, isLocked: true)
          return path
        })
    let warning = plan.report.triggers.warning
    session.note(warning, isConfirmed: options.dryRun || options.yes)
    let result = try carryOut(plan, in: session) { report in
      "This replaces everything in \(store.identity.location) (\(report.replaced.sentence ?? "nothing")) by "
        + "\(counted(report.restored["memories"] ?? 0, "memory")) of \(path).\(warning)"
    } record: { report, isPlan in
      ResultRecord(
        title: isPlan ? "Restore (dry run)" : "Restore",
        fields: [
          .init("path", .text(path)), .init("replaced", .record(report.replaced.fields)),
          .init("restored", RestoreCommand.counts(report.restored)),
          .init("left_out", .list(ResultTable(report.objectsLeft))),
          .init("backup_of_before", .optional(report.savedPath)), .init("dry_run", .boolean(isPlan)),
        ])
    }
    if !options.dryRun { session.forgetEmbedders() }
    return result
  }

  private static func counts(_ counts: [String: Int]) -> ResultRecord.Value {
    .record(Table.names.map { .init($0, .count(counts[$0] ?? 0)) })
  }
}
