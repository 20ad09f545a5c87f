import Database
import MemoryModel

/// A table of any system, read as its user says.
extension MemorySystem {
  static let mapped = MemorySystem(name: "mapped table") { place, selection in
    guard let name = selection.table else { return nil }
    guard case .tables(let database) = place else {
      throw MemshError(
        .usage, "\(place.location) is not a database: it has no table '\(name)'",
        hint: "`--table` goes with a SQLite file or a PostgreSQL URL")
    }
    let table = try database.tables().chosen(name, at: database.location)
    return try MappedTable(table, database, selection).reader()
  }
}

extension TableList {
  /// The table or view that `--table` names, with its schema or without.
  ///
  /// - Throws: `usage`.
  fileprivate func chosen(_ name: String, at location: String) throws -> Table {
    let all = tables + views
    func names(_ table: Table) -> [String] { [table.name] + (table.schema.map { ["\($0).\(table.name)"] } ?? []) }
    func fitting(_ fits: (String) -> Bool) -> [Table] { all.filter { names($0).contains(where: fits) } }
    // As it is called, as SQL writes it, as a screen shows it, and in other letters.
    let unquoted = (try? MappedValue.segments(name))?.joined(separator: ".") ?? name
    let exact =
      [name, unquoted, name.readingVisibleControls].lazy.map { name in
        fitting { $0.utf8.elementsEqual(name.utf8) }
      }.first { !$0.isEmpty } ?? []
    let found = exact.isEmpty ? fitting { $0.lowercased() == unquoted.lowercased() } : exact
    guard let table = found.first else {
      throw MemshError(
        .usage, "\(location) has no table '\(name)'",
        hint: all.isEmpty ? "it has no tables" : "its tables are: \(TableList(all).summary)")
    }
    let isAmbiguous = found.count > 1 && !(found.contains { $0.schema == nil } && exact.count == found.count)
    guard !isAmbiguous else {
      throw MemshError(
        .usage, "\(location) has several tables '\(name)'",
        hint: "name one: " + found.map { names($0).last ?? $0.name }.joined(separator: ", "))
    }
    if let module = table.module {
      throw MemshError(
        .sourceUnsupported, "\(table.name) is a virtual table of the module \(module), whose rows memsh cannot read",
        hint: "`inspect \(location.shellWord)` shows what it can")
    }
    return table
  }
}

/// Turns what `--map` and `--live` say into a mapping of a table.
private struct MappedTable {
  let table: TableList.Table
  let database: any TableDatabase
  let live: String?
  private let values: [SourceRole: MappedValue]
  /// How the vectors stand in their column; nil where nobody says.
  private let vectorForm: VectorForm?

  /// - Throws: `usage`, with the line to type where no mapping is given and none is certain.
  init(_ table: TableList.Table, _ database: any TableDatabase, _ selection: SourceSelection) throws {
    self.table = table
    self.database = database
    live = selection.liveCondition
    let parts = selection.mapping.isEmpty ? try MappedTable.certainParts(of: table, database, live) : selection.mapping
    var values = try parts.filter { $0.key != .vector }.mapValues { try MappedValue($0, of: table) }
    (values[.vector], vectorForm) = try parts[.vector].map { try MappedValue.vector($0, of: table) } ?? (nil, nil)
    self.values = values
    guard values[.content] != nil else {
      throw MemshError(
        .usage, "--map does not say which column of \(table.name) is the content",
        hint: "add content=COLUMN; its columns are: \(table.columnSummary)")
    }
    for role in [SourceRole.content, .id, .vector] {
      if case .constant? = values[role] {
        throw MemshError(.usage, "--map: \(role.rawValue) takes a column, not a constant", hint: "write no quotes")
      }
    }
    if case .key? = values[.vector], let vectorForm, vectorForm.number != nil, !vectorForm.isBase64 {
      throw MemshError(
        .usage, "--map: the vectors inside a document cannot be \(vectorForm.name)",
        hint: "there they are json or base64-\(vectorForm.name)")
    }
    if let live { try MappedTable.check(live, on: table, database) }
  }

  /// The parts of a table whose columns have the names that memsh itself would give them.
  private static func certainParts(
    of table: TableList.Table, _ database: any TableDatabase, _ live: String?
  ) throws -> [SourceRole: String] {
    guard let likely = try LikelyMapping(table, database).parts() else {
      throw MemshError(
        .usage, "say with --map which column of \(table.name) is what",
        hint: "its columns are: \(table.columnSummary)")
    }
    guard likely.isCertain || (live != nil && likely.live != nil && likely.hasExactNames) else {
      let words = likely.proposed.words(table: table.displayName).map(\.shellWord).joined(separator: " ")
      throw MemshError(
        .usage, "say with --map which column of \(table.name) is what: their names do not tell",
        hint: "if this is right, type `migrate --from \(database.location.shellWord) \(words)`")
    }
    return likely.proposed.parts
  }

  /// - Throws: `usage` for what the database does not take for a condition.
  private static func check(_ live: String, on table: TableList.Table, _ database: any TableDatabase) throws {
    try LiveCondition.check(live, for: database.backend)
    do {
      _ = try database.count("count(*)", from: "(SELECT 1 FROM \(table.quotedName) t WHERE (\(live)) LIMIT 0) x")
    } catch let error as MemshError where ![.interrupted, .connectionLost, .permissionDenied].contains(error.code) {
      throw MemshError(
        .usage, "--live is not a condition on the rows of \(table.name)",
        hint: "its columns are: \(table.columnSummary)", cause: error.cause ?? error.message)
    }
  }

