import Foundation
import MemoryModel
import PostgresDriver
import TestSupport
import Testing

@testable import MemorySources

/// Stores that real versions of mem0 have written: exactly their live memories, every vector to the bit.
@Suite struct RealMem0Tests {
  /// They stand beside the package; not everybody has them.
  private static let stores = URL(fileURLWithPath: Memsh.package).deletingLastPathComponent().path + "/shared/stores"
  private static let areHere = FileManager.default.fileExists(atPath: stores)

  @Test(
    "every form in which a store can be named gives its memories", .enabled(if: areHere, "needs the foreign stores"),
    arguments: [
      ("mem0-qdrant", "", "mem0 (Qdrant)"), ("mem0-qdrant", "/qdrant", "mem0 (Qdrant)"),
      ("mem0-qdrant", "/qdrant/collection", "mem0 (Qdrant)"),
      ("mem0-qdrant", "/qdrant/collection/mem0", "mem0 (Qdrant)"),
      ("mem0-qdrant", "/qdrant/collection/mem0/storage.sqlite", "mem0 (Qdrant)"),
      ("mem0-1.0.0-qdrant", "/qdrant", "mem0 (Qdrant)"), ("mem0-1.0.0-faiss", "", "mem0 (FAISS)"),
      ("mem0-1.0.0-faiss", "/faiss/mem0.faiss", "mem0 (FAISS)"),
      ("mem0-1.0.0-faiss", "/faiss/mem0.pkl", "mem0 (FAISS)"), ("mem0-ts", "/vector_store.db", "mem0 (TypeScript)"),
    ])
  func readsFiles(store: String, path: String, system: String) throws {
    let source = try ForeignSource.opened(RealMem0Tests.stores + "/" + store + path)
    #expect(source.description.kind == system)
    let remarks = try source.survey().remarks
    // Only this store's index has the vectors of memories that are gone.
    let hasVectors = store != "mem0-1.0.0-faiss"
    #expect(
      remarks.contains { $0.hasPrefix("the vectors of mem0 are left out: its index holds 18 for 14") } != hasVectors)
    #expect(remarks.contains { $0.hasPrefix("1 text holds line breaks") } == (hasVectors && store != "mem0-ts"))
    try check(source, store, hasVectors: hasVectors, collection: store == "mem0-ts" ? nil : "mem0")
  }

  @Test("a database of mem0's pgvector store", .enabled(if: areHere, "needs the foreign stores"))
  func readsPostgres() throws {
    let database = try TestDatabase()
    let dump = try String(contentsOfFile: RealMem0Tests.stores + "/mem0-pgvector/dump.sql", encoding: .utf8)
    try database.execute("CREATE EXTENSION vector;" + RealMem0Tests.statements(of: dump))
    let driver = try PostgresDriver(connectionString: database.url, isReadOnly: true)
    guard case .foreign(let source) = try SourceCatalog.open(driver, SourceSelection()) else {
      Issue.record("it was not told for mem0's")
      return
    }
    #expect(source.description.kind == "mem0 (pgvector)")
    #expect(try source.survey().remarks.contains { $0.hasPrefix("1 text holds line breaks") })
    try check(source, "mem0-pgvector", hasVectors: true, collection: "mem0")
  }

  /// Compares all live rows with the truth beside a store.
  private func check(_ source: ForeignSource, _ store: String, hasVectors: Bool, collection: String?) throws {
    let text = try String(contentsOfFile: RealMem0Tests.stores + "/" + store + "/truth.json", encoding: .utf8)
    let truths = try #require(JSONParser.parse(text).arrayValue)
    let rows = try source.allRows()
    #expect(rows.count == truths.count)
    #expect(try source.survey().rows == Int64(truths.count))
    #expect(Set(rows.map(\.key)).count == rows.count)
    let vectors = try RealMem0Tests.vectors(of: truths)
    for (truth, vector) in zip(truths, vectors) {
      let id = try #require(truth[key: "id"]?.stringValue)
      let row = try #require(rows.first { $0.legacyID == id }, "\(id)")
      #expect(row.userID.idText == truth[key: "user"]?.stringValue, "\(id)")
      #expect(row.content.idText == truth[key: "text"]?.stringValue, "\(id)")
      #expect(row.collection == collection)
      #expect(row.state == .live)
      #expect(row.embedding == (hasVectors ? .vector(vector) : .missing), "\(id)")
      for (name, value) in [("created_at", row.createdAt), ("updated_at", row.updatedAt)] {
        let expected = truth[key: name]?.stringValue.flatMap(Timestamp.init(parsing:))
        if let expected { #expect(value.idText.flatMap(Timestamp.init(parsing:)) == expected, "\(id) \(name)") }
      }
      // mem0 1.0 itself loses the owner's metadata when it updates a memory.
      let isLost = store.contains("1.0.0") && row.updatedAt != .null
      checkMetadata(of: row, truth, isLost ? .object([]) : truth[key: "metadata"] ?? .object([]))
    }
  }

  /// The metadata are what the owner gave, and whose turn it was; nothing else, and nothing of it is gone.
  private func checkMetadata(of row: SourceRow, _ truth: JSON, _ expected: JSON) {
    var found = row.metadata.document ?? .null
    for (name, key) in [("agent_id", "agent"), ("run_id", "run")] {
      #expect(found[key: name] ?? .null == truth[key: key] ?? .null, "\(row.key) \(name)")
    }
    found = found.taking([], dropping: ["agent_id", "run_id", "role"])?.rest ?? .null
    #expect(sorted(found) == sorted(expected), "\(row.key)")
    #expect(row.otherColumns.isEmpty)
  }

  /// jsonb keeps no order.
  private func sorted(_ json: JSON) -> JSON {
    switch json {
    case .array(let items): .array(items.map(sorted))
    case .object(let members):
      .object(members.map { JSON.Member($0.key, sorted($0.value)) }.sorted { $0.key < $1.key })
    default: json
    }
  }

  /// What the embedder gave for each memory.
  private static func vectors(of truths: [JSON]) throws -> [Vector] {
    let program = """
      import json, struct, sys
      sys.path.insert(0, sys.argv[1])
      from vectors import vector
      for text, dimensions in json.load(sys.stdin):
          sys.stdout.buffer.write(struct.pack(f"<{dimensions}f", *vector(text, dimensions)))
      """
    let texts = truths.map { truth -> JSON in
      .array([truth[key: "vector_of"] ?? truth[key: "text"] ?? .null, truth[key: "dim"] ?? .integer(1_536)])
    }
    let bytes = try Python3.run(program, stores, input: JSON.array(texts).text)
    let size = bytes.count / truths.count
    return bytes.withUnsafeBytes { buffer in
      (0..<truths.count).compactMap {
        Vector(littleEndianBytes: UnsafeRawBufferPointer(rebasing: buffer[$0 * size..<($0 + 1) * size]))
      }
    }
  }

  /// The table of a dump of pg_dump, whose rows stand behind COPY, as statements.
  private static func statements(of dump: String) -> String {
    var statements = ""
    var isCopying = false
    for line in dump.split(separator: "\n") {
      if line == "\\." {
        isCopying = false
      } else if isCopying {
        let fields = line.split(separator: "\t").map { String($0.replacing("\\\\", with: "\\")).quotedLiteral }
        statements += "INSERT INTO public.mem0 VALUES (\(fields.joined(separator: ", ")));\n"
      } else if line.hasPrefix("COPY ") {
        isCopying = true
      } else if !line.hasPrefix("\\"), !line.hasPrefix("SET "), !line.contains("set_config") {
        statements += line + "\n"
      }
    }
    return statements
  }

  @Test(
    "flipped bits and cuts in real files: an error, a row or a reject line, and an end",
    .enabled(if: areHere, "needs the foreign stores"),
    arguments: [
      ("mem0-qdrant/qdrant/collection/mem0/storage.sqlite", "storage.sqlite"),
      ("mem0-1.0.0-faiss/faiss/mem0.pkl", "mem0.pkl"), ("mem0-1.0.0-faiss/faiss/mem0.faiss", "mem0.faiss"),
      ("mem0-ts/vector_store.db", "vector_store.db"),
    ])
  func survivesDamage(path: String, name: String) throws {
    let folder = try TestFolder()
    let original = URL(fileURLWithPath: RealMem0Tests.stores + "/" + path)
    let bytes = try [UInt8](Data(contentsOf: original))
    if name.hasPrefix("mem0.") {
      for other in ["mem0.pkl", "mem0.faiss"] where other != name {
        let beside = original.deletingLastPathComponent().appendingPathComponent(other)
        try FileManager.default.copyItem(atPath: beside.path, toPath: folder.file(other))
      }
    }
    var generator = SeededGenerator(seed: 16)
    for number in 0..<30 {
      var damaged = bytes
      if number.isMultiple(of: 4) {
        damaged.removeLast(Int.random(in: 0..<bytes.count, using: &generator))
      } else {
        // The header of an index, the beginning of a database and of a pickle count most.
        let end = number.isMultiple(of: 3) ? min(bytes.count, 64) : bytes.count
        for _ in 0..<4 {
          damaged[Int.random(in: 0..<end, using: &generator)] ^= 1 << UInt8.random(in: 0..<8, using: &generator)
        }
      }
      try Data(damaged).write(to: URL(fileURLWithPath: folder.file(name)))
      do {
        let source = try ForeignSource.opened(folder.file(name))
        _ = try source.survey()
        _ = try source.allRows()
      } catch is MemshError {}
    }
  }
}
