import Foundation
import MemoryModel
import PostgresDriver
import TestSupport
import Testing

@testable import MemorySources

/// Stores in tables that real systems have written: exactly their live memories, every vector to the bit.
@Suite struct RealTableStoresTests {
  /// Stores that real systems have written, beside the package; not everybody has them.
  private static let stores = URL(fileURLWithPath: Memsh.package).deletingLastPathComponent().path + "/shared/stores"
  private static let hasStores =
    FileManager.default.fileExists(atPath: stores) && FileManager.default.fileExists(atPath: "/usr/bin/python3")

  @Test(
    "a file holds exactly the memories that its system gives", .enabled(if: hasStores, "needs the foreign stores"),
    arguments: [
      ("langgraph-sqlite/store.db", "LangGraph"), ("letta-0.16.8-sqlite/sqlite.db", "Letta"),
      ("agno-sqlite/agno.db", "Agno"),
    ])
  func readsFile(path: String, system: String) throws {
    let source = try ForeignSource.opened(RealTableStoresTests.stores + "/" + path)
    #expect(source.description.kind == system)
    let folder = String(path.prefix { $0 != "/" })
    try check(source, folder)
  }

  @Test(
    "a database of LangChain's PGVector holds exactly its documents",
    .enabled(if: hasStores, "needs the foreign stores"))
  func readsLangChain() throws {
    let database = try TestDatabase()
    let connection = try database.connect()
    try connection.execute(unsafeSQL: "CREATE EXTENSION vector")
    let dump = try String(contentsOfFile: RealTableStoresTests.stores + "/langchain-pgvector/dump.sql", encoding: .utf8)
    try connection.execute(unsafeSQL: DumpedTables.statements(of: dump))
    let source = try ForeignSource.opened(database)
    #expect(source.description.kind == "LangChain PGVector")
    try check(source, "langchain-pgvector")
    var selection = SourceSelection()
    selection.collection = "agent_memory"
    #expect(try ForeignSource.opened(database, selection).survey().rows == 13)
  }

  /// Compares all live rows with the truth beside a store.
  private func check(_ source: ForeignSource, _ folder: String) throws {
    let file = RealTableStoresTests.stores + "/" + folder + "/truth.json"
    let truths = try #require(JSONParser.parse(String(contentsOfFile: file, encoding: .utf8)).arrayValue)
    let rows = try source.allRows()
    #expect(try source.survey().rows == Int64(rows.count))
    #expect(Set(rows.compactMap(\.legacyID)) == Set(truths.compactMap { $0[key: "id"]?.stringValue }))
    #expect(rows.count == truths.count)
    let vectors = try expectedVectors(of: truths)
    for (truth, vector) in zip(truths, vectors) {
      let id = try #require(truth[key: "id"]?.stringValue)
      let row = try #require(rows.first { $0.legacyID == id })
      #expect(row.userID == truth[key: "user"]?.stringValue.map(SourceValue.text), "\(id)")
      #expect(row.content == truth[key: "text"]?.stringValue.map(SourceValue.text), "\(id)")
      try checkMetadata(of: row, truth)
      for (name, value) in [("created_at", row.createdAt), ("updated_at", row.updatedAt)] {
        guard let expected = truth[key: name], expected != .null else { continue }
        #expect(moment(value) == moment(.json(expected)), "\(id) \(name)")
      }
      #expect(row.embedding == vector.map(SourceEmbedding.vector) ?? .missing, "\(id)")
    }
  }

