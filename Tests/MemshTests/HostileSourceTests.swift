import Foundation
import MemoryModel
import TestSupport
import Testing

/// Damaged and hostile stores of other systems through `migrate --dry-run`: an error or rejected rows, never a signal, a hang
/// or much memory.
@Suite(.deadline(minutes: 10)) struct HostileSourceTests {
  /// Flipped bits of a fixture, shared by its files.
  private static let flips = 200
  private static let cuts = 20
  private static let batch = 30
  private static let batchSeconds = 60
  private static let peakKilobytes = 300 << 10

  /// A file of a fixture's store, by its path within the fixture's folder.
  private struct Victim {
    let fixture: ForeignFixture
    let file: String
    let bytes: [UInt8]
    /// How many damaged copies of it are tried.
    var cases = cuts + flips
  }

  /// The files of all stores that are not the text of a database.
  private static func victims() throws -> [Victim] {
    var all: [Victim] = []
    for fixture in ForeignFixture.all where !fixture.isDump {
      let folder = "\(ForeignFixture.folder)/\(fixture.name)"
      var victims: [Victim] = []
      for file in try FileManager.default.subpathsOfDirectory(atPath: folder).sorted() where file != "truth.json" {
        // A folder has no contents.
        guard let data = FileManager.default.contents(atPath: "\(folder)/\(file)"), !data.isEmpty else { continue }
        victims.append(Victim(fixture: fixture, file: file, bytes: Array(data)))
      }
      for index in victims.indices { victims[index].cases = cuts + flips / victims.count }
      all += victims
    }
    return all
  }

  /// How a file is damaged: first it is cut at as many places, then bits are flipped.
  private static func damaged(_ victim: Victim, number: Int) -> [UInt8] {
    guard number >= cuts else { return Array(victim.bytes.prefix(victim.bytes.count * number / cuts)) }
    var (bytes, mutation) = (victim.bytes, Mutation(seed: UInt64(number)))
    bytes[mutation.number(below: bytes.count)] ^= 1 << UInt8(mutation.number(below: 8))
    return bytes
  }

  @Test("flipped bits and cut ends of every file")
  func damage() throws {
    let victims = try HostileSourceTests.victims()
    #expect(victims.count > 30)
    let end = Mutation.deadline(defaultSeconds: 90)
    // Every file gets its share before any gets more.
    for first in stride(from: 0, to: HostileSourceTests.cuts + HostileSourceTests.flips, by: HostileSourceTests.batch) {
      for victim in victims where first < victim.cases && (first == 0 || .now < end) {
        let world = try World()
        var paths: [String] = []
        for number in first..<min(first + HostileSourceTests.batch, victim.cases) {
          let copy = world.folder.file("case-\(number)")
          try FileManager.default.copyItem(atPath: "\(ForeignFixture.folder)/\(victim.fixture.name)", toPath: copy)
          try Data(HostileSourceTests.damaged(victim, number: number)).write(
            to: URL(fileURLWithPath: copy + "/" + victim.file))
          paths.append(copy + "/" + (victim.fixture.truth[key: "store"]?.stringValue ?? ""))
        }
        try HostileSourceTests.survives(
          paths, "\(victim.fixture.name), \(victim.file), from \(first)", options: victim.fixture.options, in: world)
      }
    }
  }

  /// Runs `migrate --dry-run` on each path, all in one process, and expects an answer for each.
  private static func survives(_ paths: [String], _ what: String, options: [String] = [], in world: World) throws {
    let lines = paths.map {
      "migrate --from '\($0)' --dry-run --embeddings auto --max-rejected all --output json "
        + options.joined(separator: " ")
    }
    let script = try world.script((["set on-error continue"] + lines).joined(separator: "\n") + "\n")
    // The peak is asked for as long as the process is there.
    let result = try world.memsh.run(
      [
        "-c",
        """
        timeout -s KILL \(batchSeconds) "$MEMSH" -q -d target.db --embedder hash -f '\(script)' & pid=$!
        while child=$(pgrep -P $pid | head -1) && kill -0 $pid 2>/dev/null; do
          grep -h VmHWM "/proc/${child:-$pid}/status" >> peaks 2>/dev/null; sleep 0.1
        done
        wait $pid
        """,
      ], environment: ["MEMSH": Memsh.binary], executable: "/bin/bash")
    let answers = count("\"dry_run\": true", in: result.output) + count("{\"code\":", in: result.errors)
    // 2: a damaged file may have lost the namespaces that an option names.
    #expect(
      (0...(options.isEmpty ? 1 : 2)).contains(result.status),
      "\(what): \(result.status) at number \(answers): \(result.errors.suffix(300))")
    #expect(answers == paths.count, "\(what): \(result.errors.suffix(300))")
    let peaks = (try? String(contentsOfFile: world.folder.file("peaks"), encoding: .utf8)) ?? ""
    let peak = peaks.split(separator: "\n").compactMap { Int($0.filter(\.isNumber)) }.max() ?? 0
    #expect(peak < peakKilobytes, "\(what): \(peak) kB")
  }

  private static func count(_ words: String, in text: String) -> Int { text.components(separatedBy: words).count - 1 }

  /// A copy of a fixture; `change` gets its name.
  private static func altered(
    _ fixture: String, in world: World, as name: String, _ change: (String) throws -> Void
  ) throws -> String {
    let found = try #require(ForeignFixture.all.first { $0.name == fixture })
    let copy = world.folder.file(name)
    try FileManager.default.copyItem(atPath: "\(ForeignFixture.folder)/\(fixture)", toPath: copy)
    try change(name)
    return copy + "/" + (found.truth[key: "store"]?.stringValue ?? "")
  }

  private static func files(_ folder: String, named name: String) -> [String] {
    (FileManager.default.subpaths(atPath: folder) ?? []).filter { $0.hasSuffix(name) }.map { folder + "/" + $0 }
  }

  @Test("pickles that would call something are refused, and nothing is called")
  func pickles() throws {
    let world = try World()
    let mark = world.folder.file("called")
    // posix.system("touch …"), in the opcodes of protocol 0 and of protocol 4.
    let command = HostileSourceTests.counted("touch \(mark)")
    let old: [Data] = [Data([0x80, 2]), Data("cposix\nsystem\n(X".utf8), command, Data("tR.".utf8)]
    let new: [Data] = [
      Data([0x80, 4, 0x8C, 5]), Data("posix".utf8), Data([0x8C, 6]), Data("system".utf8), Data([0x93, 0x58]), command,
      Data([0x85, 0x52, 0x2E]),
    ]
    let pickles = [old, new].map { Data($0.joined()) }
    var paths: [String] = []
    for (number, pickle) in pickles.enumerated() {
      for (fixture, name) in [
        ("mem0-0.1.118-faiss", "mem0.pkl"), ("chroma-0.5.23", "index_metadata.pickle"),
        ("chroma-1.5.9", "index_metadata.pickle"),
      ] {
        paths.append(
          try HostileSourceTests.altered(fixture, in: world, as: "\(fixture)-\(number)") { folder in
            for file in HostileSourceTests.files(world.folder.file(folder), named: name) {
              try pickle.write(to: URL(fileURLWithPath: file))
            }
          })
      }
      for fixture in ["mem0-0.1.118-qdrant", "mem0-2.2.1-qdrant"] {
        paths.append(
          try HostileSourceTests.altered(fixture, in: world, as: "\(fixture)-\(number)") { folder in
            let bytes = pickle.map { String(format: "%02x", $0) }.joined()
            try world.folder.sqlite(
              "\(folder)/qdrant/collection/mem0/storage.sqlite", "UPDATE points SET point = X'\(bytes)'")
          })
      }
    }
    try HostileSourceTests.survives(paths, "pickles", in: world)
    #expect(!FileManager.default.fileExists(atPath: mark))
  }

  /// A text behind its length in four bytes, little-endian.
  private static func counted(_ text: String) -> Data {
    var bytes = Data()
    for shift in stride(from: 0, to: 32, by: 8) { bytes.append(UInt8(truncatingIfNeeded: text.utf8.count >> shift)) }
    return bytes + Data(text.utf8)
  }

  @Test("numbers in the head of an HNSW index and of a FAISS index that are huge, negative or wrong")
  func headers() throws {
    let world = try World()
    var paths: [String] = []
    let values: [UInt64] = [.max, 1 << 63, 1 << 40, 1 << 31, 0, 7]
    for (fixture, name, places) in [
      ("chroma-0.5.23", "header.bin", stride(from: 4, to: 96, by: 8)),
      ("chroma-1.5.9", "header.bin", stride(from: 4, to: 96, by: 8)),
      ("mem0-2.2.1-faiss", "mem0.faiss", stride(from: 4, to: 45, by: 8)),
    ] {
      for place in places {
        for value in values {
          paths.append(
            try HostileSourceTests.altered(fixture, in: world, as: "\(fixture)-\(place)-\(value)") { folder in
              for file in HostileSourceTests.files(world.folder.file(folder), named: name) {
                var bytes = try Data(contentsOf: URL(fileURLWithPath: file))
                for index in 0..<8 where place + index < bytes.count {
                  bytes[place + index] = UInt8(truncatingIfNeeded: value >> (8 * UInt64(index)))
                }
                try bytes.write(to: URL(fileURLWithPath: file))
              }
            })
        }
      }
    }
    try HostileSourceTests.survives(paths, "heads", in: world)
  }

  /// Tables of SQLite fixtures that are replaced, with their file.
  private static let tables = [
    ("agno-3.1.10", "agno.db", "agno_memories"), ("llm-0.36", "embeddings.db", "embeddings"),
    ("langgraph-sqlite-3.1.2", "store.db", "store"), ("mcp-memory-service-12.4.0", "sqlite_vec.db", "memories"),
    ("chroma-1.5.9", "chroma/chroma.sqlite3", "embeddings"),
    ("mem0-2.2.1-qdrant", "qdrant/collection/mem0/storage.sqlite", "points"),
    ("sqlite-vec-0.1.9", "vec.db", "memories_rowids"),
  ]

  @Test("views and triggers, logs, deep metadata and wide tables")
  func tables() throws {
    let world = try World()
    var paths: [String] = []
    for (fixture, file, table) in HostileSourceTests.tables {
      let changes = [
        "ALTER TABLE \(table) RENAME TO real_one; CREATE VIEW \(table) AS SELECT * FROM real_one;",
        // A view without an end.
        "ALTER TABLE \(table) RENAME TO real_one; CREATE VIEW \(table) AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL "
          + "SELECT i + 1 FROM n) SELECT real_one.* FROM n, real_one;",
        "CREATE TRIGGER t BEFORE INSERT ON \(table) BEGIN SELECT RAISE(ABORT, 'no'); END;",
        (0..<1_970).map { "ALTER TABLE \(table) ADD COLUMN extra\($0) TEXT;" }.joined(separator: "\n"),
      ]
      for (number, change) in changes.enumerated() {
        // The table of a virtual table takes no columns.
        if fixture == "sqlite-vec-0.1.9", number == 3 { continue }
        paths.append(
          try HostileSourceTests.altered(fixture, in: world, as: "\(fixture)-\(number)") {
            try world.folder.sqlite("\($0)/\(file)", "PRAGMA legacy_alter_table=ON; " + change)
          })
      }
      paths.append(
        try HostileSourceTests.altered(fixture, in: world, as: "\(fixture)-log") {
          let log = world.folder.file("\($0)/\(file)-wal")
          try Data(repeating: 0x37, count: 5_000).write(to: URL(fileURLWithPath: log))
        })
    }
    for (fixture, file, table, column) in [
      ("agno-3.1.10", "agno.db", "agno_memories", "topics"), ("llm-0.36", "embeddings.db", "embeddings", "metadata"),
      ("langgraph-sqlite-3.1.2", "store.db", "store", "value"),
      ("mcp-memory-service-12.4.0", "sqlite_vec.db", "memories", "metadata"),
    ] {
      paths.append(
        try HostileSourceTests.altered(fixture, in: world, as: "\(fixture)-deep") {
          try world.folder.sqlite(
            "\($0)/\(file)",
            "UPDATE \(table) SET \(column) = replace(hex(zeroblob(500000)), '0', '[') "
              + "WHERE rowid = (SELECT min(rowid) FROM \(table))")
        })
    }
    try HostileSourceTests.survives(paths, "tables", in: world)
  }
}
