internal import GRDB
import MemoryCore

/// The memory table of a legacy file: which of its columns plays which part.
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

  /// The names of the table, in the order in which they are looked for.
  private static let names = ["memories", "memory", "user_memories"]

  let name: String
  let columns: [Column]
  /// Whether the id alone tells one row from another.
  let idIsUnique: Bool
  private let hasRowNumbers: Bool

  /// Finds the table.
  ///
  /// - Throws: `source_without_memories`.
  init(in db: Database, path: String) throws {
    let tables = try String.fetchAll(db, sql: "SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")
    guard let found = LegacyTable.names.lazy.compactMap({ wanted in tables.first { $0.lowercased() == wanted } }).first
    else {
      throw MemshError(
        .sourceWithoutMemories, "\(path) has no table memories, memory or user_memories",
        hint: tables.isEmpty
          ? "it has no tables at all" : "its tables are: \(tables.prefix(10).joined(separator: ", "))")
    }
    name = found
    let infos = try Row.fetchAll(db, sql: "SELECT name, pk FROM pragma_table_info(?)", arguments: [found])
    columns = LegacyTable.assignRoles(infos.map { $0["name"] })
    guard columns.contains(where: { $0.role == .content }) else {
      throw MemshError(
        .sourceWithoutMemories, "the table \(found) of \(path) has no column content, text or message",
        hint: "its columns are: \(columns.map(\.name).joined(separator: ", "))")
    }
    let keyColumns = infos.filter { ($0["pk"] as Int) > 0 }.map { $0["name"] as String }
    idIsUnique = keyColumns.count == 1 && columns.contains { $0.role == .id && $0.name == keyColumns[0] }
    // Only a table that is WITHOUT ROWID cannot be asked for its row numbers.
    hasRowNumbers = (try? db.makeStatement(sql: "SELECT rowid FROM \(found.quotedDatabaseIdentifier)")) != nil
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
  func quoted(_ role: Role) -> String? { columns.first { $0.role == role }?.name.quotedDatabaseIdentifier }

  var quotedName: String { name.quotedDatabaseIdentifier }

  /// Selects all columns, in the order in which the rows were written.
  var selectStatement: String {
    let names = columns.map(\.name.quotedDatabaseIdentifier).joined(separator: ", ")
    return "SELECT \(names) FROM \(quotedName)" + (hasRowNumbers ? " ORDER BY rowid" : "")
  }
}
