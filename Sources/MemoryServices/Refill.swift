import Database
import MemoryModel
import MemoryStore

/// Migrating in the place of all that a store has.
extension MigrationService {
  /// Plans to put the rows of a source in the place of all that the store has.
  ///
  /// - Throws: `foreign_objects`, which names what others made that stands in the way; what ``run(from:)`` throws of the
  ///   source.
  package func planRefilling(from source: (any MemorySource)?) throws -> ChangePlan<MigrationReport> {
    let survey = try source?.survey()
    if try store.embeddingSpace() != nil { try refuseRefilling(from: source, plan(survey)) }
    let report = MigrationReport(source: source?.description.location, target: store.identity.location)
    return ChangePlan(report, .everything()) { try run(from: source, survey) }
  }

  func refuseRefilling(from source: (any MemorySource)?, _ plan: EmbeddingPlan) throws {
    try store.refuseRefilling(
      with: comingRows(of: source, plan), options.isVerbatim ? "restore" : "--force-recreate",
      instead: options.isVerbatim ? BackupService.kept : MigrationService.keepsRows)
  }

  private func comingRows(of source: (any MemorySource)?, _ plan: EmbeddingPlan) throws -> ComingRows {
    var coming = ComingRows(space: plan.space, tables: [:])
    if let source = source as? StoreSource {
      coming = try source.store.comingRows(space: plan.space, keepsIDs: options.isVerbatim)
    } else if source != nil {
      coming.tables[Table.memories.name] = ComingRows.OfTable()
    }
    if options.seedsFragments, coming.tables[Table.fragments.name]?.isEmpty ?? true {
      coming.tables[Table.fragments.name] = ComingRows.OfTable()
    }
    return coming
  }

  /// Makes sure that the memories are what was written, where something of others that runs by itself may have made other
  /// ones of them.
  func verifyRefilled(_ written: RowDigest) throws {
    let triggers = try store.triggersOfOthers()
    guard !triggers.isEmpty else { return }
    var found = RowDigest()
    try store.readMemories(batchSize: MigrationService.batchSize) { memories in
      try interruption.check()
      for memory in memories { found.add(id: memory.id, memory.fields) }
    }
    guard found == written else { throw MemshError.changed(by: triggers, in: store.identity) }
  }
}

extension MemshError {
  /// The error for rows that are not what was written, because others' triggers ran.
  static func changed(by triggers: [ForeignObject], in store: StoreIdentity) -> MemshError {
    let statements = triggers.compactMap(\.drop).joined(separator: "; ")
    return MemshError(
      .verificationFailed,
      "\(store.location) gives back other rows than were written; what others made there changes them: "
        + ForeignObject.list(triggers),
      hint: "nothing was changed; take it away yourself first, and make it anew afterwards: \(statements)")
  }
}
