import MemoryModel

/// Memori 3: facts about entities, which are the users.
extension MemorySystem {
  static let memori = tables("Memori 3") { database, list, _ in
    guard database.backend == .sqlite,
      let facts = list.table("memori_entity_fact", with: "id", "entity_id", "content", "content_embedding"),
      let entities = list.table("memori_entity", with: "id", "external_id")
    else { return nil }
    let others = [
      ("memori_process_attribute", "attributes of processes"),
      ("memori_knowledge_graph", "links of its knowledge graph"),
      ("memori_conversation_message", "messages of conversations"),
    ]
    return TableReader(
      "Memori 3", database, [Memori.mapping(facts, entities)], remarks: try list.remarks(on: others, database))
  }
}

private enum Memori {
  static func mapping(_ table: TableList.Table, _ entities: TableList.Table) -> TableMapping {
    let wanted: [(SourceRole, String)] = [
      (.id, table.has("uuid") ? "uuid" : "id"), (.content, "content"), (.vector, "content_embedding"),
      (.created, "date_created"), (.updated, "date_updated"),
    ]
    let present = wanted.filter { table.has($0.1) }
    var mapping = TableMapping(table, columns: Dictionary(uniqueKeysWithValues: present))
    mapping.vectorForm = .floats
    // Row numbers, and the hash that keeps facts apart.
    mapping.consumed.formUnion(["id", "entity_id", "uniq"])
    mapping.joins = "LEFT JOIN \(entities.quotedName) e ON e.id = t.entity_id"
    mapping.roles[.user] = "e.external_id"
    mapping.order = "t.id"
    return mapping
  }
}
