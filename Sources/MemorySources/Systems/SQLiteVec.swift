import MemoryModel

/// Databases of no known system that keep vectors in tables of sqlite-vec: with the texts in an ordinary table beside them,
/// or in columns of the vector table itself.
extension MemorySystem {
  static let sqliteVec = tables("sqlite-vec", isGeneral: true) { database, list, selection in
    guard database.backend == .sqlite, selection.table == nil, list.tables.contains(where: { $0.module == "vec0" }),
      KnownSystem.of(list) == nil
    else { return nil }
    let tables = try VecTable.all(in: list, database)
    let neighbours = try VecNeighbour.all(of: tables, in: list, database)
    var mappings: [TableMapping] = []
    var remarks: [String] = []
    var textless: [String] = []
    for table in tables {
      let neighbour = neighbours.first { $0.vectors.name == table.name }
      if let neighbour, let other = neighbour.replacement(among: neighbours) {
        remarks.append(neighbour.remark(takenBy: other))
      } else if let neighbour {
        mappings.append(neighbour.mapping(database))
        remarks += neighbour.remarks + table.remarks
      } else if let mapping = SQLiteVec.mapping(table, database) {
        mappings.append(mapping)
        remarks += table.remarks
      } else {
        textless.append(try SQLiteVec.summary(of: table, database))
      }
    }
    guard !mappings.isEmpty else { throw SQLiteVec.refusal(list, textless, database) }
    for index in mappings.indices { mappings[index].keyTable = mappings[index].name }
    if mappings.count > 1 { mappings = mappings.map(SQLiteVec.namingCollection) }
    remarks += textless.map { "\($0) has no text beside it: it is left out" }
    return TableReader(
      "sqlite-vec", database, mappings, version: try tables.first.flatMap { try SQLiteVec.version($0, list, database) },
      remarks: remarks)
  }
}

enum SQLiteVec {
  /// The rows of a table that has its texts in a column of its own; nil where it has none.
  static func mapping(_ table: VecTable, _ database: any TableDatabase) -> TableMapping? {
    var roles = roles(of: table.fieldNames)
    if roles[.content] == nil {
      let texts = table.fieldNames.filter(table.isText)
      guard texts.count == 1 else { return nil }
      roles[.content] = texts[0]
    }
    var mapping = TableMapping(table.rowids, columns: [:])
    mapping.title = table.name
    mapping.consumed = Set(table.rowids.columns.map { $0.lowercased() })
    mapping.roles[.id] = table.definition.key?.isText == true ? "t.id" : "t.rowid"
    mapping.joins = table.joins(rowids: "t")
    mapping.extra = table.extra(rowids: "t")
    mapping.order = table.order(rowids: "t")
    let chunks = VecChunks(table, database)
    mapping.unpack = { row, decodingVectors in try chunks.fill(&row, decodingVectors: decodingVectors) }
    mapping.adjust = { row in
      for (role, name) in roles { row[role] = row.take(name) }
      row.nameUserAfterMetadata()
    }
    return mapping
  }

  /// Whether a table surely has its texts itself: in a column that is called so, or that is stored and not searched.
  ///
  /// What is searched, as `lang text` is, may only say something of a text that stands elsewhere.
  static func hasOwnTexts(_ table: VecTable) -> Bool {
    let names = table.fieldNames.filter(table.isText)
    let auxiliary = table.definition.auxiliary.filter { table.isText($0.name) }
    return roles(of: names)[.content] != nil || auxiliary.count == 1
      || names.contains { VecNeighbour.contentNames.contains($0.lowercased()) }
  }

  /// Which of a vector table's own columns play which part.
  static func roles(of names: [String]) -> [SourceRole: String] {
    var roles = LegacyTable.columns(of: TableList.Table(name: "", columns: names, keyColumns: []))
    roles[.id] = nil
    roles[.vector] = nil
    return roles
  }

  /// Tells the rows of several tables apart by the table's name.
  static func namingCollection(_ mapping: TableMapping) -> TableMapping {
    var mapping = mapping
    mapping.roles[.collection] = mapping.name.quotedLiteral
    return mapping
  }

  /// A table with what its vectors are, for a person.
  static func summary(of table: VecTable, _ database: any TableDatabase) throws -> String {
    let rows = try database.count("count(*)", from: table.rowids.quotedName)
    let columns = table.definition.vectors.map { "\($0.element.rawValue)[\($0.dimensions)]" }
    return "\(table.name) (\(counted(rows, "row")) of \(columns.joined(separator: ", ")))"
  }

  static func refusal(_ list: TableList, _ textless: [String], _ database: any TableDatabase) -> MemshError {
    let what =
      textless.isEmpty ? "in a form that cannot be read" : "without their texts: " + textless.joined(separator: ", ")
    return MemshError(
      .sourceUnsupported, "\(database.location) holds vectors of sqlite-vec \(what); nothing was changed",
      hint:
        "name the table that has the texts: `memsh migrate --from \(database.location.shellWord) --table TABLE --map content=COLUMN`",
      cause: "its tables are: \(list.summary)")
  }

  static func version(_ table: VecTable, _ list: TableList, _ database: any TableDatabase) throws -> String? {
    guard
      let info = list.tables.first(where: {
        $0.name == table.name + "_info" && $0.module == nil && $0.has("key", "value")
      })
    else { return nil }
    return try database.first("SELECT value FROM \(info.quotedName) WHERE key = 'CREATE_VERSION'", columns: 1)?.first?
      .idText
  }
}
