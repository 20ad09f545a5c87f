import MemoryModel

/// LlamaIndex's vector store on PostgreSQL: a table for each index, called `data_` and its name.
extension MemorySystem {
  static let llamaIndex = tables("LlamaIndex PGVectorStore") { database, list, _ in
    let tables = list.tables(with: "id", "text", "metadata_", "node_id", "embedding")
    guard database.backend == .postgres, !tables.isEmpty else { return nil }
    let remark =
      "LlamaIndex embeds the metadata of a node together with its text, unless it was told not to: the vectors of such "
      + "nodes belong to more than the content"
    return TableReader("LlamaIndex PGVectorStore", database, tables.map(llamaIndexMapping), remarks: [remark])
  }

  private static func llamaIndexMapping(_ table: TableList.Table) -> TableMapping {
    var mapping = TableMapping(
      table, columns: [.id: "node_id", .content: "text", .vector: "embedding", .metadata: "metadata_"])
    // A row number, and what a text search makes of the text.
    mapping.consumed.formUnion(["id", "text_search_tsv"])
    mapping.keyTable = mapping.name
    // An application may store a node a second time, with another text.
    mapping.idIsUnique = table.isUnique("node_id")
    mapping.order = "t.id"
    mapping.adjust = { row in
      row.collection = table.name.hasPrefix("data_") ? String(table.name.dropFirst("data_".count)) : table.name
      // The node as a whole, as JSON text, and what stands in it.
      let derived: Set = ["_node_content", "_node_type", "doc_id", "document_id", "ref_doc_id"]
      if let own = row.metadata.document?.taking([], dropping: derived)?.rest { row.metadata = .json(own) }
    }
    return mapping
  }
}
