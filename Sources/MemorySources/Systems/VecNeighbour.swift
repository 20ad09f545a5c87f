import MemoryModel

/// The ordinary table that has the texts of a sqlite-vec table's vectors: told by its rows, which have the same numbers.
struct VecNeighbour {
  let vectors: VecTable
  private let texts: TableList.Table
  /// What stands on the side of the texts: `t.rowid = r.rowid`.
  private let key: String
  private let columns: [SourceRole: String]
  /// How many of the vectors belong to a row of it, and how many do not.
  private let matches: Int64
  private let dangling: Int64
  /// Whether the vectors' table is called after it.
  private let isNamed: Bool

  /// Further names of columns with texts, best first.
  static let contentNames = [
    "body", "document", "page_content", "chunk", "chunk_text", "fact", "sentence", "summary", "description", "headline",
    "title",
  ]

  /// The neighbours of those tables that have one.
  static func all(
    of tables: [VecTable], in list: TableList, _ database: any TableDatabase
  ) throws -> [VecNeighbour] {
    try tables.compactMap { try of($0, in: list, database) }
  }

  /// The only table that fits; nil where there is none, or where more than one would do.
  ///
  /// Small numbers are found in any table: vectors that have texts of their own take others only from a table after which
  /// theirs is called.
  private static func of(
    _ vectors: VecTable, in list: TableList, _ database: any TableDatabase
  ) throws -> VecNeighbour? {
    let virtual = list.tables.filter { $0.module != nil }.map { $0.name + "_" }
    let total = try database.count("count(*)", from: vectors.rowids.quotedName)
    guard total > 0 else { return nil }
    var fitting: [VecNeighbour] = []
    for table in list.tables where table.module == nil && !virtual.contains(where: table.name.hasPrefix) {
      guard let columns = try columns(of: table, database), let key = try key(of: table, vectors, database) else {
        continue
      }
      let matches = try database.count(
        "count(*)", from: "\(vectors.rowids.quotedName) r JOIN \(table.quotedName) t ON \(key)")
      let isNamed = isNamed(vectors.name, after: table.name)
      // A vector whose text was deleted stays where an application forgets it; the name tells that the table is the right one.
      guard isNamed ? matches > total / 2 : matches == total && !SQLiteVec.hasOwnTexts(vectors) else { continue }
      fitting.append(
        VecNeighbour(
          vectors: vectors, texts: table, key: key, columns: columns, matches: matches, dangling: total - matches,
          isNamed: isNamed))
    }
    let named = fitting.filter(\.isNamed)
    let best = named.isEmpty ? fitting : named
    return best.count == 1 ? best[0] : nil
  }

  /// The one among several whose vectors the texts take instead of this one's: a memory has one vector. nil for itself.
  func replacement(among all: [VecNeighbour]) -> VecNeighbour? {
    all.first { best in
      best.takesPlace(of: self) && !all.contains { $0.takesPlace(of: best) }
    }
  }

  private func takesPlace(of other: VecNeighbour) -> Bool {
    guard texts.name == other.texts.name, vectors.name != other.vectors.name else { return false }
    func rank(_ side: VecNeighbour) -> (Int, Int, Int64) {
      (side.isNamed ? 1 : 0, side.vectors.vectorIndex == nil ? 0 : 1, side.matches)
    }
    return rank(self) == rank(other) ? vectors.name < other.vectors.name : rank(self) > rank(other)
  }

  /// What a person should know where another table's vectors are taken.
  func remark(takenBy other: VecNeighbour) -> String {
    "the vectors in \(vectors.name) are left out: the texts in \(texts.name) take those of \(other.vectors.name)"
  }

  /// Words that tell what a table holds, not what it belongs to.
  private static let genericWords: Set<Substring> = [
    "v", "vec", "vecs", "vector", "vectors", "embedding", "embeddings", "idx", "index",
  ]

  /// Whether a table is called after another, as `vec_notes` and `note_embeddings` are after `notes`.
  private static func isNamed(_ vectors: String, after texts: String) -> Bool {
    let words = vectors.lowercased().split(separator: "_").filter { !genericWords.contains($0) }
    let own = texts.lowercased().split(separator: "_")
    return words == own || words.joined(separator: "_") + "s" == own.joined(separator: "_")
  }

  /// The parts that columns play by their names; nil for a table without a column of texts.
  private static func columns(
    of table: TableList.Table, _ database: any TableDatabase
  ) throws -> [SourceRole: String]? {
    var columns = LegacyTable.columns(of: table)
    columns[.vector] = nil
    if columns[.content] == nil {
      let free = table.columns.filter { !columns.values.contains($0) }
      let named = contentNames.lazy.compactMap { name in free.first { $0.lowercased() == name } }.first
      let texts = try types(of: table, database).filter { $0.type.contains("text") || $0.type.contains("char") }
      columns[.content] = named ?? (texts.count == 1 && free.contains(texts[0].name) ? texts[0].name : nil)
    }
    if columns[.id] == nil, table.keyColumns.count == 1 { columns[.id] = table.keyColumns[0] }
    return columns[.content] == nil ? nil : columns
  }

  /// How its rows and the vectors' belong together; nil where they cannot.
  private static func key(
    of table: TableList.Table, _ vectors: VecTable, _ database: any TableDatabase
  ) throws -> String? {
    if vectors.definition.key?.isText == true {
      return table.keyColumns.count == 1 ? "t.\(table.keyColumns[0].quotedIdentifier) = r.id" : nil
    }
    return database.hasRowNumbers(table) ? "t.rowid = r.rowid" : nil
  }

  private static func types(
    of table: TableList.Table, _ database: any TableDatabase
  ) throws -> [(name: String, type: String)] {
    var types: [(name: String, type: String)] = []
    try database.rows("SELECT name, type FROM pragma_table_info(\(table.name.quotedLiteral))") { row in
      if let name = try row.value(0).idText { types.append((name, try row.value(1).idText?.lowercased() ?? "")) }
    }
    return types
  }

  /// The rows of the texts, each with its vector and what else the vectors' table has of it.
  func mapping(_ database: any TableDatabase) -> TableMapping {
    var vectors = vectors
    // What both tables say is taken from the texts' one.
    vectors.omitted = Set(vectors.fieldNames.filter { name in texts.has(name.lowercased()) })
    var mapping = TableMapping(texts, columns: columns)
    if let id = columns[.id] { mapping.idIsUnique = texts.isUnique(id) } else { mapping.roles[.id] = "t.rowid" }
    mapping.joins = "LEFT JOIN \(vectors.rowids.quotedName) r ON \(key)" + vectors.joins(rowids: "r")
    mapping.extra = vectors.extra(rowids: "r")
    mapping.order = vectors.order(rowids: "r") + ", " + (mapping.roles[.id] ?? "t.rowid")
    let chunks = VecChunks(vectors, database)
    mapping.unpack = { row, decodingVectors in try chunks.fill(&row, decodingVectors: decodingVectors) }
    let own = SQLiteVec.roles(of: vectors.fieldNames).filter { columns[$0.key] == nil }
    mapping.adjust = { row in
      for (role, name) in own { row[role] = row.take(name) }
      row.nameUserAfterMetadata()
    }
    return mapping
  }

  /// What a person should know: how texts and vectors were found to belong together.
  var remarks: [String] {
    let content = columns[.content] ?? ""
    var remarks = ["the text of a vector in \(vectors.name) is \(texts.name).\(content) of the row with the same key"]
    if dangling > 0 {
      remarks.append("left out: \(counted(dangling, "vector")) in \(vectors.name) without a row in \(texts.name)")
    }
    return remarks
  }
}
