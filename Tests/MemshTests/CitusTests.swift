import Foundation
import MemoryModel
import TestSupport
import Testing

/// What could be wrong on a cluster without an error. `scripts/test` runs it where `MEMSH_CITUS` names an installation.
@Suite(.enabled(if: TestDatabase.isCluster, "no Citus: see scripts/cluster"))
struct CitusTests {
  private func world(rows: Int) throws -> World {
    let world = try World(.postgres)
    try world.expect("schema", "--create")
    if rows > 0 { try world.fill(rows) }
    return world
  }

  /// How many tables Citus looks after.
  private func distributed(_ world: World) throws -> String? {
    try #require(world.database).value("SELECT count(*) FROM citus_tables WHERE table_name::text = 'memories'")
  }

  @Test("what empties the tables keeps the shards, and so does a reembed to another length")
  func keepsShards() throws {
    let world = try world(rows: 60)
    _ = try world.folder.legacyFile()
    try world.expect("backup", "whole.db")
    try world.expect("restore", "whole.db")
    #expect(try distributed(world) == "1")
    let result = try world.unattended(["-c", "set dimensions 64; reembed; undo"])
    #expect(result.status == 0, "\(result.errors)")
    #expect(try world.parts() == (6, 60))
    try world.expect("migrate", "--from", "legacy.db", "--max-rejected", "all", "--force-recreate", "--skip-test")
    #expect(try distributed(world) == "1")
  }

  @Test("sizes are those of all servers, and settings reach them")
  func reaches() throws {
    let world = try world(rows: 0)
    try world.change(
      """
      INSERT INTO memories (user_id, content, embedding) SELECT 'user' || g % 10, 'memory ' || g, (
        SELECT array_agg((random() - 0.5)::real) FROM generate_series(1, 256) WHERE g = g)::vector
      FROM generate_series(1, 9000) AS g
      """)
    let total = try #require(world.database).value("SELECT citus_total_relation_size('memories')")
    let sizes = try #require(try world.json("stats", "--index").arrayValue)
    let memories = sizes.first { $0[key: "name"] == .string("memories") }?[key: "bytes"]?.integerValue
    #expect(memories.map(String.init) == total)
    let steps = try #require(try world.json("recall", "--sample", "40")[key: "steps"]?.arrayValue)
    let recalls = steps.compactMap { $0[key: "recall"]?.doubleValue }
    #expect(Set(recalls).count > 1, "\(recalls)")
    let doctor = try world.json("doctor", "nodes_silent", "nodes_pgvector", "triggers_on_nodes")
    #expect(doctor[key: "findings"] == .array([]))
  }

  @Test("the servers' own logs show that the vector index answers, by the settings of the search")
  func settingsReachPlans() throws {
    let world = try world(rows: 600)
    let logs = try logs(world) {
      let hits = try world.json("search", "--similar-to", "7", "--limit", "5").arrayValue
      #expect(hits?.count == 5)
    }
    for log in logs {
      let plans = log.split(separator: "memories_embedding_idx_").count - 1
      #expect(plans > 0, "no index scan on a server: \(log)")
      for session in CitusTests.sessions(log) {
        guard let scan = session.firstRange(of: "Index Scan using memories_embedding_idx_") else { continue }
        let before = session[..<scan.lowerBound]
        #expect(before.contains("SET LOCAL hnsw.ef_search = 100"), "\(before)")
        #expect(before.contains("SET LOCAL hnsw.iterative_scan = relaxed_order"), "\(before)")
      }
    }
  }

  @Test("what is asked of one user asks one shard")
  func asksOneShard() throws {
    let world = try world(rows: 600)
    for command in [["list"], ["search", "memory number 7", "--mode", "semantic"], ["stats"]] {
      let logs = try logs(world) {
        let result = try world.unattended(command + ["--user", "user3"])
        #expect(result.status == 0, "\(result.errors)")
      }
      let shards = logs.flatMap { log in
        CitusTests.sessions(log).filter { $0.contains("user3") }
          .flatMap { $0.matches(of: /memories_1[0-9]{5}/).map { String($0.0) } }
      }
      #expect(Set(shards).count == 1, "\(command): \(Set(shards))")
    }
  }

