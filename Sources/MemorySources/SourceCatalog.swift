import Database
import MemoryModel

/// What stands in one place, as `migrate` and `inspect` need it.
package enum FoundSource {
  /// A store of memsh's own.
  case memsh
  /// A system that memsh reads.
  case foreign(ForeignSource)
}

/// Finds out which memory system made what stands in a place: by the whole of it, never by a table's name.
package enum SourceCatalog {
  /// Looks at a file or a folder.
  ///
  /// - Throws: `source_not_found`, `source_unreadable`, `source_not_a_database`, `source_without_memories`;
  ///   `source_unsupported` for a system that memsh knows and does not read.
  package static func open(path: String, _ selection: SourceSelection) throws -> FoundSource {
    try open(SourcePlace(path: path), selection)
  }

  /// Looks at a PostgreSQL database, through a driver that was opened for reading only.
  package static func open(_ driver: any Driver, _ selection: SourceSelection) throws -> FoundSource {
    try open(.tables(PostgresTables(driver)), selection)
  }

  private static func open(_ place: SourcePlace, _ selection: SourceSelection) throws -> FoundSource {
    let isChosen = selection.system != nil || selection.table != nil
    if !isChosen, case .tables(let tables) = place, try isMemsh(tables.tables(), tables.backend) { return .memsh }
    for system in MemorySystem.all {
      if let wanted = selection.system, !system.name.lowercased().hasPrefix(wanted.lowercased()) { continue }
      if let reader = try system.open(place, selection) {
        return .foreign(ForeignSource(reader, at: place, selection: selection))
      }
    }
    throw try UnreadSystem.refusal(of: place)
  }

  private static func isMemsh(_ list: TableList, _ backend: Backend) -> Bool {
    switch backend {
    case .sqlite: list.tables.contains { $0.name == "memsh_settings" }
    case .postgres:
      // A database without any table is a store that has none yet.
      list.tables.isEmpty
        || list.table("memories", with: "user_id", "content", "embedding", "importance_score", "access_count") != nil
          && list.table("memory_duplicates", with: "original_id", "duplicate_hash") != nil
    }
  }
}
