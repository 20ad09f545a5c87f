import Database
import MemoryModel

/// What stands in one place, as `migrate` and `inspect` need it.
package enum FoundSource {
  /// A store of memsh's own.
  case memsh
  /// A system that memsh reads.
  case foreign(ForeignSource)
}

/// What stands in one place, as `inspect` tells it.
package enum FoundPlace {
  /// Memories, and what stands beside them.
  case source(FoundSource, Beside)
  /// The memories of several systems in one database, each by itself.
  case several(location: String, [NamedSource])
  /// Tables that no reader takes.
  case tables(UnreadTables)
  /// A folder with stores in it.
  case folder(path: String, [InnerStore])
}

/// Finds out which memory system made what stands in a place: by the whole of it, never by a table's name.
package enum SourceCatalog {
  /// Ends what the SQLite files of others that are read are asked; the thread that waits gets `interrupted`.
  package static func interruptAll() { OpenedFiles.interruptAll() }

  /// Looks at a file or a folder.
  ///
  /// - Throws: `source_not_found`, `source_unreadable`, `source_not_a_database`, `source_without_memories`;
  ///   `source_unsupported` for a system that memsh knows and does not read; `usage` where several systems fit and none
  ///   was named.
  package static func open(path: String, _ selection: SourceSelection) throws -> FoundSource {
    try open(SourcePlace(path: path), selection)
  }

  /// Looks at a PostgreSQL database, through a driver that was opened for reading only.
  package static func open(_ driver: any Driver, _ selection: SourceSelection) throws -> FoundSource {
    try open(.tables(PostgresTables(driver, selection)), selection)
  }

  /// Looks at a file or a folder, and describes also what no reader takes.
  ///
  /// - Throws: As ``open(path:_:)``, for what cannot be described.
  package static func inspect(path: String, _ selection: SourceSelection) throws -> FoundPlace {
    try inspect(SourcePlace(path: path), selection)
  }

  /// Looks at a PostgreSQL database, and describes also what no reader takes.
  package static func inspect(_ driver: any Driver, _ selection: SourceSelection) throws -> FoundPlace {
    try inspect(.tables(PostgresTables(driver, selection)), selection)
  }

  private static func inspect(_ place: SourcePlace, _ selection: SourceSelection) throws -> FoundPlace {
    do {
      let readers: [Fitting]
      switch try look(at: place, selection) {
      case .memsh: return .source(.memsh, besideMemsh(at: place, selection))
      case .foreign(let found): readers = found
      }
      guard readers.count == 1 else {
        let names = readers.map(\.system.name)
        return .several(
          location: place.location,
          readers.map {
            NamedSource(
              word: word($0.system.name, among: names), ForeignSource($0.reader, at: place, selection: selection))
          })
      }
      return .source(.foreign(source(readers[0], at: place, selection)), try beside(readers[0], at: place, selection))
    } catch let error as MemshError
      where [.sourceUnsupported, .sourceWithoutMemories, .sourceNotADatabase].contains(error.code)
      && selection.table == nil && selection.system == nil
    {
      switch place {
      case .tables(let database):
        guard let described = try UnreadTables(database) else { throw error }
        return .tables(described)
      case .folder(let folder):
        let stores = InnerStores.of(folder)
        guard !stores.isEmpty else { throw error }
        return .folder(path: folder.path, stores)
      case .file: throw error
      }
    }
  }

  /// The systems whose memories stand in a database beside a store of memsh's own: two others are told apart by `--system`.
  private static func besideMemsh(at place: SourcePlace, _ selection: SourceSelection) -> Beside {
    var beside = Beside()
    // The legacy system is told by what it has not, and would take memsh's own tables.
    for system in MemorySystem.all where !system.isGeneral && system.name != MemorySystem.legacy.name {
      do {
        guard let reader = try system.open(place, selection), !reader.parts.contains("memories") else { continue }
        beside.systems.append(system.name)
      } catch let error as MemshError where refusesForm.contains(error.code) {
      } catch {
        beside.remarks.append(
          "memories of \(system.name) cannot be read: \((error as? MemshError)?.message ?? "\(error)")")
      }
    }
    return beside
  }

  /// The tables beside those of a system that may hold something remembered; who has chosen among them knows them.
  private static func beside(
    _ found: Fitting, at place: SourcePlace, _ selection: SourceSelection
  ) throws -> Beside {
    guard case .tables(let database) = place, selection.system == nil, selection.table == nil,
      MemorySystem.guests.contains(found.system.name)
    else { return Beside() }
    return Beside(tables: try UnreadTables.likely(in: database, besides: found.reader.parts))
  }

  private static func open(_ place: SourcePlace, _ selection: SourceSelection) throws -> FoundSource {
    switch try look(at: place, selection) {
    case .memsh: return .memsh
    case .foreign(let found):
      guard found.count > 1 else { return .foreign(source(found[0], at: place, selection)) }
      let names = found.map(\.system.name)
      throw MemshError(
        .usage, "\(place.location) holds the memories of several systems: \(names.joined(separator: ", "))",
        hint: "name one of them: "
          + names.map { "--system \(word($0, among: names).shellWord)" }.joined(separator: ", "))
    }
  }

  /// A system with its reader for a place.
  private typealias Fitting = (system: MemorySystem, reader: any ForeignReader)

  /// What stands in a place: a store of memsh's own, or the memories of one system, or of several.
  private enum Look {
    case memsh
    /// At least one.
    case foreign([Fitting])
  }

  private static func look(at place: SourcePlace, _ selection: SourceSelection) throws -> Look {
    let found = try readers(at: place, selection)
    let name: String
    switch found {
    case .memsh: name = "memsh"
    case .foreign(let systems):
      guard !systems.contains(where: \.reader.hasNamespaces) else { return found }
      name = systems.map(\.system.name).joined(separator: ", ")
    }
    guard selection.userLabel == nil || selection.isShared else {
      throw MemshError(
        .usage, "\(place.location) is a store of \(name), which has no namespaces",
        hint: "leave --user-from-namespace out")
    }
    return found
  }

  private static func readers(at place: SourcePlace, _ selection: SourceSelection) throws -> Look {
    let isOurs = selection.system.map { $0.lowercased() == "memsh" } ?? (selection.table == nil)
    if isOurs, case .tables(let tables) = place, try isMemsh(tables.tables(), tables.backend) { return .memsh }
    let found = try fitting(systems(named: selection.system), place, selection)
    guard found.isEmpty else { return .foreign(found) }
    // One that stands in another schema answers for itself.
    if isOurs, case .tables(let tables) = place, try isMemsh(tables.tables(), tables.backend, anywhere: true) {
      return .memsh
    }
    throw try UnreadSystem.refusal(of: place)
  }

  /// The names of the systems whose memories stand in a place.
  ///
  /// - Throws: As ``open(path:_:)``, where there are none.
  static func systems(at place: SourcePlace) throws -> [String] {
    switch try look(at: place, SourceSelection()) {
    case .memsh: ["memsh"]
    case .foreign(let found): found.map(\.reader.system)
    }
  }

  private static func source(
    _ found: Fitting, at place: SourcePlace, _ selection: SourceSelection
  ) -> ForeignSource {
    // Who names a system knows what else there is.
    let reader = selection.system == nil ? AccompaniedReader.of(found.reader, in: place) : found.reader
    return ForeignSource(reader, at: place, selection: selection)
  }

  /// The systems to ask: all of them, or those whose name begins with a word, or is that word.
  private static func systems(named wanted: String?) throws -> [MemorySystem] {
    guard let wanted = wanted?.lowercased() else { return MemorySystem.all }
    let named = MemorySystem.all.filter { $0.name.lowercased() == wanted }
    let found = named.isEmpty ? MemorySystem.all.filter { $0.name.lowercased().hasPrefix(wanted) } : named
    guard found.isEmpty else { return found }
    throw MemshError(
      .usage, "memsh reads no system called '\(wanted)'",
      hint: "--system takes the beginning of one of these: "
        + MemorySystem.all.map(\.name).filter { $0 != MemorySystem.mapped.name }
        .joined(separator: ", "))
  }

  /// The systems that fit.
  ///
  /// A database can hold the tables of several. One whose tables a more particular one has taken is not another system.
  private static func fitting(
    _ systems: [MemorySystem], _ place: SourcePlace, _ selection: SourceSelection
  ) throws -> [Fitting] {
    var found: [Fitting] = []
    var taken: Set<String> = []
    for system in systems where found.isEmpty || !system.isGeneral {
      do {
        guard let reader = try system.open(place, selection) else { continue }
        let parts = Set(reader.parts.map { $0.lowercased() })
        guard found.isEmpty || parts.isDisjoint(with: taken) else { continue }
        taken.formUnion(parts)
        found.append((system, reader))
      } catch let error as MemshError where !found.isEmpty && refusesForm.contains(error.code) {}
      // In a folder or a file, and where a table was named, the first one is the one.
      guard case .tables = place, selection.table == nil else { break }
    }
    return found
  }

  /// What an opening throws that says only that a place is of another form.
  private static let refusesForm: Set<ErrorCode> = [.sourceWithoutMemories, .sourceUnsupported]

  /// What `--system` takes for a name: its first word where that says which one it is.
  private static func word(_ name: String, among names: [String]) -> String {
    let first = String(name.lowercased().prefix { $0.isLetter || $0.isNumber })
    let isClear = first == name.lowercased() || names.count { $0.lowercased().hasPrefix(first) } == 1
    return isClear && !first.isEmpty ? first : name
  }

  /// Whether a database is a store of memsh's own.
  ///
  /// - Parameter anywhere: true takes tables that are found only by their schema, too.
  private static func isMemsh(_ list: TableList, _ backend: Backend, anywhere: Bool = false) -> Bool {
    let isEmpty = list.tables.isEmpty && list.views.isEmpty
    let all = backend == .postgres ? list.tables + list.views : list.tables
    let list = TableList(anywhere ? all : all.filter { $0.schema == nil })
    return switch backend {
    case .sqlite: list.tables.contains { $0.name == "memsh_settings" }
    case .postgres:
      // A database without any table is a store that has none yet.
      isEmpty
        || list.table("memories", with: "user_id", "content", "embedding", "importance_score", "access_count") != nil
          && list.table("memory_duplicates", with: "original_id", "duplicate_hash") != nil
    }
  }
}
