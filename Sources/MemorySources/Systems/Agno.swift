import MemoryModel

/// Agno keeps its users' memories in one table, without vectors; the application may choose the table's name.
extension MemorySystem {
  /// Versions 2 and 3.
  static let agno = tables("Agno") { database, list, _ in
    let tables = list.tables(with: "memory_id", "memory", "topics", "user_id")
    guard !tables.isEmpty else { return nil }
    let mappings = tables.map { table in
      var mapping = agnoMapping(table, id: "memory_id")
      mapping.adjust = { row in
        row.content = AgnoMemory.text(row.content)
        let topics = row.take("topics")
        if let document = topics.document {
          if document != .null { row.otherColumns.append(("topics", .json(document))) }
        } else {
          row.otherColumns.append(("topics", topics))
        }
        row.nameUserAfterMetadata()
      }
      return mapping
    }
    return TableReader("Agno", database, mappings)
  }

  /// Version 1.
  static let agno1 = tables("Agno 1") { database, list, _ in
    let tables = list.tables.filter { $0.module == nil && Set($0.columns) == AgnoMemory.columnsOfVersion1 }
    guard !tables.isEmpty else { return nil }
    let mappings = tables.map { table in
      var mapping = agnoMapping(table, id: "id")
      mapping.adjust = { row in
        if let memory = AgnoMemory.document(row.content) { row.takeOver(memory) }
        row.nameUserAfterMetadata()
      }
      return mapping
    }
    let unread = try tables.reduce(0) { try $0 + AgnoMemory.unread(in: $1, database) }
    let remark = "the text of \(counted(unread, "memory")) stays as it is: it is not what Agno 1 writes"
    return TableReader("Agno 1", database, mappings, remarks: unread > 0 ? [remark] : [])
  }

  private static func agnoMapping(_ table: TableList.Table, id: String) -> TableMapping {
    var columns: [SourceRole: String] = [.id: id, .user: "user_id", .content: "memory"]
    if table.has("created_at") { columns[.created] = "created_at" }
    if table.has("updated_at") { columns[.updated] = "updated_at" }
    var mapping = TableMapping(table, columns: columns)
    mapping.keyTable = mapping.name
    return mapping
  }
}

/// What stands in the column `memory`.
private enum AgnoMemory {
  static let columnsOfVersion1: Set = ["id", "user_id", "memory", "created_at", "updated_at"]

  /// The text that a JSON string stands for; what is anything else stays as it is.
  static func text(_ value: SourceValue) -> SourceValue {
    guard case .string(let text)? = value.document else { return value }
    return .text(text)
  }

  /// The object with the memory and what belongs to it: Python's way of writing a dict in SQLite, JSON in PostgreSQL.
  static func document(_ value: SourceValue) -> JSON? {
    var document = value.document
    if document == nil, case .text(let text) = value { document = PythonLiteral.parse(text) }
    return document?[key: "memory"]?.stringValue == nil ? nil : document
  }

  /// How many memories of a table have another form.
  static func unread(in table: TableList.Table, _ database: any TableDatabase) throws -> Int {
    var count = 0
    let memory = database.answering("memory".quotedIdentifier)
    try database.rows("SELECT \(memory) FROM \(table.quotedName)") { row in
      if try document(row.value(0)) == nil { count += 1 }
    }
    return count
  }
}

extension SourceRow {
  /// Takes the text out of Agno's object; everything else that it says goes to the metadata.
  fileprivate mutating func takeOver(_ document: JSON) {
    guard let (taken, rest) = document.taking(["memory", "memory_id"]) else { return }
    content = .json(taken["memory"] ?? .null)
    metadata = .json(rest)
    if let id = taken["memory_id"], id != .null, id.stringValue != legacyID {
      otherColumns.append(("memory_id", .json(id)))
    }
  }
}
