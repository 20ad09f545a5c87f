import Database
internal import GRDB
import MemoryModel

/// A memory table of a legacy file: which of its columns plays which part.
struct LegacyTable {
  /// What a column is to memsh.
  enum Role: CaseIterable {
    case id, userID, content, embedding, metadata, category, importanceScore, accessCount, lastAccessedAt
    case createdAt, updatedAt

    /// The names it goes by, in lower case, best first.
    var names: [String] {
      switch self {
      case .id: ["id", "memory_id"]
      case .userID: ["user_id", "userid", "user"]
      case .content: ["content", "text", "message"]
      case .embedding: ["embedding", "vector"]
      case .metadata: ["metadata", "meta"]
      case .category: ["category", "type"]
      case .importanceScore: ["importance_score", "importance"]
      case .accessCount: ["access_count"]
      case .lastAccessedAt: ["last_accessed_at"]
      case .createdAt: ["created_at", "createdat", "timestamp"]
      case .updatedAt: ["updated_at", "updatedat"]
      }
    }
  }

  struct Column {
    let name: String
    /// nil for a column that memsh has no place for.
    var role: Role?
  }

  /// The names of the tables, in the order in which they are read.
  private static let names = ["memories", "memory", "user_memories"]

  /// Columns that mark a row as gone. The legacy format has none of them: it deletes.
  private static let tombstones = [
    "deleted_at", "deleted", "is_deleted", "superseded_by", "expires_at", "expiration_date",
  ]

  let name: String
  let columns: [Column]
  /// Whether the id alone tells one row from another.
  let idIsUnique: Bool
  /// What comes before the keys of rows, so that those of several tables stay distinct; empty for the first table.
  let keyPrefix: String
  private let hasRowNumbers: Bool

  /// Finds the tables of the legacy format: by their columns, because a name proves nothing.
  ///
  /// - Returns: The tables, and a line about each that has such a name and another form. A database without any table
  ///   has none.
  /// - Throws: `source_unsupported` for another system's file, `source_without_memories` for one without such a table.
  static func all(in db: Database, path: String) throws -> (tables: [LegacyTable], remarks: [String]) {
    let list = try TableList(db)
    guard !list.tables.isEmpty else { return ([], []) }
    if let system = KnownSystem.of(list) { throw MemshError.foreignSource(path, "a store of \(system.name)") }
    let named = names.compactMap { name in list.tables.first { $0.module == nil && $0.name.lowercased() == name } }
    guard !named.isEmpty else {
      throw MemshError(
        .sourceWithoutMemories, "\(path) has no table memories, memory or user_memories",
        hint: "its tables are: \(list.summary)")
    }
    var tables: [LegacyTable] = []
    var remarks: [String] = []
    for table in named {
      let columns = assignRoles(table.columns)
      if let reason = missing(in: columns) {
        remarks.append("the table \(table.name) \(reason)")
        continue
      }
      try refuseForeignForm(of: table, columns, in: list, path: path)
      tables.append(LegacyTable(table, columns, isFirst: tables.isEmpty, db))
    }
    guard !tables.isEmpty else {
      throw MemshError(
        .sourceWithoutMemories, "\(path) is not in the legacy format: \(remarks.joined(separator: "; "))",
        hint: "its tables are: \(list.summary)")
    }
    return (tables, remarks.map { $0 + ": it was left alone" })
  }

  private init(_ table: TableList.Table, _ columns: [Column], isFirst: Bool, _ db: Database) {
    name = table.name
    self.columns = columns
    keyPrefix = isFirst ? "" : table.name.lowercased() + "/"
    let key = table.keyColumns
    idIsUnique = key.count == 1 && columns.contains { $0.role == .id && $0.name == key[0] }
    // Only a table that is WITHOUT ROWID cannot be asked for its row numbers.
    hasRowNumbers = (try? db.makeStatement(sql: "SELECT rowid FROM \(table.name.quotedIdentifier)")) != nil
  }

  /// What a table lacks to be one of the legacy format; nil for nothing.
  private static func missing(in columns: [Column]) -> String? {
    func has(_ role: Role) -> Bool { columns.contains { $0.role == role } }
    if !has(.content) { return "has no column content, text or message" }
    return has(.id) || has(.userID) ? nil : "has neither an id nor a user_id"
  }

  /// - Throws: `source_unsupported` for a table that keeps rows which are gone, or whose vectors stand elsewhere.
  private static func refuseForeignForm(
    of table: TableList.Table, _ columns: [Column], in list: TableList, path: String
  ) throws {
    if let mark = columns.first(where: { tombstones.contains($0.name.lowercased()) })?.name {
      throw MemshError(
        .sourceUnsupported,
        "\(path) is not in the legacy format: the column \(mark) of \(table.name) marks rows that are gone",
        hint: "make a copy, delete those rows there and drop the column; its tables are: \(list.summary)")
    }
    guard !columns.contains(where: { $0.role == .embedding }) else { return }
    if let vectors = list.tables.first(where: { $0.name.lowercased().contains(/embedding|vector/) }) {
      throw MemshError(
        .sourceUnsupported,
        "\(path) is not in the legacy format: the vectors of \(table.name) stand in another table, \(vectors.name)",
        hint: "its tables are: \(list.summary)")
    }
  }

  private static func assignRoles(_ names: [String]) -> [Column] {
    var columns = names.map { Column(name: $0, role: nil) }
    for role in Role.allCases {
      let match = role.names.lazy.compactMap { wanted in
        columns.firstIndex { $0.role == nil && $0.name.lowercased() == wanted }
      }.first
      if let match { columns[match].role = role }
    }
    return columns
  }

  func has(_ role: Role) -> Bool { columns.contains { $0.role == role } }

  /// The name of a role's column, quoted for SQL.
  func quoted(_ role: Role) -> String? { columns.first { $0.role == role }?.name.quotedIdentifier }

  var quotedName: String { name.quotedIdentifier }

  /// Selects all columns, in the order in which the rows were written.
  var selectStatement: String {
    let names = columns.map(\.name.quotedIdentifier).joined(separator: ", ")
    return "SELECT \(names) FROM \(quotedName)" + (hasRowNumbers ? " ORDER BY rowid" : "")
  }
}
