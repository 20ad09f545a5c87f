import MemoryModel

/// Letta's archival memory: passages of archives (from 0.9 on), of agents (before), and of files that agents read.
extension MemorySystem {
  static let letta = tables("Letta") { database, list, _ in
    let tables = list.tables(with: "id", "text", "embedding", "embedding_config", "metadata_").filter { table in
      // One of these columns tells whose passages they are.
      ["archive_id", "agent_id", "source_id"].contains { table.has($0) }
    }
    guard !tables.isEmpty else { return nil }
    let letta = LettaStore(database: database, list: list)
    let mappings = try tables.map(letta.mapping)
    let models = try letta.models(of: tables)
    return TableReader(
      "Letta", database, mappings, remarks: try letta.remarks(on: tables, models)
    ) { dimensions in
      let names = Set(models.filter { $0.dimensions == dimensions }.map(\.name))
      return names.count == 1 ? names.first : nil
    }
  }
}

/// The tables around Letta's passages.
private struct LettaStore {
  let database: any TableDatabase
  let list: TableList

  func mapping(_ table: TableList.Table) throws -> TableMapping {
    var columns: [SourceRole: String] = [
      .id: "id", .content: "text", .vector: "embedding", .metadata: "metadata_",
    ]
    for (role, name) in [(SourceRole.created, "created_at"), (.updated, "updated_at")] where table.has(name) {
      columns[role] = name
    }
    var mapping = TableMapping(table, columns: columns)
    mapping.vectorForm = .floatsOrBase64
    mapping.keyTable = mapping.name
    mapping.consumed.insert("embedding_config")
    mapping.extra = [("embedding_config", "t.embedding_config")]
    if table.has("is_deleted") {
      mapping.consumed.insert("is_deleted")
      mapping.states = [(.deleted, "t.is_deleted")]
    }
    let owner = owner(of: table)
    mapping.roles[.collection] = owner.collection
    mapping.extra += owner.extra
    mapping.adjust = LettaPassage.adjust
    return mapping
  }

  /// Where the owner of a passage is named: SQL expressions of its collection, agent, identity and name.
  private func owner(of table: TableList.Table) -> (collection: String?, extra: [(name: String, sql: String)]) {
    func neighbour(_ name: String) -> String? {
      list.neighbour(of: table, name, with: "id", "name")?.quotedName
    }
    if table.has("source_id") {
      return (neighbour("sources").map { "(SELECT s.name FROM \($0) s WHERE s.id = t.source_id)" }, [])
    }
    var agent: String? = table.has("agent_id") ? "t.agent_id" : nil
    var archive: String?
    var extra: [(name: String, sql: String)] = []
    if table.has("archive_id") {
      archive = neighbour("archives").map { "(SELECT a.name FROM \($0) a WHERE a.id = t.archive_id)" }
      let pairs = list.neighbour(of: table, "archives_agents", with: "agent_id", "archive_id", "is_owner")
      if agent == nil, let pairs {
        agent =
          "(SELECT p.agent_id FROM \(pairs.quotedName) p WHERE p.archive_id = t.archive_id "
          + "ORDER BY p.is_owner DESC, p.agent_id LIMIT 1)"
        agent.map { extra.append(("agent_id", $0)) }
      }
    }
    let agents = neighbour("agents")
    let agentName = agent.flatMap { agent in agents.map { "(SELECT a.name FROM \($0) a WHERE a.id = \(agent))" } }
    if let agent, let identities = list.neighbour(of: table, "identities", with: "id", "identifier_key"),
      let links = list.neighbour(of: table, "identities_agents", with: "identity_id", "agent_id")
    {
      let from = "\(links.quotedName) l JOIN \(identities.quotedName) i ON i.id = l.identity_id"
      let one = "CASE count(*) WHEN 1 THEN min(i.identifier_key) END"
      extra.append((LettaPassage.identity, "(SELECT \(one) FROM \(from) WHERE l.agent_id = \(agent))"))
    }
    for (name, expression) in [(LettaPassage.archive, archive), (LettaPassage.agent, agentName)] {
      if let expression { extra.append((name, expression)) }
    }
    return (archive ?? agentName, extra)
  }

