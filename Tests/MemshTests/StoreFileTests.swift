import Foundation
import TestSupport
import Testing

/// The file of a SQLite store as others find it: whole, private, no larger than it must be.
@Suite struct StoreFileTests {
  private static let begin = "schema --create; add 'one memory' --user ada; "
  private static let forEver =
    "sql 'WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n'"

  /// Everything is in the one file, and another store is made of it.
  private func expectWhole(_ world: World) throws {
    let names = try FileManager.default.contentsOfDirectory(atPath: world.folder.path).filter { $0.hasPrefix("store") }
    #expect(names == ["store.db"])
    try FileManager.default.copyItem(atPath: world.store, toPath: world.folder.file("copy.db"))
    #expect(try world.folder.rows("copy.db", "SELECT content FROM memories") == ["one memory"])
  }

  @Test(
    "whatever ends memsh, the file alone is the store",
    arguments: [
      ("", 0), ("nonsense", 2), ("list --sort", 2), ("delete 99 --yes", 1), ("assert 1 = 2", 4), ("quit", 0),
      ("connect --create other.db; schema --create", 0), ("connect 'postgresql://127.0.0.1:1/x'", 3),
    ])
  func closes(command: String, status: Int32) throws {
    let world = try World()
    let begun = try world.run("-q", "--embedder", "hash", "-c", StoreFileTests.begin)
    #expect(begun.status == 0, "\(begun.errors)")
    let result = try world.run("-q", "--embedder", "hash", "-c", "edit 1 --importance 0.4; " + command)
    // A script that cannot be read does nothing.
    #expect(result.status == status || status == 3 && result.status != 0, "\(result.status) \(result.errors)")
    try expectWhole(world)
    let other = try FileManager.default.contentsOfDirectory(atPath: world.folder.path)
    #expect(!other.contains { $0.hasSuffix("-wal") || $0.hasSuffix("-shm") }, "\(other)")
  }

  @Test("signals", arguments: [("INT", 130), ("TERM", 143), ("HUP", 129)])
  func closesOnSignals(signal: String, status: Int) throws {
    let world = try World()
    let result = try world.memsh.runShell(
      """
      ulimit -t 20
      "$MEMSH" -q --embedder hash -d store.db -c "\(StoreFileTests.begin)" -c "echo begun; \(StoreFileTests.forEver)" > out &
      memsh=$!
      for i in $(seq 200); do grep -q begun out && break; sleep 0.05; done
      sleep 0.3; kill -\(signal) $memsh; wait $memsh; echo status=$?
      """)
    #expect(result.output.contains("status=\(status)"), "\(result.output) \(result.errors)")
    try expectWhole(world)
  }

  @Test("closing the terminal of an idle session", arguments: [(SIGHUP, 129), (SIGTERM, 143)])
  func closesOnHangUp(signal: Int32, status: Int) throws {
    let world = try World()
    let terminal = try Terminal(
      "sh -c 'echo $$ > pid; exec \"$MEMSH\" -q --no-rc --embedder hash -d store.db'", in: world.folder)
    try terminal.wait(for: "> ")
    for command in ["schema --create", "add 'one memory' --user ada", "echo be''gun"] { try terminal.enter(command) }
    try terminal.wait(for: "begun")
    _ = try world.memsh.runShell("kill -\(signal) $(cat pid)")
    try terminal.wait(for: "[status \(status)]")
    try expectWhole(world)
  }

  @Test("the cache of vectors is closed, too")
  func closesCache() throws {
    let world = try World()
    let server = try EmbeddingServer()
    let result = try world.memsh.run(
      ["-d", world.store, "-q", "--embedder", "openai", "-c", "set dimensions 8", "-c", StoreFileTests.begin],
      environment: ["OPENAI_BASE_URL": server.url, "OPENAI_API_KEY": "sk-x"])
    #expect(result.status == 0, "\(result.errors)")
    let names = try FileManager.default.subpathsOfDirectory(atPath: world.folder.path)
    #expect(names.contains { $0.hasSuffix("embeddings.db") } && !names.contains { $0.hasSuffix("-wal") }, "\(names)")
  }

  private func mode(_ path: String) throws -> String {
    let attributes = try FileManager.default.attributesOfItem(atPath: path)
    return String((attributes[.posixPermissions] as? NSNumber)?.intValue ?? 0, radix: 8)
  }