  func reader() throws -> TableReader {
    var columns: [SourceRole: String] = [:]
    var constants: [SourceRole: String] = [:]
    var keys: [(role: SourceRole, column: String, keys: [String])] = []
    for (role, value) in values {
      switch value {
      case .column(let column): columns[role] = column
      case .constant(let text): constants[role] = text
      case .key(let column, let path): keys.append((role, column, path))
      }
    }
    var mapping = TableMapping(table, columns: columns)
    mapping.adjustNamesUser = values[.user] != nil
    let documents = Dictionary(grouping: keys, by: \.column).map { column, parts in
      MappedDocument(
        column: column, isMetadata: columns[.metadata] == column,
        isUsedOtherwise: columns.contains { $0.key != .metadata && $0.value == column },
        vectorForm: vectorForm ?? .json, parts: parts.map { ($0.role, $0.keys) })
    }.sorted { $0.column < $1.column }
    mapping.extra = documents.filter(\.isUsedOtherwise).map { ($0.extraName, "t." + $0.column.quotedIdentifier) }
    if let vectorForm {
      if let form = mapping.vectorForm, form != .column(vectorForm, isGuessed: false) {
        throw MemshError(
          .usage,
          "--map: the vectors of \(table.name) cannot be \(vectorForm.name): the type of their column says their form",
          hint: "name the column alone")
      }
      mapping.vectorForm = .column(vectorForm, isGuessed: false)
      mapping.isVectorFormNamed = true
    }
    if let live { mapping.states = [(.deleted, "(\(live)) IS NOT TRUE")] }
    mapping.order = try order()
    mapping.idIsUnique = columns[.id].map(table.isUnique) ?? false
    mapping.adjust = { row in
      for document in documents { document.adjust(&row) }
      for (role, text) in constants { row[role] = .text(text) }
    }
    return TableReader(
      "mapped table", database, [mapping], version: nil, remarks: try remarks())
  }

  /// The order in which the rows of a SQLite table were written, as far as the database tells.
  private func order() throws -> String? {
    guard database.backend == .sqlite, try !database.tables().views.contains(where: { $0.name == table.name }) else {
      return nil
    }
    // Only a table that is WITHOUT ROWID cannot be asked for its row numbers.
    let hasRowNumbers = (try? database.first("SELECT rowid FROM \(table.quotedName) LIMIT 0", columns: 1)) != nil
    return hasRowNumbers ? "t.rowid" : nil
  }

  private func remarks() throws -> [String] {
    var remarks: [String] = []
    if values[.user] == nil {
      remarks.append(
        "no column of \(table.name) is mapped as the user: a memory is its metadata's user_id's, else the user "
          + "\(SourceRow.defaultUser)'s")
    }
    if live == nil, let condition = try LikelyMapping(table, database).liveCondition() {
      remarks.append(
        "\(table.name) seems to mark rows that are gone: `--live \(condition.shellWord)` leaves them out")
    }
    return remarks
  }
}

extension TableList.Table {
  /// The name as `--table` takes it.
  var displayName: String { (schema.map { $0 + "." } ?? "") + name }
}

/// A JSON column out of which parts are taken; what is left of it goes to the metadata.
private struct MappedDocument {
  let column: String
  let isMetadata: Bool
  /// Whether the column plays a part as a whole, too: then nothing of it is left.
  let isUsedOtherwise: Bool
  let vectorForm: VectorForm
  let parts: [(role: SourceRole, keys: [String])]

  /// The name of a value that no column has.
  var extraName: String { "\u{1}" + column }

  func adjust(_ row: inout SourceRow) {
    let name = isUsedOtherwise ? extraName : column
    let index = row.otherColumns.firstIndex { $0.name == name }
    let value = isMetadata ? row.metadata : index.map { row.otherColumns[$0].value } ?? .null
    if isUsedOtherwise, let index { row.otherColumns.remove(at: index) }
    guard let document = value.document, case .object = document else { return }
    var rest = document
    for (role, keys) in parts {
      guard let found = document.value(at: keys[...]), found != .null else { continue }
      if role == .vector { row.embedding = embedding(found) } else { row[role] = .json(found) }
      rest = rest.removing(keys[...])
    }
    guard !isUsedOtherwise else { return }
    let left: SourceValue = rest == .object([]) ? .null : .json(rest)
    if isMetadata { row.metadata = left } else if let index { row.otherColumns[index].value = left }
  }

  private func embedding(_ json: JSON) -> SourceEmbedding {
    var text = json.stringValue ?? json.text
    let decoder = EmbeddingDecoder(form: .column(vectorForm, isGuessed: false))
    return text.withUTF8 { decoder.decode(UnsafeRawBufferPointer($0), isText: true) }
  }
}

extension JSON {
  /// What keys lead to, one inside the other; nil where they lead nowhere.
  fileprivate func value(at keys: ArraySlice<String>) -> JSON? {
    keys.reduce(Optional(self)) { value, key in value?[key: key] }
  }

  /// The document without what keys lead to.
  fileprivate func removing(_ keys: ArraySlice<String>) -> JSON {
    guard case .object(var members) = self, let first = keys.first,
      let index = members.firstIndex(where: { $0.hasKey(first) })
    else { return self }
    if keys.count == 1 {
      members.remove(at: index)
    } else {
      members[index].value = members[index].value.removing(keys.dropFirst())
    }
    return .object(members)
  }
}
