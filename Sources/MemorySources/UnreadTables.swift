import Database
import MemoryModel

extension UnreadTables {
  /// Describes the tables of a database that no reader takes; nil where there are none.
  init?(_ database: any TableDatabase) throws {
    let list = try database.tables()
    let all = list.tables + list.views
    guard !all.isEmpty else { return nil }
    self.init(
      location: database.location, system: KnownSystem.of(list)?.name,
      tables: try database.reading { try all.map { try UnreadTable($0, isView: list.isView($0), database) } })
  }
}

extension TableList {
  fileprivate func isView(_ table: Table) -> Bool { views.contains { $0.shownName == table.shownName } }
}

extension UnreadTable {
  fileprivate init(_ table: TableList.Table, isView: Bool, _ database: any TableDatabase) throws {
    guard table.module == nil else {
      self.init(name: table.displayName, columns: [], rows: nil, likely: nil)
      return
    }
    self.init(
      name: table.displayName, columns: try table.typedColumns(in: database),
      // A view may be anything, and counting it may take for ever.
      rows: isView ? nil : try database.count("count(*)", from: table.quotedName),
      likely: isView ? nil : try LikelyMapping(table, database).parts()?.proposed)
  }
}

/// The stores that stand in a folder, one level deep.
enum InnerStores {
  /// More are not looked at.
  private static let maximum = 200

  /// The stores in a folder, and in its folders that are none themselves.
  static func of(_ folder: SourceFolder, depth: Int = 2) -> [InnerStore] {
    folder.names.filter { !$0.hasPrefix(".") }.prefix(maximum).flatMap { name -> [InnerStore] in
      let path = folder.inner(name)
      if let system = system(at: path) { return [InnerStore(path: path, system: system)] }
      guard depth > 1, let inner = try? SourceFolder(path: path) else { return [] }
      return of(inner, depth: depth - 1)
    }
  }

  /// What stands at a path; nil for what `inspect` cannot tell anything of.
  private static func system(at path: String) -> String? {
    guard let place = try? SourcePlace(path: path) else { return nil }
    defer { place.close() }
    var unread: String?
    if case .tables(let tables) = place {
      guard let list = try? tables.tables(), !list.tables.isEmpty else { return nil }
      unread = KnownSystem.of(list)?.name ?? "SQLite database"
    }
    switch try? SourceCatalog.open(path: path, SourceSelection()) {
    case .memsh?: return "memsh"
    case .foreign(let source)?: return source.description.kind
    case nil: return unread
    }
  }
}
