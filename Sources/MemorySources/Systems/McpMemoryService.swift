import MemoryModel

/// mcp-memory-service: `sqlite_vec.db`, whose columns came by migrations, with the vectors in a table of sqlite-vec.
extension MemorySystem {
  static let mcpMemoryService = tables("mcp-memory-service") { database, list, _ in
    guard database.backend == .sqlite,
      let memories = list.table("memories", with: "id", "content_hash", "content", "tags", "memory_type", "metadata")
    else { return nil }
    let vectors = try VecTable.all(in: list, database).first { $0.name == "memory_embeddings" }
    var remarks = vectors?.remarks ?? ["memory_embeddings cannot be read: its memories come without vectors"]
    remarks += try McpMemoryService.remarksOnOthers(list, database)
    return TableReader(
      "mcp-memory-service", database, [McpMemoryService.mapping(memories, vectors, database)],
      version: try McpMemoryService.version(list, database), remarks: remarks)
  }
}

enum McpMemoryService {
  /// Columns that are computed from others, and the row number, which nothing but the vectors refers to.
  private static let derived: Set<String> = ["id", "created_at_iso", "updated_at_iso", "embedding_pending"]

  static func mapping(
    _ table: TableList.Table, _ vectors: VecTable?, _ database: any TableDatabase
  ) -> TableMapping {
    let wanted: [(SourceRole, String)] = [
      (.id, "content_hash"), (.content, "content"), (.metadata, "metadata"), (.created, "created_at"),
      (.updated, "updated_at"), (.accessed, "last_accessed"), (.collection, "store"),
    ]
    let present = wanted.filter { table.has($0.1) }
    var mapping = TableMapping(table, columns: Dictionary(uniqueKeysWithValues: present))
    mapping.consumed.formUnion(derived)
    if table.has("deleted_at") { mapping.states.append((.deleted, "t.deleted_at IS NOT NULL")) }
    if table.has("superseded_by") {
      mapping.states.append((.superseded, "t.superseded_by IS NOT NULL AND t.superseded_by <> ''"))
    }
    mapping.order = "t.id"
    if let vectors {
      mapping.joins = "LEFT JOIN \(vectors.rowids.quotedName) r ON r.rowid = t.id"
      mapping.extra = [(VecTable.chunk, "r.chunk_id"), (VecTable.slot, "r.chunk_offset")]
      mapping.order = vectors.order(rowids: "r") + ", t.id"
      let chunks = VecChunks(vectors, database)
      mapping.unpack = { row, decodingVectors in try chunks.fillVector(&row, decodingVectors: decodingVectors) }
    }
    mapping.adjust = { row in
      let tags = row.take("tags")
      row.otherColumns.append(("tags", list(tags) ?? tags))
    }
    return mapping
  }

  /// Tags joined by commas as the list that they are.
  static func list(_ tags: SourceValue) -> SourceValue? {
    guard case .text(let text) = tags else { return nil }
    let tags = text.split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) }.filter { !$0.isEmpty }
    return tags.isEmpty ? .null : .json(.array(tags.map(JSON.string)))
  }

  static func version(_ list: TableList, _ database: any TableDatabase) throws -> String? {
    guard list.table("metadata", with: "key", "value") != nil else { return nil }
    let value = try database.first("SELECT value FROM metadata WHERE key = 'schema_version'", columns: 1)?.first
    return value?.idText.map { "schema version \($0)" }
  }

  static func remarksOnOthers(_ list: TableList, _ database: any TableDatabase) throws -> [String] {
    try list.remarks(on: [("beliefs", "beliefs"), ("memory_graph", "links between memories")], database)
  }
}
