import MemoryModel

extension MemorySystem {
  /// mem0 for TypeScript, with its store in a SQLite file.
  static let mem0TypeScript = tables("mem0 (TypeScript)") { database, list, _ in
    guard database.backend == .sqlite else { return nil }
    let tables = try list.tables.filter { table in
      try Set(table.columns) == ["id", "vector", "payload"] && Mem0Table.holdsMemories(table, database) != false
    }
    guard !tables.isEmpty else { return nil }
    return TableReader(
      "mem0 (TypeScript)", database,
      tables.map { table in
        var mapping = Mem0Table.mapping(table, database.backend)
        mapping.vectorForm = .floats
        return mapping
      })
  }

  /// mem0 with its store in PostgreSQL; a collection is a table.
  static let mem0Postgres = tables("mem0 (pgvector)") { database, list, _ in
    guard database.backend == .postgres else { return nil }
    let tables = list.tables.filter { table in
      Set(zip(table.columns, table.types).map { $0 + " " + $1.prefix { $0 != "(" } })
        .isSubset(of: ["id uuid", "vector vector", "payload jsonb"]) && table.columns.count == 3
    }
    var mappings: [TableMapping] = []
    var remarks: [String] = []
    for table in tables {
      guard try Mem0Table.holdsMemories(table, database) != false else {
        remarks.append("the table \(table.name) has no memories, but what mem0 keeps beside them; it is left out")
        continue
      }
      var mapping = Mem0Table.mapping(table, database.backend)
      let name = table.name
      let fill = mapping.adjust
      mapping.adjust = { row in
        fill?(&row)
        row.collection = name
      }
      mappings.append(mapping)
    }
    guard !mappings.isEmpty else { return nil }
    let lineBreaks = try mappings.reduce(0) { count, mapping in
      try count
        + database.count(
          "count(*)", from: "\(mapping.from) WHERE pg_catalog.strpos(t.payload ->> 'data', E'\\n') > 0")
    }
    return TableReader(
      "mem0 (pgvector)", database, mappings, remarks: remarks + Mem0Payload.remarks(textsWithLineBreaks: lineBreaks))
  }

  /// PowerMem, whose payload is mem0's.
  static let powerMem = tables("PowerMem") { database, list, _ in
    guard database.backend == .sqlite else { return nil }
    let tables = list.tables.filter { $0.has("id", "vector", "payload", "fulltext_content") }
    guard !tables.isEmpty else { return nil }
    return TableReader(
      "PowerMem", database,
      tables.map { table in
        var mapping = Mem0Table.mapping(table, database.backend, .apart)
        mapping.vectorForm = .column(.json, isGuessed: false)
        mapping.consumed.insert("fulltext_content")
        if let created = table.columns.first(where: { $0.lowercased() == "created_at" }) {
          mapping.roles[.created] = "t." + created.quotedIdentifier
          mapping.consumed.insert("created_at")
        }
        return mapping
      })
  }
}

/// Tables with a payload of mem0's in each row.
private enum Mem0Table {
  static func mapping(
    _ table: TableList.Table, _ backend: Backend, _ form: Mem0Payload.Form = .flat
  ) -> TableMapping {
    var columns: [SourceRole: String] = [:]
    for (role, name) in [(SourceRole.id, "id"), (.vector, "vector"), (.metadata, "payload")] {
      columns[role] = table.columns.first { $0.lowercased() == name }
    }
    let today = Mem0Payload.today
    var mapping = TableMapping(table, columns: columns)
    mapping.keyTable = mapping.name
    mapping.states = [(.expired, isExpired(backend, today: today))]
    mapping.adjust = { row in
      guard row.metadata != .null else { return }
      guard let payload = row.metadata.document else {
        row.fault = "the payload is not JSON"
        return
      }
      row.metadata = .null
      Mem0Payload.fill(&row, from: payload, form, today: today)
    }
    return mapping
  }

  /// A payload that SQLite can look into; NULL where it is not JSON.
  private static let payload = "CASE WHEN json_valid(CAST(t.payload AS TEXT)) THEN CAST(t.payload AS TEXT) END"

  private static func isExpired(_ backend: Backend, today: String) -> String {
    switch backend {
    case .sqlite:
      let day = "coalesce(json_extract(\(payload), '$.expiration_date'), json_extract(\(payload), '$.expirationDate'))"
      return
        "\(day) GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]*' AND substr(\(day), 1, 10) < \(today.quotedLiteral)"
    case .postgres:
      let day = "(t.payload ->> 'expiration_date')"
      return """
        \(day) ~ '^[0-9]{4}-[0-9]{2}-[0-9]{2}' AND pg_catalog.substr(\(day), 1, 10) COLLATE "C" < \(today.quotedLiteral)
        """
    }
  }

  /// Whether any row is a memory, and not what mem0 keeps beside them; nil where there are no rows.
  static func holdsMemories(_ table: TableList.Table, _ database: any TableDatabase) throws -> Bool? {
    func key(_ name: String) -> String {
      database.backend == .postgres ? "t.payload ->> '\(name)'" : "json_extract(\(payload), '$.\(name)')"
    }
    let one = database.answering("1")
    let memories = "\(table.quotedName) t WHERE \(key("data")) IS NOT NULL AND \(key("linked_memory_ids")) IS NULL"
    if try database.first("SELECT \(one) FROM \(memories) LIMIT 1", columns: 1) != nil { return true }
    return try database.first("SELECT \(one) FROM \(table.quotedName) t LIMIT 1", columns: 1) == nil ? nil : false
  }
}
