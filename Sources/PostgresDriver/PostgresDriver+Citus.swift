import Database
import MemoryModel
import PostgresClient

/// What Citus tells of the servers that memories are spread over.
extension PostgresDriver {
  /// A server of the cluster.
  struct ClusterNode {
    /// `host:port`.
    let name: String
    /// Whether it has answered.
    let answers: Bool
    /// What it has answered, or why it has not.
    let text: String
  }

  /// How many servers hold shards.
  ///
  /// - Throws: `store_failed` where there is no Citus, or no server of it.
  func requireNodes() throws -> Int {
    guard try state().citusVersion != nil else {
      throw MemshError(
        .storeFailed, "the database \(identity.name) has no Citus",
        hint: "on every server: CREATE EXTENSION citus; then on this one, for each other: "
          + "SELECT citus_add_node('host', 5432); or use `--layout partitioned`, which needs nothing")
    }
    let nodes = try query(
      """
      SELECT pg_catalog.count(*) FROM pg_catalog.pg_dist_node
      WHERE isactive AND shouldhaveshards AND noderole::text = 'primary'
      """
    ).first?.integer(0)
    guard let nodes, nodes > 0 else {
      throw MemshError(
        .storeFailed, "Citus knows no server that may hold memories",
        hint: "for each of them: SELECT citus_add_node('host', 5432)")
    }
    return Int(nodes)
  }

  /// The shards of the memories, with the servers that they stand on.
  func shards() throws -> [LayoutPart] {
    let command = "SELECT pg_catalog.count(*) || ' ' || pg_catalog.pg_total_relation_size('%1$s') FROM %1$s"
    var counts: [Int64: (rows: Int64?, bytes: Int64?)] = [:]
    for row in try query("SELECT shardid, success, result FROM run_command_on_shards('memories', \(command))").rows {
      guard let shard = try row.integer(0), try row.boolean(1) == true else { continue }
      let numbers = try (row.text(2) ?? "").split(separator: " ").map { Int64($0) }
      if numbers.count == 2 { counts[shard] = (numbers[0], numbers[1]) }
    }
    return try query(
      """
      SELECT s.shardid, pg_catalog.concat('memories_', s.shardid), pg_catalog.concat(n.nodename, ':', n.nodeport)
      FROM pg_catalog.pg_dist_shard AS s JOIN pg_catalog.pg_dist_placement AS p ON p.shardid = s.shardid
        JOIN pg_catalog.pg_dist_node AS n ON n.groupid = p.groupid AND n.noderole::text = 'primary'
      WHERE s.logicalrelid = pg_catalog.to_regclass('memories') ORDER BY s.shardid
      """
    ).rows.map { row in
      let count = counts[try row.integer(0) ?? 0]
      return LayoutPart(
        name: try row.text(1) ?? "", node: try row.text(2), rows: count?.rows, bytes: count?.bytes)
    }
  }

  /// What the distributed table and its indexes take on all servers, by name.
  func bytesOnNodes() throws -> [String: Int64] {
    var bytes: [String: Int64] = [:]
    bytes[Table.memories.name] = try query("SELECT citus_total_relation_size('memories')").first?.integer(0)
    let command = """
      SELECT pg_catalog.string_agg(i.relname || ' ' || pg_catalog.pg_relation_size(i.oid), E'\\n')
      FROM pg_catalog.pg_index AS x JOIN pg_catalog.pg_class AS i ON i.oid = x.indexrelid WHERE x.indrelid = '%s'::regclass
      """
    for row in try query("SELECT shardid, success, result FROM run_command_on_shards('memories', \(command))").rows {
      guard let shard = try row.integer(0), try row.boolean(1) == true else { continue }
      for line in try (row.text(2) ?? "").split(separator: "\n") {
        guard let space = line.lastIndex(of: " "), let size = Int64(line[line.index(after: space)...]) else { continue }
        let name = String(line[..<space])
        let suffix = "_\(shard)"
        bytes[name.hasSuffix(suffix) ? String(name.dropLast(suffix.count)) : name, default: 0] += size
      }
    }
    return bytes
  }

  /// Asks every server but this one.
  func ask(_ command: String) throws -> [ClusterNode] {
    try query(
      """
      SELECT pg_catalog.concat(nodename, ':', nodeport), success, result FROM run_command_on_workers(\(command)) ORDER BY 1
      """
    ).rows.map { row in
      ClusterNode(
        name: try row.text(0) ?? "", answers: try row.boolean(1) ?? false, text: try row.text(2) ?? "")
    }
  }

  /// Creates pgvector on the servers that lack it.
  func ensureVectorOnNodes() throws {
    let missing = try ask("SELECT pg_catalog.count(*) FROM pg_catalog.pg_extension WHERE extname = 'vector'")
      .contains { $0.answers && $0.text == "0" }
    guard missing else { return }
    let failed = try ask("CREATE EXTENSION IF NOT EXISTS vector").first { !$0.answers }
    if let failed {
      throw MemshError(
        .pgvectorMissing, "pgvector cannot be created on \(failed.name): \(failed.text)",
        hint: "install it there, then `ensure-vector`")
    }
  }

  /// Gives every server the newest pgvector that it has. The others come first: where a transaction has changed the
  /// extension they would wait for its end.
  func updateVectorOnNodes() throws {
    _ = try ask("ALTER EXTENSION vector UPDATE")
    try query("ALTER EXTENSION vector UPDATE")
  }

  // MARK: What can be wrong

  func silentNodes() throws -> [String]? {
    guard try state().layout == .citus else { return nil }
    return try ask("SELECT 1").filter { !$0.answers }.map(\.name)
  }

  func otherVectorVersions() throws -> [String]? {
    let state = try state()
    guard state.layout == .citus else { return nil }
    let own = state.vectorExtension?.version ?? ""
    return try ask("SELECT extversion FROM pg_catalog.pg_extension WHERE extname = 'vector'")
      .filter { $0.answers && $0.text != own }
      .map { "\($0.name) has \($0.text.isEmpty ? "none" : $0.text), this server \(own)" }
  }

  func missingTriggerSetting() throws -> [String]? {
    guard try state().layout == .citus else { return nil }
    let isOn = try query("SELECT pg_catalog.current_setting('citus.enable_unsafe_triggers', true)").first?.text(0)
    return isOn == "on" ? [] : ["citus.enable_unsafe_triggers is off"]
  }

  /// Partitions that have far more rows than the others.
  func skewedPartitions() throws -> [String]? {
    let state = try state()
    guard state.layout != .single, state.isByUser else { return nil }
    let parts = try parts(in: state).compactMap { part in part.rows.map { (name: part.name, rows: $0) } }
    let total = parts.map(\.rows).reduce(0, +)
    guard parts.count > 1 else { return [] }
    return parts.filter { part in
      part.rows >= PostgresDriver.rowsWorthSpreading
        && part.rows * Int64(parts.count) > total * PostgresDriver.skewMaximum
    }.map { "\($0.name): \($0.rows) of \(total) rows" }
  }

  private static let rowsWorthSpreading: Int64 = 10_000
  /// So many times the mean a part may have.
  private static let skewMaximum: Int64 = 4

  func foreignPartitions() throws -> [String]? {
    let state = try state()
    guard state.layout == .partitioned else { return nil }
    return state.partitions.filter(\.isForeign).map(\.name)
  }
}
