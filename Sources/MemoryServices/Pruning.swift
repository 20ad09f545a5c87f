import Database
import MemoryModel
import MemoryStore

/// What forgetting old operations of the journal did, or will do.
package struct PruningReport: ChangeReport, Sendable, Equatable {
  /// How many operations are forgotten.
  package var forgotten: Int
  /// An operation is never changed; one that is gone already need not be named.
  package var leftOut: [RowName] { [] }
}

extension MemoryStore {
  /// Plans to forget the operations of the journal that began before a moment, which cannot be undone any more.
  package func planPruning(before moment: Timestamp) throws -> ChangePlan<PruningReport> {
    try requireTables()
    let numbers = try operations(before: moment)
    return ChangePlan(PruningReport(forgotten: numbers.count), .rows(numbers.count)) { [self] in
      PruningReport(forgotten: try forgetOperations(numbers))
    }
  }
}

/// What emptying the embedding cache did, or will do.
package struct CacheClearing: ChangeReport, Sendable, Equatable {
  /// How many vectors are removed.
  package var removed: Int
  package var leftOut: [RowName] { [] }
}

extension VectorCache {
  /// Plans to remove everything from the cache.
  package func planClearing() throws -> ChangePlan<CacheClearing> {
    let vectors = Int(try statistics().entries.reduce(0) { $0 + $1.vectors })
    return ChangePlan(CacheClearing(removed: vectors), .everything(vectors)) { [self] in
      CacheClearing(removed: try clear())
    }
  }
}
