import MemoryModel

/// Simon Willison's llm: `embeddings.db`, with the collections that `llm embed-multi` fills.
extension MemorySystem {
  static let llm = tables("llm") { database, list, selection in
    guard database.backend == .sqlite,
      let collections = list.table("collections", with: "id", "name", "model"),
      let embeddings = list.table("embeddings", with: "collection_id", "id", "embedding", "content")
    else { return nil }
    let models = try LLMEmbeddings.models(collections, selection, database)
    let distinct = Set(models.map(\.model))
    var remarks: [String] = []
    if distinct.count > 1 {
      let all = models.map { "\($0.collection) (\($0.model))" }.joined(separator: ", ")
      remarks.append("the collections have vectors of different models: \(all); --collection NAME reads one of them")
    }
    let textless = try database.count(
      "count(*)", from: "\(embeddings.quotedName) WHERE \(LLMEmbeddings.textless(embeddings))")
    if textless > 0 {
      remarks.append("embedded without --store: \(counted(textless, "row")) with a vector and no text, to be rejected")
    }
    return TableReader("llm", database, [LLMEmbeddings.mapping(embeddings, collections)], remarks: remarks) { _ in
      distinct.count == 1 ? distinct.first : nil
    }
  }
}

private enum LLMEmbeddings {
  static func mapping(_ table: TableList.Table, _ collections: TableList.Table) -> TableMapping {
    let wanted: [(SourceRole, String)] = [
      (.id, "id"), (.content, "content"), (.vector, "embedding"), (.metadata, "metadata"), (.updated, "updated"),
    ]
    let present = wanted.filter { table.has($0.1) }
    var mapping = TableMapping(table, columns: Dictionary(uniqueKeysWithValues: present))
    mapping.vectorForm = .floats
    // The hash is that of the content.
    mapping.consumed.formUnion(["collection_id", "content_hash"])
    if table.has("content_blob") {
      // Bytes that are text are taken as text; others are rejected as what they are.
      mapping.roles[.content] = "COALESCE(t.content, t.content_blob)"
      mapping.consumed.insert("content_blob")
    }
    mapping.joins = "LEFT JOIN \(collections.quotedName) c ON c.id = t.collection_id"
    mapping.roles[.collection] = "c.name"
    mapping.idNeedsCollection = true
    mapping.order = "t.collection_id, t.id"
    return mapping
  }

  static func textless(_ table: TableList.Table) -> String {
    table.has("content_blob") ? "content IS NULL AND content_blob IS NULL" : "content IS NULL"
  }

  /// The model of each collection that is read.
  static func models(
    _ table: TableList.Table, _ selection: SourceSelection, _ database: any TableDatabase
  ) throws -> [(collection: String, model: String)] {
    var models: [(collection: String, model: String)] = []
    try database.rows("SELECT name, model FROM \(table.quotedName) ORDER BY id") { row in
      guard let name = try row.value(0).idText, let model = try row.value(1).idText else { return }
      if selection.collection == nil || selection.collection == name { models.append((name, model)) }
    }
    return models
  }
}
