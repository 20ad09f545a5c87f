import Database
import MemoryModel

/// The place of a column that others added: as this database has it, and as its values travel.
struct AddedPlace {
  /// The column here.
  let real: AddedColumn
  /// The column where it was made, which may have been a database of the other kind.
  let origin: AddedColumn

  /// What stands here, for the way to another store.
  func travelling(_ value: Value) -> AddedValue {
    switch (real.database, origin.database) {
    case (.postgres, .sqlite):
      AddedValue(column: origin, value: value.asSQLite(ofType: real.type, declared: origin.type))
    case (.sqlite, .postgres): AddedValue(column: origin, value: value.asPostgres(ofType: origin.type))
    default: AddedValue(column: origin, value: value)
    }
  }

  /// The value for this place of one that comes from elsewhere; nil when it cannot be held.
  func stored(_ value: AddedValue) -> Value? {
    switch (value.column.database, real.database) {
    case (.postgres, .sqlite):
      origin.database == .postgres
        ? value.value : value.value.asSQLite(ofType: value.column.type, declared: real.type)
    case (.sqlite, .postgres):
      value.value.fits(postgresType: real.type, madeFor: origin) ? value.value.asPostgres(ofType: real.type) : nil
    case (.sqlite, .sqlite) where origin.database == .postgres:
      // The texts of PostgreSQL stand here.
      value.value.fits(postgresType: origin.type) ? value.value.asPostgres(ofType: origin.type) : value.value
    default: value.value
    }
  }
}

extension [AddedPlace] {
  /// Values as they are written into a row.
  ///
  /// - Throws: `store_failed` for a value without a place, and for one that its place cannot hold.
  func writing(_ values: [AddedValue], ofRow id: Int64, in table: Table) throws -> [AddedValue] {
    try values.map { value in
      guard let place = first(where: { $0.real.name.utf8.elementsEqual(value.column.name.utf8) }) else {
        throw MemshError(.storeFailed, "\(table.name) has no column \(value.column.name)")
      }
      guard let stored = place.stored(value) else {
        throw MemshError(
          .storeFailed,
          "row \(id) of \(table.name) cannot be taken over as it is: \(value.column.name) holds a value that is not of "
            + "the column's type (\(place.real.type))",
          hint: "mend the value in the source, or give the column here another type")
      }
      return AddedValue(column: place.real, value: stored)
    }
  }
}

extension MemoryStore {
  /// The columns that others added to a table, as they travel.
  package func addedColumns(of table: Table) throws -> [AddedColumn] { try addedPlaces(in: table).map(\.origin) }

  /// The columns that others added to a table, for a table that is made for their values: it is known of each what its
  /// values are.
  package func travellingColumns(of table: Table) throws -> [AddedColumn] {
    try addedPlaces(in: table).map { place in
      guard place.origin.database == .sqlite else { return place.origin }
      var column = place.origin
      guard place.real.database == .sqlite else {
        return try hasForeignTexts(place, in: table) ? place.real : column
      }
      let types = try driver.rows(
        "SELECT DISTINCT typeof(\(name: column.name)) FROM \(table) WHERE \(name: column.name) IS NOT NULL"
      ) { try $0.string(0) }
      column.held = types.sorted()
      return column
    }
  }

  /// Whether a column of PostgreSQL that was made for one of SQLite has texts by now that such a column would rewrite: `007`
  /// is 7 in one of numbers.
  private func hasForeignTexts(_ place: AddedPlace, in table: Table) throws -> Bool {
    guard place.real.type == "text", ![.text, .blob].contains(SQLiteAffinity(declared: place.origin.type)) else {
      return false
    }
    let name = place.real.name
    let texts = try driver.rows(
      """
      SELECT DISTINCT \(name: name) FROM \(table)
      WHERE pg_catalog.textregexeq(\(name: name), '^[-+0-9.eE]+$'::pg_catalog.text)
      """
    ) { try $0.string(0) }
    let affinity = SQLiteAffinity(declared: place.origin.type)
    return texts.contains { text in
      // What reads as a number is held as one.
      let value = Value.text(text).asSQLite(ofType: place.real.type, declared: place.origin.type)
      return value == .text(text) && affinity.value(of: text) != .text(text)
    }
  }

  func addedPlaces(in table: Table) throws -> [AddedPlace] {
    let added = try state().added(to: table, in: identity.backend)
    guard !added.isEmpty else { return [] }
    let origins = try columnTypes()[key: table.name]
    let other: Backend = identity.backend == .sqlite ? .postgres : .sqlite
    return added.map { column in
      guard let type = origins?[key: column.name]?.stringValue else { return AddedPlace(real: column, origin: column) }
      var origin = AddedColumn(name: column.name, type: type, database: other)
      // The note may be of a column that was dropped since.
      guard origin.isHeld(asType: column.type, in: identity.backend) else {
        return AddedPlace(real: column, origin: column)
      }
      if other == .sqlite { origin.held = SQLiteAffinity.held(postgresType: column.type) }
      return AddedPlace(real: column, origin: origin)
    }
  }

  /// What memsh has noted of columns that come from a database of the other kind: an object of tables, of columns, with
  /// the types that they had there.
  private func columnTypes() throws -> JSON {
    if let knownColumnTypes { return knownColumnTypes }
    var types: JSON?
    if try mayRead(.settings) == true {
      types =
        try driver.first(
          "SELECT \(Column.settingValue) FROM \(OwnTable.settings) WHERE key = \(MemoryStore.columnTypesKey)"
        ) { try $0.json(0) } ?? nil
    }
    let found = types ?? .object([])
    knownColumnTypes = found
    return found
  }