  @Test("files are their owner's only, whatever the umask; a store keeps the mode that somebody gave it")
  func isPrivate() throws {
    let world = try World()
    func run(_ commands: String) throws {
      let result = try world.memsh.runShell(
        "umask 022; \"$MEMSH\" -q -y --embedder hash -c \"\(commands)\"")
      #expect(result.status == 0, "\(result.errors)")
    }
    let store = world.folder.file("data/memsh/memory.db")
    try run(StoreFileTests.begin + "backup b.db; export e.db; restore b.db")
    for folder in ["data", "data/memsh", "state/memsh", "state/memsh/backups"] {
      #expect(try mode(world.folder.file(folder)) == "700", "\(folder)")
    }
    for file in ["data/memsh/memory.db", "b.db", "e.db"] {
      #expect(try mode(world.folder.file(file)) == "600", "\(file)")
    }
    let backups = try FileManager.default.contentsOfDirectory(atPath: world.folder.file("state/memsh/backups"))
    for backup in backups { #expect(try mode(world.folder.file("state/memsh/backups/" + backup)) == "600") }
    #expect(!backups.isEmpty)
    chmod(store, 0o640)
    // Enough rows for a file of vectors.
    try world.folder.sqlite(
      "data/memsh/memory.db",
      """
      WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2500)
      INSERT INTO memories (user_id, content, embedding) SELECT 'u', 'row ' || i, randomblob(1024) FROM n
      """)
    let listed = try world.memsh.runShell(
      """
      umask 022
      "$MEMSH" -q search --similar-to 1 >/dev/null
      ls data/memsh
      "$MEMSH" -q -y restore b.db >/dev/null
      """)
    #expect(listed.output.contains("memory.db-vectors"), "\(listed.output) \(listed.errors)")
    #expect(try mode(store) == "640")
    #expect(try mode(store + "-vectors") == "640")
  }

  @Test("a long transaction leaves no large log behind, even in a session that goes on")
  func boundsLog() throws {
    let world = try World()
    let path = try world.folder.plainLegacyFile(rows: 20_000)
    let result = try world.run(
      "-q", "-y", "--embedder", "hash", "-c",
      "migrate --from \(path) --skip-test; output json; stats --index; reembed; stats --index")
    #expect(result.status == 0, "\(result.errors)")
    let log = try #require(result.output.components(separatedBy: "store.db-wal").last)
    let bytes = try #require(log.firstMatch(of: /"bytes": *([0-9]+)/).flatMap { Int($0.1) })
    #expect(result.output.contains("store.db-wal") && bytes <= 20 << 20, "\(bytes)")
  }

  private static let isRoot = getuid() == 0

  @Test("a full disk gets its room back", .enabled(if: isRoot, "only root can make a small disk"))
  func givesBackRoom() throws {
    let world = try World()
    let path = try world.folder.plainLegacyFile(rows: 6_000)
    #expect(
      try world.run("-q", "-y", "--embedder", "hash", "migrate", "--from", path, "--skip-test").status == 0)
    let size = (try FileManager.default.attributesOfItem(atPath: world.store)[.size] as? NSNumber)?.intValue ?? 0
    let result = try world.memsh.runShell(
      """
      mkdir disk && mount -t tmpfs -o size=$((\(size) + 4000000)) tmpfs disk && cp store.db disk/k.db && cd disk
      free() { stat -f -c %a .; }
      before=$(free)
      for command in reembed 'backup b.db' 'export e.db' 'restore ../store.db'; do
        "$MEMSH" -q -y --embedder hash -d k.db -c "$command" >/dev/null 2>errors; echo "$command: $?"; cat errors
        [ $(free) -ge $((before - 16)) ] || echo "lost room: $before $(free) $(ls -l)"
      done
      "$MEMSH" -q -d k.db sql "SELECT count(*) FROM memories WHERE embedding IS NOT NULL"
      ls; cd ..; umount disk
      """)
    #expect(result.output.contains("the disk is full"), "\(result.output)")
    #expect(!result.output.contains("lost room"), "\(result.output)")
    #expect(result.output.contains("\n6000\n") && result.output.hasSuffix("errors\nk.db\n"), "\(result.output)")
  }

  @Test("a store where nothing can be written can be read", .enabled(if: isRoot, "only root can mount"))
  func readsOnly() throws {
    let world = try World()
    #expect(try world.run("-q", "--embedder", "hash", "-c", StoreFileTests.begin).status == 0)
    func onReadOnlyDisk(_ command: String) throws -> Memsh.Result {
      try world.memsh.runShell(
        """
        mkdir -p disk && cp store.db* disk && export MEMSH
        unshare -m bash -c 'mount --bind disk disk; mount -o remount,ro,bind disk
          "$MEMSH" -q -y --embedder hash -d disk/store.db \(command)'
        """)
    }
    for command in [
      "list", "stats", "search memory", "doctor", "users", "export e.jsonl", "export e.db", "backup b.db",
      "migrate --from disk/store.db --dry-run", "schema",
    ] {
      let result = try onReadOnlyDisk(command)
      let isRefused = command.hasPrefix("migrate")
      #expect(result.status == 0 || isRefused, "\(command): \(result.errors)")
      #expect(!result.output.contains("journal_mode"), "\(command): \(result.output)")
    }
    let writing = try onReadOnlyDisk("add more --user ada")
    #expect(writing.errors.contains("cannot be written"), "\(writing.errors)")
    // A process that was killed leaves a log that only somebody who may write can read.
    _ = try world.memsh.runShell(
      "python3 -c \"import os, sqlite3; c = sqlite3.connect('store.db'); "
        + "c.execute('INSERT INTO memories (user_id, content) VALUES (1, 2)'); c.commit(); os._exit(0)\"; rm store.db-shm"
    )
    let logged = try onReadOnlyDisk("list")
    #expect(logged.status == 1 || logged.status == 3)
    #expect(logged.errors.contains("store.db-wal holds changes that cannot be read here"), "\(logged.errors)")
  }
}
