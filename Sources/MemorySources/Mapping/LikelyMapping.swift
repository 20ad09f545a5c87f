import Database
import MemoryModel

/// Guesses by names and types what the columns of an unknown table are: for a person to judge.
struct LikelyMapping {
  private let table: TableList.Table
  private let database: any TableDatabase
  /// The types of the columns, in lower case.
  private let types: [ExactText: String]

  init(_ table: TableList.Table, _ database: any TableDatabase) throws {
    self.table = table
    self.database = database
    types = Dictionary(
      try table.typedColumns(in: database).map { (ExactText($0.name), $0.type.lowercased()) },
      uniquingKeysWith: { first, _ in first })
  }

  /// What is proposed, and how sure it is.
  struct Guess {
    var proposed: LikelyParts
    /// Whether every part was found by the name that memsh itself gives it.
    var hasExactNames: Bool
    var live: String? { proposed.live }
    var isCertain: Bool { proposed.isCertain }
  }

  /// The parts; nil where nothing looks like a content.
  func parts() throws -> Guess? {
    var columns: [SourceRole: String] = [:]
    func choose(_ role: SourceRole, _ names: [String]) {
      guard columns[role] == nil else { return }
      let free = table.columns.filter { !columns.values.contains($0) }
      columns[role] =
        names.lazy.compactMap { wanted in free.first { $0.lowercased() == wanted && fits($0, role) } }.first
    }
    for (role, names) in LegacyTable.names { choose(role, names) }
    let exact = columns
    for (role, names) in LikelyMapping.furtherNames { choose(role, names) }
    if columns[.vector] == nil {
      columns[.vector] = table.columns.first {
        typeName(of: $0).contains(/vector\(|halfvec/) || typeName(of: $0) == "vector"
      }
    }
    var parts = columns.mapValues { MappedValue.text(column: $0) }
    // What is called content may be a document that has the content in it.
    if let column = columns[.content], case .object? = try sample(column) { parts[.content] = nil }
    try addKeys(to: &parts)
    if parts[.content] == nil { parts[.content] = try longestText(columns).map { MappedValue.text(column: $0) } }
    guard parts[.content] != nil else { return nil }
    let live = try liveCondition()
    let hasExactNames =
      exact[.content] != nil && exact[.user] != nil
      && parts == exact.mapValues { MappedValue.text(column: $0) }
    return Guess(
      proposed: LikelyParts(parts: parts, live: live, isCertain: hasExactNames && live == nil),
      hasExactNames: hasExactNames)
  }

  /// The condition of rows that live, where columns seem to mark those that do not: none of them may.
  func liveCondition() throws -> String? {
    let conditions = try table.columns.compactMap { column in
      try GoneMark(column: column)?.liveCondition(column, type: typeName(of: column), of: table, database)
    }
    return conditions.isEmpty ? nil : conditions.joined(separator: " AND ")
  }

  /// A column's type in lower case; empty where it has none.
  private func typeName(of column: String) -> String { types[ExactText(column)] ?? "" }

  /// Looks into the first document of a JSON column for what no column is.
  private func addKeys(to parts: inout [SourceRole: String]) throws {
    guard parts[.content] == nil else { return }
    for column in table.columns where LikelyMapping.documentNames.contains(column.lowercased()) || isJSON(column) {
      guard case .object(let members)? = try sample(column) else { continue }
      for (role, names) in LikelyMapping.furtherNames where parts[role] == nil && role != .id {
        let own = LegacyTable.names.first { $0.role == role }?.names ?? []
        let found = (own + names).lazy.compactMap { name in members.first { $0.key.lowercased() == name } }.first
        if let found { parts[role] = MappedValue.text(column: column, keys: [found.key]) }
      }
      if parts[.content] != nil { return }
    }
  }

  /// The text column with the longest texts, where these are more than words.
  private func longestText(_ columns: [SourceRole: String]) throws -> String? {
    let candidates = table.columns.filter { column in
      !columns.values.contains(column) && typeName(of: column).contains(/text|char|clob/)
        && !column.lowercased().contains(/(^|_)(id|key|name|type|hash|url|path|prefix|at|date|time|tags?)$/)
    }
    var best: (column: String, length: Double)?
    for column in candidates.prefix(LikelyMapping.columnsMeasured) {
      let expression = database.answering("avg(length(c))")
      let length = try database.first(
        "SELECT \(expression) FROM (SELECT \(column.quotedIdentifier) AS c FROM \(table.quotedName) LIMIT 100) x",
        columns: 1)?.first?.idText.flatMap(Double.init)
      if let length, length >= LikelyMapping.shortestText, length > best?.length ?? 0 { best = (column, length) }
    }
    return best?.column
  }

  private static let columnsMeasured = 50
  private static let shortestText = 10.0

  private func isJSON(_ column: String) -> Bool { typeName(of: column).hasPrefix("json") }

  private func sample(_ column: String) throws -> JSON? {
    let expression = "t." + column.quotedIdentifier
    return try database.first(
      "SELECT \(database.answering(expression)) FROM \(table.quotedName) t WHERE \(expression) IS NOT NULL LIMIT 1",
      columns: 1)?.first?.document
  }

  /// Whether a column's type, where it has one, can be what a part needs.
  private func fits(_ column: String, _ role: SourceRole) -> Bool {
    let type = typeName(of: column)
    guard !type.isEmpty else { return true }
    let isNumber = type.contains(/int|real|double|float|numeric|decimal|bool/)
    return switch role {
    case .content, .vector: !isNumber && !type.contains(/date|time/) && (role == .vector || !type.contains(/vector/))
    case .metadata: !isNumber && !type.contains(/date|time|vector/)
    default: !type.contains(/vector|blob|bytea/)
    }
  }

  private static let documentNames: Set<String> = [
    "payload", "value", "data", "doc", "document", "json", "body", "memory",
  ]

  /// Names beside those of the legacy format, best first.
  private static let furtherNames: [(role: SourceRole, names: [String])] = [
    (.id, ["uuid", "key", "guid", "pk", "note_id", "fact_id"]),
    (
      .user,
      ["owner", "owner_id", "author", "author_id", "uid", "username", "user_name", "person", "person_id", "who"]
    ),
    (
      .content,
      [
        "memory", "fact", "body", "note", "observation", "document", "page_content", "chunk", "sentence", "statement",
        "summary", "description", "entry", "data", "value",
      ]
    ),
    (.vector, ["emb", "vec", "embeddings", "vectors", "content_embedding"]),
    (.metadata, ["metadata_", "cmetadata", "payload", "attributes", "attrs", "properties", "extra"]),
    (.category, ["kind", "topic", "memory_type", "label"]), (.importance, ["score", "salience", "weight"]),
    (.accessCount, ["accesses", "num_times"]), (.accessed, ["last_accessed", "accessed_at", "last_seen_at"]),
    (.created, ["created", "ts", "time", "date", "created_on", "date_created", "inserted_at"]),
    (.updated, ["updated", "modified", "modified_at", "last_modified", "updated_on"]),
    (.collection, ["collection", "namespace", "collection_name"]),
  ]
}

extension TableList.Table {
  /// The columns with their types in the database's own words.
  func typedColumns(in database: any TableDatabase) throws -> [UnreadTable.Column] {
    guard types.isEmpty, !columns.isEmpty, database.backend == .sqlite else {
      return columns.enumerated().map { index, name in
        UnreadTable.Column(name: name, type: types.indices.contains(index) ? types[index] : "")
      }
    }
    var found: [UnreadTable.Column] = []
    try database.rows("SELECT name, type FROM pragma_table_info(\(name.quotedLiteral))") { row in
      guard let name = try row.value(0).idText else { return }
      found.append(UnreadTable.Column(name: name, type: try row.value(1).idText ?? ""))
    }
    return found
  }
}