  /// The models that made the vectors, with their dimensions.
  func models(of tables: [TableList.Table]) throws -> Set<LettaModel> {
    var models: Set<LettaModel> = []
    for table in tables {
      try database.rows("SELECT DISTINCT CAST(embedding_config AS text) FROM \(table.quotedName)") { row in
        if let model = try LettaModel(row.value(0)) { models.insert(model) }
      }
    }
    return models
  }

  func remarks(on tables: [TableList.Table], _ models: Set<LettaModel>) throws -> [String] {
    var remarks: [String] = []
    if tables.contains(where: { !$0.has("source_id") }) {
      remarks.append("the user is the identity of the agent, else the name of its archive, else the agent's name")
    }
    if models.count > 1 {
      let names = models.map { "\($0.name) (\($0.dimensions))" }.sorted()
      remarks.append("its vectors come from several models: \(names.joined(separator: ", "))")
    }
    for table in tables where table.has("source_id") {
      let rows = try database.count("count(*)", from: table.quotedName)
      if rows > 0 {
        remarks.append(
          "\(counted(rows, "memory")) of \(table.shownName): passages of files, not what agents wrote down")
      }
    }
    if let table = tables.first, let blocks = list.neighbour(of: table, "block", with: "label", "value") {
      let rows = try database.count("count(*)", from: blocks.quotedName)
      if rows > 0 {
        remarks.append(
          "core memory is not brought along: \(counted(rows, "block")) of the table \(blocks.shownName)")
      }
    }
    return remarks
  }
}

/// The model of a vector, as `embedding_config` tells it.
private struct LettaModel: Hashable {
  let name: String
  let dimensions: Int

  init?(_ config: SourceValue) {
    guard let config = config.document, let name = config[key: "embedding_model"]?.stringValue,
      let dimensions = config[key: "embedding_dim"]?.integerValue
    else { return nil }
    self.name = name
    self.dimensions = dimensions
  }
}

private enum LettaPassage {
  // Names of values that no column has.
  static let identity = "identity of the agent"
  static let archive = "name of the archive"
  static let agent = "name of the agent"

  static func adjust(_ row: inout SourceRow) {
    let config = row.take("embedding_config")
    if let model = LettaModel(config) { row.cutPadding(to: model.dimensions) }
    let names = [identity, archive, agent].map { row.take($0).idText.flatMap { $0.isEmpty ? nil : $0 } }
    // The archive that Letta makes by itself is named after its agent.
    let archive = names[1].map { name in
      name.hasSuffix("'s Archive") ? names[2] ?? String(name.dropLast("'s Archive".count)) : name
    }
    let user = names[0] ?? SourceRow.user(namedBy: row.metadata.document) ?? archive ?? names[2] ?? row.agentID
    row.userID = user.map(SourceValue.text) ?? .null
    if let index = row.otherColumns.firstIndex(where: { $0.name == "tags" }) {
      let tags = row.otherColumns[index].value
      row.otherColumns[index].value = tags.document == .null ? .null : tags.document.map(SourceValue.json) ?? tags
    }
  }
}

extension SourceRow {
  fileprivate var agentID: String? { otherColumns.first { $0.name == "agent_id" }?.value.idText }

  /// Cuts off the zeros that fill a vector up; what stands behind its length and is not zero stays.
  fileprivate mutating func cutPadding(to dimensions: Int) {
    guard case .vector(let vector) = embedding, dimensions > 0, dimensions < vector.dimensions,
      vector.values[dimensions...].allSatisfy({ $0 == 0 })
    else { return }
    embedding = .vector(Vector(Array(vector.values[..<dimensions])))
  }
}
