import Database
import GRDB
import MemoryModel

extension SQLiteDriver {
  package func state() throws -> StoreState {
    guard fileExists else { return StoreState() }
    return try read { db in
      let version = try FileVersion(of: db)
      if let known = knownState, known.version == version { return known.state }
      let state = try lookUpState()
      knownState = version.map { ($0, state) }
      return state
    }
  }

  private func lookUpState() throws -> StoreState {
    var state = StoreState()
    try readColumns(&state)
    var words: [String: String] = [:]
    try query(
      """
      SELECT type, name, tbl_name, coalesce(sql, '') FROM sqlite_master
      WHERE tbl_name \(among: Table.names) AND type IN ('index', 'trigger') OR name \(among: Self.ownNames)
      """
    ) { row in
      let name = try row.string(1)
      let object = StoreState.RealObject(name: name, table: try row.string(2), definition: try row.string(3))
      switch try row.string(0) {
      case "index": state.indexes.append(object)
      case "trigger": state.triggers.append(object)
      default:
        if let own = OwnTable.allCases.first(where: { $0.name == name }) {
          state.own[own] = StoreState.Rights(mayRead: true, mayWrite: true)
        } else {
          words[name] = object.definition
        }
      }
    }
    let triggers = Set(state.triggers.map(\.name))
    if let definition = words[SearchDDL.textIndex], triggers.isSuperset(of: SearchDDL.text.triggers) {
      state.textLanguage = SearchDDL.language(ofIndex: definition)
    }
    try readSpace(&state)
    return state
  }

  private static let ownNames = OwnTable.allCases.map(\.name) + [SearchDDL.textIndex]

  private func readColumns(_ state: inout StoreState) throws {
    var tables: [String: (kind: StoreState.RealTable.Kind, text: String, columns: [StoreState.RealColumn])] = [:]
    try query(
      """
      SELECT m.name, m.type, x.name, x.type, x."notnull", x.hidden > 1, x.dflt_value, m.sql
      FROM sqlite_master AS m JOIN pragma_table_xinfo(m.name) AS x
      WHERE m.type IN ('table', 'view') AND m.name \(among: Table.names) AND x.hidden <> 1 ORDER BY m.name, x.cid
      """
    ) { row in
      let kind = StoreState.RealTable.Kind(rawValue: try row.string(1)) ?? .table
      let definition = try row.string(7)
      tables[try row.string(0), default: (kind, definition, [])].columns.append(
        StoreState.RealColumn(
          name: try row.string(2), type: try row.text(3) ?? "", isRequired: try row.flag(4),
          isGenerated: try row.flag(5), defaultText: try row.text(6)))
    }
    state.tables = tables.mapValues { StoreState.RealTable(kind: $0.kind, columns: $0.columns, definition: $0.text) }
  }

  /// The recorded space; else, what the first vector says.
  private func readSpace(_ state: inout StoreState) throws {
    guard state.own[.settings] != nil else { return }
    state.recordedSpace = try first("SELECT value FROM \(OwnTable.settings) WHERE key = 'embedding_space'") {
      try $0.string(0)
    }
    guard state.recordedSpace == nil,
      state.tables[Table.memories.name]?.column(Column.embedding.name) != nil
    else { return }
    state.vectorDimensions = try first(
      """
      SELECT length(embedding) / 4 FROM \(Table.memories)
      WHERE typeof(embedding) = 'blob' AND length(embedding) > 0 AND length(embedding) % 4 = 0 ORDER BY id LIMIT 1
      """
    ) { Int(try $0.number(0)) }
  }
}

/// What changes whenever a file does, by this connection or another.
struct FileVersion: Equatable {
  /// Other connections' commits.
  private let others: Int64?
  /// The tables' definitions.
  private let schema: Int64?
  /// Rows that this connection has changed.
  private let changed: Int

  /// The version of a file as it is now; nil inside a transaction, which may be taken back.
  init?(of db: Database) throws {
    guard !db.isInsideTransaction else { return nil }
    others = try db.firstRow("PRAGMA data_version") { try $0.integer(0) } ?? nil
    schema = try db.firstRow("PRAGMA schema_version") { try $0.integer(0) } ?? nil
    changed = db.totalChangesCount
  }
}
