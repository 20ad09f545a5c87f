import Foundation
import MemoryModel

/// What mcp-memory-service exports: `{"export_metadata": {…}, "memories": […]}`.
extension MemorySystem {
  static let mcpMemoryServiceExport = MemorySystem(name: "mcp-memory-service (its export)") { place, _ in
    guard case .file(let document) = place, McpMemoryServiceExport.mayBe(document.headText) else { return nil }
    let export = try SourceDocument.wholeJSON(
      document.path, what: "an export of mcp-memory-service", instead: McpMemoryServiceExport.instead)
    guard let about = export[key: "export_metadata"], case .array(let memories)? = export[key: "memories"] else {
      return nil
    }
    return McpMemoryServiceExport(memories, version: about[key: "exporter_version"]?.stringValue)
  }
}

private final class McpMemoryServiceExport: ForeignReader {
  let system = "mcp-memory-service (its export)"
  let version: String?
  let parts = ["memories"]
  private let memories: [JSON]

  /// Whether a file that begins like this is worth parsing.
  static func mayBe(_ head: String) -> Bool {
    head.drop { $0.isWhitespace || $0 == "\u{FEFF}" }.hasPrefix("{") && head.contains("\"export_metadata\"")
  }

  init(_ memories: [JSON], version: String?) {
    self.memories = memories
    self.version = version.map { "exporter \($0)" }
  }

  static let instead =
    "name the database of mcp-memory-service itself, sqlite_vec.db, or split the list into several files"

  func counts() throws -> [RowState: Int64] { [.live: Int64(memories.count)] }

  func readRows(decodingVectors: Bool, _ body: (SourceRow) throws -> Void) throws {
    for (number, memory) in memories.enumerated() { try body(row(memory, number, decodingVectors)) }
  }

  private static let named: Set<String> = [
    "content", "content_hash", "created_at", "updated_at", "metadata", "store", "embedding",
  ]

  private func row(_ memory: JSON, _ number: Int, _ decodingVectors: Bool) -> SourceRow {
    // What is not an object has no content, and is rejected.
    let (taken, rest) = memory.taking(McpMemoryServiceExport.named) ?? ([:], .object([]))
    func value(_ key: String) -> SourceValue { taken[key].map(SourceValue.json) ?? .null }
    let id = value("content_hash").idText
    var row = SourceRow(key: "", legacyID: id)
    row.collection = value("store").idText
    row.content = value("content")
    row.createdAt = value("created_at")
    row.updatedAt = value("updated_at")
    row.metadata = value("metadata")
    if let vector = taken["embedding"], vector != .null {
      row.embedding =
        decodingVectors
        ? Array(vector.text.utf8).withUnsafeBytes {
          EmbeddingDecoder(form: .column(.json, isGuessed: false)).decode($0, isText: true)
        }
        : .undecoded(.json(vector))
    }
    if case .object(let members) = rest { row.otherColumns = members.map { ($0.key, .json($0.value)) } }
    row.nameUserAfterMetadata()
    row.key = (row.collection.map { RowKey.part($0) + "/" } ?? "") + (id.map(RowKey.of) ?? "row \(number)")
    return row
  }
}