  /// What the other servers write into their logs while `body` runs: all statements and their plans.
  private func logs(_ world: World, _ body: () throws -> Void) throws -> [String] {
    let database = try #require(world.database)
    let nodes = try database.connectToNodes()
    let settings = [
      "session_preload_libraries = 'auto_explain'", "auto_explain.log_min_duration = 0", "log_statement = 'all'",
    ]
    for node in nodes {
      try node.execute(unsafeSQL: "SET citus.enable_ddl_propagation = off")
      for setting in settings { try node.execute(unsafeSQL: "ALTER DATABASE \(database.name) SET \(setting)") }
    }
    let ends = try nodes.map { node in
      try node.query(unsafeSQL: "SELECT size FROM pg_stat_file('server.log')").first?.integer(0) ?? 0
    }
    try body()
    return try zip(nodes, ends).map { node, end in
      try node.query(unsafeSQL: "SELECT pg_read_file('server.log', \(end), 10000000)").first?.text(0) ?? ""
    }
  }

  /// What each session has written into a server's log.
  private static func sessions(_ log: String) -> [String] {
    var (sessions, current) = ([Substring: String](), Substring())
    for line in log.split(separator: "\n") {
      if let entry = line.firstMatch(of: /^[-0-9]+ [.:0-9]+ [A-Z]+ \[([0-9]+)\]/) { current = entry.1 }
      sessions[current, default: ""] += line + "\n"
    }
    return Array(sessions.values)
  }

  @Test("every answer is right while another server joins and takes shards over")
  func growsWhileRead() throws {
    let world = try World(.postgres)
    let database = try #require(world.database)
    let port = try #require(try database.value("SELECT max(nodeport) FROM pg_dist_node WHERE groupid > 0"))
    func servers() throws -> String? {
      try database.value("SELECT count(DISTINCT nodeport) FROM citus_shards WHERE table_name = 'memories'::regclass")
    }
    try world.change("SELECT citus_remove_node('127.0.0.1', \(port))")
    try world.expect("schema", "--create")
    try world.fill(600)
    #expect(try servers() == "2")
    let searches = (1...100).map { number in
      "search --similar-to \(number * 6) --exact --limit 5" + (number % 2 == 0 ? " --user user\(number % 10)" : "")
    }
    func answers() throws -> String {
      let result = try world.unattended(["-q", "--output", "jsonl", "-c", searches.joined(separator: "\n")])
      #expect(result.status == 0 && result.errors.isEmpty, "\(result.errors)")
      return result.output
    }
    let right = try answers()
    #expect(right.split(separator: "\n").count == 500)
    try world.change("SELECT citus_add_node('127.0.0.1', \(port))")
    try world.change("SELECT citus_rebalance_start(shard_transfer_mode => 'force_logical')")
    var (rounds, state) = (0, try database.value("SELECT state FROM citus_rebalance_status()"))
    #expect(state == "scheduled" || state == "running", "\(state ?? "")")
    while state == "scheduled" || state == "running" {
      #expect(try answers() == right)
      rounds += 1
      state = try database.value("SELECT state FROM citus_rebalance_status()")
    }
    #expect(state == "finished" && rounds > 0)
    #expect(try servers() == "3")
    #expect(try answers() == right)
  }

  @Test("to one table and back")
  func goesAndComes() throws {
    let world = try world(rows: 60)
    let rows = try #require(world.database).dump("memories")
    try world.expect("schema", "--layout", "single")
    #expect(try distributed(world) == "0")
    #expect(try #require(world.database).dump("memories") == rows)
    try world.expect("schema", "--layout", "citus", "--shards", "4")
    #expect(try world.parts() == (4, 60))
    #expect(try #require(world.database).dump("memories") == rows)
  }
}