  static let columnTypesKey = "column_types"

  /// Makes room for columns that rows from elsewhere have. A table without rows gets those that it lacks. Belongs into a
  /// transaction.
  ///
  /// - Parameter changes: Whether they are really added.
  /// - Throws: `schema_missing` for tables with rows, before anything is changed, with the statements that add them.
  package func makeRoom(for columns: [(table: Table, columns: [AddedColumn])], changes: Bool = true) throws {
    let missing = try columns.flatMap { table, columns in
      let present = try state().tables[table.name]?.columns.map(\.name)
      return columns.filter { column in
        present.map { !$0.contains { $0.utf8.elementsEqual(column.name.utf8) } } ?? true
      }.map { (table: table, column: $0) }
    }
    guard !missing.isEmpty else { return }
    for (table, column) in missing { try requireType(column.type(in: identity.backend), of: column, in: table) }
    try refuseMissing(
      missing.filter { table, _ in
        try state().tables[table.name] != nil && driver.exists("SELECT 1 FROM \(table) LIMIT 1")
      })
    try refuseNamesInUse(missing)
    guard changes else { return }
    let before = try columnTypes()
    var noted = before
    for (table, column) in missing {
      let type = column.type(in: identity.backend)
      try driver.execute("ALTER TABLE \(table) ADD COLUMN \(name: column.name) \(raw: type)")
      if column.database != identity.backend {
        let types = noted[key: table.name] ?? .object([])
        noted = noted.setting(table.name, to: types.setting(column.name, to: .string(column.type)))
      }
    }
    forgetState()
    guard noted != before else { return }
    try driver.capabilities.schema.createLedger()
    try driver.execute(
      """
      INSERT INTO \(OwnTable.settings) (key, value) VALUES (\(MemoryStore.columnTypesKey), \(noted))
      ON CONFLICT (key) DO UPDATE SET value = EXCLUDED.value
      """)
  }

  /// - Throws: `store_failed` for a type that the database does not know, and for a text that is none: it may come from a
  ///   file.
  private func requireType(_ type: String, of column: AddedColumn, in table: Table) throws {
    var cause: String?
    do {
      if try driver.exists("\(dialect: { $0.knows(type: type) })") { return }
    } catch let error as MemshError where error.code == .storeFailed {
      cause = error.message
    }
    throw MemshError(
      .storeFailed, "the column \(column.name) of \(table.name) has a type that is not known here: \(type.prefix(60))",
      hint: "make the type first, or the column with another one", cause: cause)
  }

  /// - Throws: `store_failed` where the database takes the names of two columns for the same one: SQLite's differ in more
  ///   than case.
  private func refuseNamesInUse(_ missing: [(table: Table, column: AddedColumn)]) throws {
    guard identity.backend == .sqlite else { return }
    for table in Table.all {
      let coming = missing.filter { $0.table == table }.map(\.column.name)
      var names = try state().tables[table.name]?.columns.map(\.name) ?? table.columnNames
      for name in coming {
        if let other = names.first(where: { $0.lowercased() == name.lowercased() }) {
          throw MemshError(
            .storeFailed, "the columns \(other) and \(name) of \(table.name) would be the same one in SQLite",
            hint: "rename one where they come from: ALTER TABLE \(table.name) RENAME \(name.quotedIdentifier) TO …")
        }
        names.append(name)
      }
    }
  }

  private func refuseMissing(_ missing: [(table: Table, column: AddedColumn)]) throws {
    guard !missing.isEmpty else { return }
    let names = missing.map { "\($0.table.name).\($0.column.name)" }.joined(separator: ", ")
    let statements = missing.map { table, column in
      let type = column.type(in: identity.backend)
      return "ALTER TABLE \(table.name) ADD COLUMN \(column.name.quotedIdentifier) \(type)"
    }
    throw MemshError(
      .schemaMissing,
      "refused: the rows have values in columns that \(identity.location) lacks: \(names)",
      hint: statements.joined(separator: "; "))
  }

  /// Gives the added columns of a row other values.
  package func update(_ values: [AddedValue], of table: Table, id: Int64) throws {
    let values = try addedPlaces(in: table).writing(values, ofRow: id, in: table)
    guard !values.isEmpty else { return }
    let assignments = values.map { value -> SQL in
      "\(name: value.column.name) = \(dialect: { $0.writing(value.value, as: value.column.type) })"
    }
    let changed = try driver.changing(
      "UPDATE \(table) SET \(SQL.joined(assignments)) WHERE id = \(id) RETURNING id")
    guard changed.contains(id) else { throw MemshError.rowsNotWritten([id], of: table.name, "changed") }
  }

  /// Whether a row has values already that come from elsewhere.
  package func hasSame(_ present: [AddedValue], as coming: [AddedValue], in table: Table) throws -> Bool {
    guard !coming.isEmpty else { return true }
    let places = try addedPlaces(in: table)
    let there = try places.writing(present, ofRow: 0, in: table)
    return try places.writing(coming, ofRow: 0, in: table).allSatisfy { value in
      let settled = value.value.settled(in: value.column)
      return there.contains {
        $0.column.name.utf8.elementsEqual(value.column.name.utf8) && $0.value.settled(in: $0.column).isSame(as: settled)
      }
    }
  }
}

extension Column {
  fileprivate static let settingValue = Column("value", .json)
}
