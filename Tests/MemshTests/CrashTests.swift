import Database
import Foundation
import MemoryModel
import MemoryServices
import TestSupport
import Testing

/// Whatever ends a migration in the middle, its store holds all of it or nothing, and the next run completes it.
@Suite(.serialized) struct CrashTests {
  private static let rows = 1_500

  /// A file large enough that a run takes long enough to be killed at many places.
  private func source(in world: World, dimensions: Int = 96) throws -> String {
    let path = world.folder.file("source.db")
    let made = try world.memsh.runShell(
      "python3 \(Memsh.package)/scripts/make-sample \(path) --rows \(CrashTests.rows) --dimensions \(dimensions) "
        + "--embedded 100 --no-awkward")
    #expect(made.status == 0, "\(made.errors)")
    return path
  }

  private static let options = "-q migrate --embeddings keep --index hnsw"

  /// The number of memories, which must be none or all, with a ledger that says the same.
  private func storedRows(_ world: World) throws -> Int {
    let tables: (count: String, ledger: String)
    if let database = world.database {
      guard try database.value("SELECT to_regclass('memories') IS NOT NULL") == "true" else { return 0 }
      tables = (
        try database.value("SELECT count(*) FROM memories") ?? "",
        try database.value("SELECT count(*) FROM memsh.run_rows WHERE table_name = 'memories'") ?? ""
      )
    } else {
      guard FileManager.default.fileExists(atPath: world.store),
        try world.folder.rows("store.db", "SELECT count(*) FROM sqlite_master WHERE name = 'memories'") == ["1"]
      else { return 0 }
      tables = (
        try world.folder.rows("store.db", "SELECT count(*) FROM memories")[0],
        try world.folder.rows("store.db", "SELECT count(*) FROM memsh_run_rows WHERE table_name = 'memories'")[0]
      )
      #expect(try world.folder.rows("store.db", "PRAGMA integrity_check") == ["ok"])
    }
    #expect(tables.count == tables.ledger)
    return Int(tables.count) ?? -1
  }

  private func completes(_ world: World, _ source: String) throws {
    let result = try world.run("-q", "migrate", "--from", source, "--embeddings", "keep", "--index", "hnsw")
    #expect(result.status == 0, "\(result.errors)")
    #expect(try storedRows(world) == CrashTests.rows)
  }

  @Test("killed at twenty places", arguments: World.Kind.allCases)
  func isKilled(kind: World.Kind) throws {
    let measured = try World(kind)
    let started = Date()
    try completes(measured, try source(in: measured))
    let duration = Date().timeIntervalSince(started)

    var world = try World(kind)
    var path = try source(in: world)
    var outcomes: [Int] = []
    for point in 0..<20 {
      let seconds = duration * (Double(point) + 0.5) / 20
      _ = try world.memsh.runShell(
        "\"$MEMSH\" -d \(world.store) \(CrashTests.options) --from \(path) & pid=$!; sleep \(seconds); "
          + "kill -KILL $pid; wait $pid")
      let found = try storedRows(world)
      outcomes.append(found)
      #expect(found == 0 || found == CrashTests.rows)
      if found > 0 {
        world = try World(kind)
        path = try source(in: world)
      }
    }
    #expect(outcomes.contains(0), "no run was killed in the middle")
    try completes(world, path)
  }

  @Test("a search that is killed while it writes the file of vectors leaves nothing that is believed")
  func isKilledWritingVectors() throws {
    let world = try World()
    _ = try world.run("--embedder", "hash", "-c", "schema --create")
    // Random bytes: some of the numbers are none.
    try world.folder.sqlite(
      "store.db",
      """
      WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 30000)
      INSERT INTO memories (user_id, content, embedding) SELECT 'u', 'memory ' || i, randomblob(1024) FROM n;
      UPDATE memories SET embedding = (SELECT embedding FROM memories WHERE id = 10) WHERE id IN (20, 29999);
      UPDATE memories SET embedding = CAST(zeroblob(1020) || x'0000803f' AS BLOB) WHERE id % 1000 = 5;
      """)
    func remove() {
      for name in ["store.db-vectors", "store.db-vectors.new"] {
        try? FileManager.default.removeItem(atPath: world.folder.file(name))
      }
    }
    var interrupted = 0
    for point in 1...10 {
      remove()
      _ = try world.memsh.runShell(
        "\"$MEMSH\" -d \(world.store) search --similar-to 5 & pid=$!; sleep \(Double(point) * 0.03); "
          + "kill -KILL $pid; wait $pid")
      interrupted += FileManager.default.fileExists(atPath: world.folder.file("store.db-vectors.new")) ? 1 : 0
      guard case .array(let hits) = try world.json("search", "--similar-to", "5", "--limit", "29") else {
        Issue.record("no answer after a kill")
        return
      }
      let found = hits.compactMap { $0[key: "id"]?.doubleValue }
      let wanted = (1...29).map { Double($0) * 1_000 + 5 }
      #expect(found == wanted)
      #expect(FileManager.default.fileExists(atPath: world.folder.file("store.db-vectors")))
      #expect(!FileManager.default.fileExists(atPath: world.folder.file("store.db-vectors.new")))
    }
    #expect(interrupted > 0, "no search was killed while it wrote")
  }

