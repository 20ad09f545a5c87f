/// Which commands ask before they go on: those that have `--yes`, unless nothing can be lost by them.

extension RepairOptions {
  /// Whether neither `--yes` nor `--dry-run` is given.
  fileprivate var isUnconfirmed: Bool { !yes && !dryRun }
}

extension DeleteCommand {
  var needsConfirmation: Bool { options.isUnconfirmed }
}

extension MergeCommand {
  var needsConfirmation: Bool { options.isUnconfirmed }
}

extension ReassignCommand {
  var needsConfirmation: Bool { options.isUnconfirmed }
}

extension DecayCommand {
  var needsConfirmation: Bool { options.isUnconfirmed }
}

extension DedupCommand {
  var needsConfirmation: Bool { merge && options.isUnconfirmed }
}

extension UndoCommand {
  var needsConfirmation: Bool { options.isUnconfirmed }
}

extension RestoreCommand {
  var needsConfirmation: Bool { options.isUnconfirmed }
}

extension JournalCommand {
  var needsConfirmation: Bool { action == .prune && options.isUnconfirmed }
}

extension DoctorCommand {
  var needsConfirmation: Bool { !fix.isEmpty && !list && options.isUnconfirmed }
}

extension ImportCommand {
  var needsConfirmation: Bool { onConflict == .replace && options.isUnconfirmed }
}

extension ReembedCommand {
  var needsConfirmation: Bool { !missing && !yes && !dryRun }
}

extension RollbackCommand {
  var needsConfirmation: Bool { run != nil && !yes && !dryRun }
}

extension MigrateCommand {
  var needsConfirmation: Bool { forceRecreate && !yes && !dryRun }
}

extension FragmentsCommand {
  var needsConfirmation: Bool { action == .delete && !yes && !dryRun }
}

extension CacheCommand {
  var needsConfirmation: Bool { action == .clear && !yes }
}
