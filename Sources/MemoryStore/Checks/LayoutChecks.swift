import Database
import MemoryModel

/// What can be wrong with partitions and with servers that memories are spread over.
extension Check {
  /// Those of the layout, in the order in which they are made.
  static let ofLayout = [
    nodesSilent, nodesPgvector, memoriesUndistributed, triggersOnNodes, partitionsForeign, partitionsSkewed,
  ]

  package static let nodesSilent = Check(
    "nodes_silent", .error, "servers of the cluster do not answer: their users' memories cannot be had",
    fix: "nothing: start them", of: .silentNodes)

  package static let nodesPgvector = Check(
    "nodes_pgvector", .error, "servers of the cluster have another pgvector than this one",
    fix: "update the extension on all of them", of: .nodeVersions)

  package static let memoriesUndistributed = Check(
    "memories_undistributed", .error, "the memories were spread over servers, and stand in one table now",
    fix: "nothing: `schema --layout citus`",
    finds: { store in
      guard try store.recordedLayout()?.layout == .citus else { return try store.clusterFinding([]) }
      return try store.state().layout == .citus ? [] : ["memories"]
    }, rebuilds: { _, _ in })

  package static let triggersOnNodes = Check(
    "triggers_on_nodes", .error, "Citus is not told to hand triggers to its servers: undo and reembed fail",
    fix: "set it for the database", of: .triggersOnNodes)

  package static let partitionsForeign = Check(
    "partitions_foreign", .error, "partitions stand on other servers (postgres_fdw), where memsh does not write",
    fix: "nothing: several servers are for Citus", of: .foreignPartitions)

  package static let partitionsSkewed = Check(
    "partitions_skewed", .warning, "a partition or shard has more than four times the rows of the others",
    fix: "nothing: more of them (`schema --layout LAYOUT --shards N`), if it is not one user's", of: .skewedParts)
}

extension MemoryStore {
  /// A finding where there can be one: on a database with Citus; nil on any other.
  fileprivate func clusterFinding(_ objects: [String]) throws -> [String]? {
    try state().citusVersion == nil ? nil : objects
  }
}
