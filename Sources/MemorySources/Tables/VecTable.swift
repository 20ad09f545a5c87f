import MemoryModel

/// A table of the extension sqlite-vec, read without it: from the ordinary tables behind it.
///
/// `T_rowids` tells which rows live and where in a chunk each stands. A chunk is one blob with the vectors of up to 1,024
/// rows; metadata columns have chunks, too. Freed slots keep their bytes, and are used again.
struct VecTable {
  let name: String
  let definition: VecDefinition
  /// Which rows there are; the columns `rowid, id, chunk_id, chunk_offset`.
  let rowids: TableList.Table
  /// Columns that are not read.
  var omitted: Set<String> = []

  /// The tables of sqlite-vec whose definition and inner tables are whole.
  static func all(in list: TableList, _ database: any TableDatabase) throws -> [VecTable] {
    guard list.tables.contains(where: { $0.module == "vec0" }) else { return [] }
    var statements: [ExactText: String] = [:]
    try database.rows("SELECT name, sql FROM sqlite_master WHERE type = 'table'") { row in
      if let name = try row.value(0).idText, let sql = try row.value(1).idText { statements[ExactText(name)] = sql }
    }
    return list.tables.compactMap { table in
      guard table.module == "vec0", let statement = statements[ExactText(table.name)] else { return nil }
      return VecTable(table.name, statement, list)
    }
  }

  private init?(_ name: String, _ statement: String, _ list: TableList) {
    guard let definition = VecDefinition(statement: statement) else { return nil }
    func inner(_ suffix: String, _ columns: String...) -> TableList.Table? {
      list.tables.first { table in
        table.module == nil && table.name == name + suffix
          && Set(columns).isSubset(of: table.columns.map { $0.lowercased() })
      }
    }
    guard let rowids = inner("_rowids", "rowid", "id", "chunk_id", "chunk_offset"),
      inner("_chunks", "chunk_id", "size") != nil,
      definition.vectors.indices.allSatisfy({ inner("_vector_chunks" + VecTable.number($0), "rowid", "vectors") != nil }
      ),
      definition.metadata.indices.allSatisfy({ inner("_metadatachunks" + VecTable.number($0), "rowid", "data") != nil }
      ),
      definition.auxiliary.isEmpty || inner("_auxiliary", "rowid") != nil
    else { return nil }
    self.name = name
    self.definition = definition
    self.rowids = rowids
  }

  /// The column whose vectors become those of the memories: the first of floats.
  var vectorIndex: Int? { definition.vectors.firstIndex { $0.element == .float } }

  /// What a person should know of its vectors.
  var remarks: [String] {
    var remarks: [String] = []
    for (index, column) in definition.vectors.enumerated() where index != vectorIndex {
      let reason =
        column.element == .float
        ? "a memory has one vector, and takes that of the column \(vectorIndex.map { definition.vectors[$0].name } ?? "")"
        : "memsh keeps vectors of 32-bit floats only"
      remarks.append("the \(column.element.rawValue) vectors in \(name).\(column.name) are left out: \(reason)")
    }
    return remarks
  }

  /// What is joined so that ``fields`` and ``place`` can be read.
  ///
  /// - Parameter rowids: The alias of the table of row numbers.
  func joins(rowids: String) -> String {
    var joins = ""
    if !definition.partitions.isEmpty {
      joins += " LEFT JOIN \(shadow("_chunks")) vec_c ON vec_c.chunk_id = \(rowids).chunk_id"
    }
    if !definition.auxiliary.isEmpty {
      joins += " LEFT JOIN \(shadow("_auxiliary")) vec_a ON vec_a.rowid = \(rowids).rowid"
    }
    for (index, _) in longTexts {
      let number = VecTable.number(index)
      joins += " LEFT JOIN \(shadow("_metadatatext" + number)) vec_t\(number) ON vec_t\(number).rowid = \(rowids).rowid"
    }
    return joins
  }

  /// The names of all columns that are read, except vectors, as the table has them.
  var fieldNames: [String] {
    let names = definition.partitions + definition.auxiliary.map(\.name) + definition.metadata.map(\.name)
    return names.filter { !omitted.contains($0) }
  }

  /// Whether a column holds text.
  func isText(_ name: String) -> Bool {
    definition.auxiliary.contains { $0.name == name && $0.type == "text" }
      || definition.metadata.contains { $0.name == name && $0.type == .text }
  }

  /// What ``VecChunks/fill(_:decodingVectors:)`` needs to find in a row, by name.
  func extra(rowids: String) -> [(name: String, sql: String)] {
    let partitions = definition.partitions.enumerated().map { ($1, "vec_c.partition" + VecTable.number($0)) }
    let auxiliary = definition.auxiliary.enumerated().map { ($1.name, "vec_a.value" + VecTable.number($0)) }
    return [(VecTable.chunk, "\(rowids).chunk_id"), (VecTable.slot, "\(rowids).chunk_offset")]
      + (partitions + auxiliary).filter { !omitted.contains($0.0) }
      + longTexts.map { (VecTable.longText($0.index), "vec_t\(VecTable.number($0.index)).data") }
  }

  /// The order in which every chunk is read once.
  func order(rowids: String) -> String { "\(rowids).chunk_id, \(rowids).chunk_offset, \(rowids).rowid" }

  private var longTexts: [(index: Int, name: String)] {
    definition.metadata.enumerated().filter { $1.type == .text }.map { ($0, $1.name) }
  }

  /// The name of an inner table, as SQL writes it.
  func shadow(_ suffix: String) -> String { (name + suffix).quotedIdentifier }

  /// The names of values that do not stand in columns; no column is called so.
  static let chunk = "vec0 chunk"
  static let slot = "vec0 slot"
  static func longText(_ index: Int) -> String { "vec0 text \(index)" }

  /// Two digits, as the inner tables are numbered.
  static func number(_ index: Int) -> String { index < 10 ? "0\(index)" : "\(index)" }
}
