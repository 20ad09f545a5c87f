import MemoryModel

/// Something beside the rows that a database keeps, and that only it can look at.
package enum MaintainedPart: Sendable {
  /// Whether columns take NULL that memsh 0.1.0 made without.
  case nullability
  case indexes
  /// The index of words.
  case textIndex
  /// SQLite's log of changed vectors, and the file of quantised ones.
  case vectorLog, vectorFile
  case writeAheadLog
  /// The lists of PostgreSQL's ivfflat indexes.
  case vectorLists
  /// What PostgreSQL's planner knows of the tables.
  case statistics
  case deadRows
  /// Rows that policies hide from this role.
  case hiddenRows
  /// Partitions on other servers, and partitions or shards with far more rows than the others.
  case foreignPartitions, skewedParts
  /// The servers of a cluster: whether they answer, and whether they have the same pgvector.
  case silentNodes, nodeVersions
  /// Whether a cluster hands triggers to its servers.
  case triggersOnNodes
}

/// How a part is looked at, and how it is put right.
package struct Maintenance {
  /// What is wrong with it, in words; nil where there can be no such part.
  package let find: () throws -> [String]?
  /// Makes it right.
  package let mend: (any ProgressReporter) throws -> Void

  /// Joins the two.
  package init(find: @escaping () throws -> [String]?, mend: @escaping (any ProgressReporter) throws -> Void) {
    self.find = find
    self.mend = mend
  }
}

/// The part of a store that looks after what its database keeps beside the rows.
package protocol Maintaining: AnyObject {
  /// How a part is looked after; nil for what this database does not have.
  func maintenance(of part: MaintainedPart) -> Maintenance?

  /// What the tables, indexes and files take.
  func storage() throws -> [StorageEntry]
}