  @Test("the connection is cut at places spread over a run")
  func isCut() throws {
    let world = try World(.postgres)
    let database = try #require(world.database)
    let path = try source(in: world)
    for limit in [50, 1_000, 5_000, 20_000, 100_000, 200_000, 400_000, 600_000] {
      let proxy = try CuttingProxy(to: database.port, cuttingAfterBytes: limit)
      defer { proxy.stop() }
      let url = database.url.replacing(":\(database.port)/", with: ":\(proxy.port)/")
      let result = try world.memsh.run(["-d", url, "-q", "migrate", "--from", path, "--embeddings", "keep"])
      #expect(result.status == 3, "after \(limit) bytes: \(result.errors)")
      #expect(try storedRows(world) == 0)
    }
    try completes(world, path)
  }

  @Test("the server stops at once at places spread over a run")
  func losesServer() throws {
    let world = try World(.postgres)
    let path = try source(in: world)
    let server = "\(Memsh.package)/scripts/postgres"
    let environment = ProcessInfo.processInfo.environment
    func shell(_ line: String) throws -> Memsh.Result {
      try world.memsh.run(
        ["-c", line], environment: environment.merging(["MEMSH": Memsh.binary]) { _, own in own },
        executable: "/bin/bash")
    }
    defer { _ = try? shell("\(server) remove --name crash") }
    for delay in [0.05, 0.2, 0.4, 0.7] {
      let url = try shell("\(server) start --name crash").output.trimmingCharacters(in: .whitespacesAndNewlines)
      let result = try shell(
        "\"$MEMSH\" -d \(url) \(CrashTests.options) --from \(path) & pid=$!; sleep \(delay); "
          + "\(server) crash --name crash; wait $pid; echo status=$?")
      let isFinished = result.output.contains("status=0")
      #expect(isFinished || result.output.contains("status=3"), "\(result.output) \(result.errors)")
      let again = try shell("\(server) start --name crash; \"$MEMSH\" -d \(url) -q --output json stats")
      if isFinished { break }
      #expect(!again.output.contains("\"total\": \(CrashTests.rows)"))
    }
    let url = try shell("\(server) start --name crash").output.trimmingCharacters(in: .whitespacesAndNewlines)
    let last = try shell(
      "\"$MEMSH\" -d \(url) \(CrashTests.options) --from \(path) && \"$MEMSH\" -d \(url) --output jsonl stats")
    #expect(last.output.contains("\"memories\":{\"total\":\(CrashTests.rows),"), "\(last.errors)")
  }

  @Test(
    "the server's disk is full",
    .enabled(if: getuid() == 0 && !TestDatabase.isCluster, "only root can make a small disk, and for one server"))
  func fillsDisk() throws {
    let disk = try TestFolder()
    func shell(_ line: String) throws -> Memsh.Result { try Memsh(in: disk).runShell(line) }
    let mounted = try shell(
      "mount -t tmpfs -o size=24m tmpfs \(disk.path) && mkdir \(disk.path)/space && chmod 777 \(disk.path)/space "
        + "&& chown \"$(ps -o user= -C postgres | head -n 1)\" \(disk.path)/space")
    #expect(mounted.status == 0, "\(mounted.errors)")
    defer { _ = try? shell("umount -l \(disk.path)") }
    let admin = try TestDatabase()
    let space = "space_" + UUID().uuidString.prefix(8).lowercased()
    try admin.connect().execute(unsafeSQL: "CREATE TABLESPACE \(space) LOCATION '\(disk.path)/space'")
    defer { try? admin.connect().execute(unsafeSQL: "DROP TABLESPACE \(space)") }
    do {
      let folder = try TestFolder()
      let database = try TestDatabase(options: "TABLESPACE \(space)")
      let world = World(folder: folder, database: database)
      let path = try source(in: world, dimensions: 1_536)
      let result = try world.run("--output", "jsonl", "-q", "migrate", "--from", path, "--embeddings", "keep")
      #expect(result.status == 1)
      #expect(result.errors.contains("\"code\":\"disk_full\""), "\(result.errors)")
      #expect(try storedRows(world) == 0)
      _ = try shell("mount -o remount,size=256m \(disk.path)")
      try completes(world, path)
    }
  }

  @Test("two migrates at once leave each row once", arguments: World.Kind.allCases)
  func runsTwice(kind: World.Kind) throws {
    let world = try World(kind)
    let path = try source(in: world)
    let command = "\"$MEMSH\" -d \(world.store) \(CrashTests.options) --from \(path)"
    let result = try world.memsh.runShell(
      "\(command) & first=$!; \(command) & second=$!; wait $first; echo $?; wait $second; echo $?")
    #expect(result.output.split(separator: "\n").filter { $0 == "0" }.count == 2, "\(result.errors)")
    #expect(try storedRows(world) == CrashTests.rows)
  }

  @Test(
    "what changes the tables waits for a migration, and says so",
    arguments: ["seed", "schema --create", "reembed --yes"])
  func waits(command: String) throws {
    let world = try World(.postgres)
    #expect(try world.run("-q", "seed").status == 0)
    world.database?.hold("SELECT pg_advisory_xact_lock(x'6D656D7368'::bigint)", seconds: 2)
    let result = try world.memsh.runShell("\"$MEMSH\" -d \(world.store) \(command)")
    #expect(result.status == 0, "\(result.errors)")
    #expect(result.errors.contains("another migration into this store is running"))
  }

  @Test("--no-wait fails while another migration runs")
  func doesNotWait() throws {
    let world = try World(.postgres)
    let holder = try world.database?.connect()
    try holder?.execute(unsafeSQL: "BEGIN; SELECT pg_advisory_xact_lock(x'6D656D7368'::bigint)")
    let result = try world.run(
      "--output", "jsonl", "-q", "migrate", "--from", try world.folder.legacyFile(), "--no-wait")
    #expect(result.status == 1)
    #expect(result.errors.contains("\"code\":\"store_busy\""))
    withExtendedLifetime(holder) {}
  }
}
