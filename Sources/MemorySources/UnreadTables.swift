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

extension UnreadTables {
  /// The tables beside those that a reader takes in which something may be remembered: those with rows, and with a column
  /// that may be the text.
  ///
  /// - Parameter parts: What the reader takes; tables whose names begin with one of these are its helpers, and what notes
  ///   versions of a schema is no memory.
  static func likely(in database: any TableDatabase, besides parts: [String]) throws -> [UnreadTable] {
    let taken = parts.map { $0.lowercased() }
    return try database.reading {
      try database.tables().tables.filter { table in
        let name = table.shownName.lowercased()
        return table.module == nil && !taken.contains { name == $0 || name.hasPrefix($0 + "_") }
          && !name.contains(/migration|alembic|version/)
      }.map { try UnreadTable($0, isView: false, database) }.filter { $0.likely != nil && $0.rows ?? 0 > 0 }
    }
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

/// The stores that stand in a folder that is none itself.
enum InnerStores {
  /// More are not looked at.
  private static let maximum = 200
  /// So many files are looked at, wherever they lie.
  private static let filesMaximum = 1_000

  /// The stores in a folder: those in it and in its folders, those that lie deeper beside notes in Markdown, and the notes.
  static func of(_ folder: SourceFolder) -> [InnerStore] {
    var stores = near(folder)
    guard let files = try? MarkdownFiles(in: folder), !files.paths.isEmpty, !UnreadSystem.claims(folder) else {
      return stores
    }
    stores.removeAll { $0.system == MemorySystem.markdown.name }
    stores += among(files.others, in: folder).filter { deep in
      !stores.contains { deep.path == $0.path || deep.path.hasPrefix($0.path + "/") }
    }
    return stores + [InnerStore(path: folder.path, system: MemorySystem.markdown.name, needsName: true)]
  }

  private static func near(_ folder: SourceFolder, depth: Int = 2) -> [InnerStore] {
    folder.names.filter { !$0.hasPrefix(".") }.prefix(maximum).flatMap { name -> [InnerStore] in
      let path = folder.inner(name)
      if let system = system(at: path) { return [InnerStore(path: path, system: system)] }
      guard depth > 1, let inner = try? SourceFolder(path: path) else { return [] }
      return near(inner, depth: depth - 1)
    }
  }

  /// The stores that memsh reads among the files of a folder, given by their paths in it.
  static func among(_ files: [String], in folder: SourceFolder) -> [InnerStore] {
    files.sorted().prefix(filesMaximum).compactMap { file in
      let path = folder.inner(file)
      guard let place = try? SourcePlace(path: path) else { return nil }
      defer { place.close() }
      return read(place).map { InnerStore(path: path, system: $0) }
    }
  }

  /// What stands at a path; nil for what `inspect` cannot tell anything of.
  private static func system(at path: String) -> String? {
    guard let place = try? SourcePlace(path: path) else { return nil }
    defer { place.close() }
    if let system = read(place) { return system }
    guard case .tables(let tables) = place, let list = try? tables.tables(), !list.tables.isEmpty else { return nil }
    return KnownSystem.of(list)?.name ?? "SQLite database"
  }

  /// The system or systems whose memories stand in a place; nil for none that memsh reads.
  private static func read(_ place: SourcePlace) -> String? {
    if case .tables(let tables) = place, (try? tables.tables().tables.isEmpty) != false { return nil }
    return (try? SourceCatalog.systems(at: place)).map { $0.joined(separator: ", ") }
  }
}
