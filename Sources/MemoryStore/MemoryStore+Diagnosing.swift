import Database
import MemoryModel

extension MemoryStore {
  /// Looks for a fault. Never writes.
  ///
  /// - Returns: The rows or objects that have it, none when all is well; nil where this kind of store cannot have it.
  package func examine(_ fault: Fault) throws -> FaultFinding? { try backend.examine(fault) }

  /// Puts rows right, or objects, as ``Fault/fix`` says; for `.values` and `.rebuilding`.
  ///
  /// - Parameter ids: The rows, for `.values`: part of the caller's transaction.
  package func mend(_ fault: Fault, ids: [Int64], _ progress: any ProgressReporter) throws {
    try backend.mend(fault, ids: ids, progress)
  }
}
