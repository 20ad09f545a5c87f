import MemoryModel

/// The part of a store that finds out what is wrong with it.
package protocol Diagnosing: AnyObject {
  /// Looks for a fault. Never writes.
  ///
  /// - Returns: The rows or objects that have it, none when all is well; nil where this kind of store cannot have it.
  func examine(_ fault: Fault) throws -> FaultFinding?

  /// Puts rows right, or objects, as ``Fault/fix`` says; for `.values` and `.rebuilding`.
  ///
  /// - Parameter ids: The rows, for `.values`: part of the caller's transaction.
  func mend(_ fault: Fault, ids: [Int64], _ progress: any ProgressReporter) throws
}
