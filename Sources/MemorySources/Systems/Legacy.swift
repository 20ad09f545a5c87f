import MemoryModel

/// The memory system of the migration guide, in all the forms that its versions have left behind: any of three tables, with
/// columns under several names.
extension MemorySystem {
  static let legacy = tables("legacy SQLite") { database, list, _ in
    guard database.backend == .sqlite else { return nil }
    // Told by what it has not, so it stands last; a database without tables is its empty file.
    guard !list.tables.isEmpty else { return TableReader("legacy SQLite", database, []) }
    guard KnownSystem.of(list) == nil else { return nil }
    let (tables, remarks) = try LegacyTable.all(in: list, database)
    return TableReader(
      "legacy SQLite", database, tables, remarks: remarks + tables.compactMap(LegacyTable.remarkOnUsers)
    ) {
      // The legacy system only ever used this model at 1,536 dimensions.
      $0 == 1_536 ? "text-embedding-3-small" : nil
    }
  }
}

/// A memory table of a legacy file: which of its columns plays which part.
enum LegacyTable {
  /// The names that a column goes by, in lower case, best first; the parts in the order in which they choose.
  static let names: [(role: SourceRole, names: [String])] = [
    (.id, ["id", "memory_id"]), (.user, ["user_id", "userid", "user"]), (.content, ["content", "text", "message"]),
    (.vector, ["embedding", "vector"]), (.metadata, ["metadata", "meta"]), (.category, ["category", "type"]),
    (.importance, ["importance_score", "importance"]), (.accessCount, ["access_count"]),
    (.accessed, ["last_accessed_at"]), (.created, ["created_at", "createdat", "timestamp"]),
    (.updated, ["updated_at", "updatedat"]),
  ]

  /// The names of the tables, in the order in which they are read.
  private static let tableNames = ["memories", "memory", "user_memories"]

  /// Finds the tables of the legacy format: by their columns, because a name proves nothing.
  ///
  /// - Returns: The tables, and a line about each that has such a name and another form.
  /// - Throws: `source_unsupported` for a table that keeps what is gone, `source_without_memories` where there is none.
  static func all(
    in list: TableList, _ database: any TableDatabase
  ) throws -> (tables: [TableMapping], remarks: [String]) {
    let path = database.location
    let named = tableNames.compactMap { name in
      list.tables.first { $0.module == nil && $0.name.lowercased() == name }
    }
    guard !named.isEmpty else {
      throw MemshError(
        .sourceWithoutMemories, "\(path) has no table memories, memory or user_memories",
        hint: "`inspect \(path.shellWord)` tells more", cause: "its tables are: \(list.summary)")
    }
    var tables: [TableMapping] = []
    var remarks: [String] = []
    for table in named {
      let columns = columns(of: table)
      if let reason = missing(in: columns) {
        remarks.append("the table \(table.name) \(reason)")
        continue
      }
      try refuseForeignForm(of: table, columns, in: list, path: path)
      tables.append(mapping(table, columns, isFirst: tables.isEmpty, database))
    }
    guard !tables.isEmpty else {
      throw MemshError(
        .sourceWithoutMemories, "\(path) is not in the legacy format: \(remarks.joined(separator: "; "))",
        hint: "`inspect \(path.shellWord)` tells more", cause: "its tables are: \(list.summary)")
    }
    return (tables, remarks.map { $0 + ": it was left alone" })
  }

  private static func mapping(
    _ table: TableList.Table, _ columns: [SourceRole: String], isFirst: Bool, _ database: any TableDatabase
  ) -> TableMapping {
    var mapping = TableMapping(table, columns: columns)
    mapping.idIsUnique = table.keyColumns.count == 1 && table.keyColumns.first == columns[.id]
    mapping.vectorForm = .legacy
    mapping.keyTable = isFirst ? nil : table.name.lowercased()
    mapping.order = database.hasRowNumbers(table) ? "t.rowid" : nil
    return mapping
  }

  static func remarkOnUsers(_ mapping: TableMapping) -> String? {
    mapping.roles[.user] == nil
      ? "the table \(mapping.table.name) has no user_id: its memories are those of the user \(SourceRow.defaultUser)"
      : nil
  }

  /// What a table lacks to be one of the legacy format; nil for nothing.
  private static func missing(in columns: [SourceRole: String]) -> String? {
    if columns[.content] == nil { return "has no column content, text or message" }
    return columns[.id] != nil || columns[.user] != nil ? nil : "has neither an id nor a user_id"
  }

  /// - Throws: `source_unsupported` for a table that keeps rows which are gone, or whose vectors stand elsewhere.
  private static func refuseForeignForm(
    of table: TableList.Table, _ columns: [SourceRole: String], in list: TableList, path: String
  ) throws {
    // The legacy format has none of these: it deletes.
    if let mark = table.columns.first(where: { GoneMark(column: $0) != nil }) {
      throw MemshError(
        .sourceUnsupported,
        "\(path) is not in the legacy format: the column \(mark) of \(table.name) marks rows that are gone",
        hint:
          "`inspect \(path.shellWord)` shows its columns, and the line that reads them: `--table … --map … --live …`")
    }
    guard columns[.vector] == nil else { return }
    if let vectors = list.tables.first(where: { $0.name.lowercased().contains(/embedding|vector/) }) {
      throw MemshError(
        .sourceUnsupported,
        "\(path) is not in the legacy format: the vectors of \(table.name) stand in another table, \(vectors.name)",
        hint: "`inspect \(path.shellWord)` tells more", cause: "its tables are: \(list.summary)")
    }
  }

  /// Which column of a table plays which part, by its name.
  static func columns(of table: TableList.Table) -> [SourceRole: String] {
    var columns: [SourceRole: String] = [:]
    for (role, names) in names {
      let free = table.columns.filter { !columns.values.contains($0) }
      columns[role] = names.lazy.compactMap { wanted in free.first { $0.lowercased() == wanted } }.first
    }
    return columns
  }
}