  private func checkMetadata(of row: SourceRow, _ truth: JSON) throws {
    guard case .object(let expected)? = truth[key: "metadata"] else { return }
    let own = row.metadata.document ?? .object([])
    for member in expected where member.value != .null || own[key: member.key] != nil {
      let other = row.otherColumns.first { $0.name == member.key }?.value
      let found = own[key: member.key] ?? other?.document ?? other?.idText.map(JSON.string)
      #expect(found.map(sorted) == sorted(member.value), "\(row.key) \(member.key)")
    }
    if row.metadata != .null, case .object(let members) = own { #expect(members.count == expected.count, "\(row.key)") }
  }

  private func sorted(_ json: JSON) -> JSON {
    switch json {
    case .array(let items): .array(items.map(sorted))
    case .object(let members):
      .object(members.map { JSON.Member($0.key, sorted($0.value)) }.sorted { $0.key < $1.key })
    default: json
    }
  }

  private func moment(_ value: SourceValue) -> Timestamp? {
    switch value {
    case .integer(let number): Timestamp(epoch: Double(number))
    case .text(let text): Timestamp(parsing: text)
    case .json(let json):
      json.doubleValue.flatMap(Timestamp.init(epoch:)) ?? json.stringValue.flatMap(Timestamp.init(parsing:))
    default: nil
    }
  }

  /// What the embedder gave for the memories; nil for those without a vector.
  private func expectedVectors(of truths: [JSON]) throws -> [Vector?] {
    let asked = truths.map { truth -> JSON in
      let text = truth[key: "vector_of"]?.stringValue ?? truth[key: "text"]?.stringValue ?? ""
      let has = truth[key: "has_vector"] == .bool(true)
      return .array([.string(text), truth[key: "dim"] ?? .integer(0), .bool(has)])
    }
    let program = """
      import json, struct, sys
      sys.path.insert(0, sys.argv[1])
      from vectors import vector
      for text, dimensions, has in json.load(sys.stdin):
          print(struct.pack(f"<{dimensions}f", *vector(text, dimensions)).hex() if has else "-")
      """
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/python3")
    process.arguments = ["-B", "-c", program, RealTableStoresTests.stores]
    let (input, output) = (Pipe(), Pipe())
    (process.standardInput, process.standardOutput) = (input, output)
    try process.run()
    input.fileHandleForWriting.write(Data(JSON.array(asked).text.utf8))
    try input.fileHandleForWriting.close()
    let lines = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self).split(
      separator: "\n")
    process.waitUntilExit()
    try #require(lines.count == truths.count)
    return lines.map { line in
      guard line != "-" else { return nil }
      let digits = Array(line.utf8)
      let bytes = stride(from: 0, to: digits.count, by: 2).compactMap {
        UInt8(String(decoding: digits[$0..<$0 + 2], as: UTF8.self), radix: 16)
      }
      return bytes.withUnsafeBytes(Vector.init(littleEndianBytes:))
    }
  }
}

/// A dump of pg_dump, whose rows stand behind COPY, as statements.
enum DumpedTables {
  static func statements(of dump: String) -> String {
    var statements = ""
    var copied: Substring?
    for line in dump.split(separator: "\n", omittingEmptySubsequences: false) {
      if let table = copied {
        if line == "\\." { copied = nil } else { statements += insertion(line, table) }
      } else if line.hasPrefix("COPY ") {
        copied = line.dropFirst("COPY ".count).prefix { $0 != ")" } + ")"
      } else if !line.hasPrefix("\\"), !line.hasPrefix("SET "), !line.contains("set_config") {
        statements += line + "\n"
      }
    }
    return statements
  }

  private static func insertion(_ line: Substring, _ table: Substring) -> String {
    let values = line.split(separator: "\t", omittingEmptySubsequences: false).map { field in
      field == "\\N" ? "NULL" : unescaped(field).quotedLiteral
    }
    return "INSERT INTO \(table) VALUES (\(values.joined(separator: ", ")));\n"
  }

  private static func unescaped(_ field: Substring) -> String {
    var text = String.UnicodeScalarView()
    var isEscaped = false
    for scalar in field.unicodeScalars {
      if isEscaped {
        text.append(scalar == "n" ? "\n" : scalar == "t" ? "\t" : scalar == "r" ? "\r" : scalar)
        isEscaped = false
      } else if scalar == "\\" {
        isEscaped = true
      } else {
        text.append(scalar)
      }
    }
    return String(text)
  }
}
