import MemoryModel

/// LangChain's vector stores on PostgreSQL, of both kinds.
extension MemorySystem {
  static let langChain = tables("LangChain PGVector") { database, list, _ in
    guard database.backend == .postgres else { return nil }
    let mappings = LangChainTables.first(in: list) + LangChainTables.second(in: list)
    return mappings.isEmpty ? nil : TableReader("LangChain PGVector", database, mappings)
  }
}

private enum LangChainTables {
  /// PGVector: one table for all collections, whose names stand in another.
  static func first(in list: TableList) -> [TableMapping] {
    list.tables(with: "collection_id", "embedding", "document", "cmetadata").compactMap { table in
      // Up to 0.3 of langchain-community the key was called uuid.
      guard let id = ["id", "uuid"].first(where: { table.has($0) }),
        let collections = list.tables(with: "uuid", "name", "cmetadata").first(where: { $0.schema == table.schema })
      else { return nil }
      var mapping = TableMapping(
        table, columns: [.id: id, .content: "document", .vector: "embedding", .metadata: "cmetadata"])
      mapping.keyTable = mapping.name
      mapping.joins = "LEFT JOIN \(collections.quotedName) c ON c.uuid = t.collection_id"
      mapping.roles[.collection] = "c.name"
      mapping.consumed.insert("collection_id")
      // There are no columns for times; what an application notes under these names, as memsh does, are the times.
      mapping.adjust = { row in
        let metadata = row.metadata.document
        row.createdAt = time(metadata?[key: "created_at"])
        row.updatedAt = time(metadata?[key: "updated_at"])
        row.nameUserAfterMetadata()
        // What memsh has put aside for these is back in its place only now.
        if let own = metadata.flatMap(ApartMetadata.unfolding) { row.metadata = .json(own) }
      }
      return mapping
    }
  }

  /// A moment that metadata tell; anything else is not a time.
  private static func time(_ value: JSON?) -> SourceValue {
    guard let text = value?.stringValue, let moment = Timestamp(parsing: text), Timestamp.storable.contains(moment)
    else {
      return .null
    }
    return .text(text)
  }

  /// PGVectorStore: a table for each collection, with columns of the application's own.
  static func second(in list: TableList) -> [TableMapping] {
    list.tables(with: "langchain_id", "content", "embedding").map { table in
      var columns: [SourceRole: String] = [.id: "langchain_id", .content: "content", .vector: "embedding"]
      if table.has("langchain_metadata") { columns[.metadata] = "langchain_metadata" }
      var mapping = TableMapping(table, columns: columns)
      mapping.keyTable = mapping.name
      mapping.adjust = { row in
        row.collection = table.name
        // A column of the application's own may name the user, where the metadata do not.
        let columns = JSON.object(row.otherColumns.map { JSON.Member($0.name, .string($0.value.idText ?? "")) })
        let user = SourceRow.user(namedBy: row.metadata.document) ?? SourceRow.user(namedBy: columns)
        row.userID = user.map(SourceValue.text) ?? .null
      }
      return mapping
    }
  }
}
