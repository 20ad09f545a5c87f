import MemoryModel

/// What `inspect` tells of tables that no reader takes, and of folders.
struct UnreadTablesScreen {
  let tables: UnreadTables
  /// The place for a line to type.
  let location: String

  private static let tablesShown = 20
  private static let columnsShown = 30

  var record: ResultRecord {
    let list = tables.tables.map { table -> JSON in
      .object([
        JSON.Member("name", .string(table.name)), JSON.Member("rows", table.rows.map(JSON.integer) ?? .null),
        JSON.Member(
          "columns",
          .array(
            table.columns.map {
              .object([JSON.Member("name", .string($0.name)), JSON.Member("type", .string($0.type))])
            })),
        JSON.Member(
          "likely",
          .object(
            SourceRole.allCases.compactMap { role in
              table.likely?.parts[role].map { JSON.Member(role.rawValue, .string($0)) }
            })),
        JSON.Member("migrate", .optional(migration(table))),
      ])
    }
    var record = UnreadTablesScreen.record(
      source: tables.location, system: tables.system, remarks: remarks, tables: list, stores: [])
    let brief = brief
    record.screen = { RecordLines($0).lines(of: brief) }
    return record
  }

  /// What `inspect` tells of a folder with stores in it.
  static func record(_ path: String, _ stores: [InnerStore]) -> ResultRecord {
    let rows = stores.map { (store: $0, line: "inspect \($0.path.shellWord)") }
    var record = record(
      source: path, system: nil, remarks: [], tables: [],
      stores: rows.map { store, line in
        .object([
          JSON.Member("path", .string(store.path)), JSON.Member("system", .string(store.system)),
          JSON.Member("inspect", .string(line)),
        ])
      })
    let brief = ResultRecord(
      title: "The folder \(path.withVisibleControls) is not a store, and has \(counted(stores.count, "store")) in it",
      fields: [
        .init(
          "stores",
          .list(
            ResultTable(
              columns: ["system", "inspect"], rows: rows.map { [.text($0.store.system), .text($0.line)] }, noun: "store"
            )))
      ])
    record.screen = { RecordLines($0).lines(of: brief) }
    return record
  }

  /// The same keys as those of memories that can be read.
  private static func record(
    source: String, system: String?, remarks: [String], tables: [JSON], stores: [JSON]
  ) -> ResultRecord {
    let nothing = ["version", "parts", "collections", "rows", "users", "rejected", "vectors"]
    return ResultRecord(
      title: "Inspection",
      fields: [.init("source", .text(source)), .init("system", .optional(system))]
        + nothing.map { .init($0, .null) } + [
          .init("remarks", .json(.array(remarks.map(JSON.string)))), .init("other_systems", .json(.array([]))),
          .init("tables", .json(.array(tables))), .init("stores", .json(.array(stores))), .init("migrate", .null),
        ])
  }

  private func migration(_ table: UnreadTable) -> String? {
    table.likely.map { likely in
      (["migrate", "--from", location] + likely.words(table: table.name)).map(\.shellWord).joined(separator: " ")
    }
  }

  private var remarks: [String] {
    var remarks = ["memsh does not read this by itself: `--table` and `--map` say which columns are what"]
    if tables.tables.contains(where: { $0.likely != nil }) {
      remarks.append("what is likely is guessed by names and types: see whether it is right before you migrate")
    }
    return remarks
  }

  private var brief: ResultRecord {
    // Tables that may hold memories come first.
    let sorted = tables.tables.filter { $0.likely != nil } + tables.tables.filter { $0.likely == nil }
    let shown = sorted.prefix(UnreadTablesScreen.tablesShown).map { table in
      ResultRecord.Field(named: table.name, .record(fields(of: table)))
    }
    let more = sorted.count - shown.count
    let rest: [ResultRecord.Field] =
      more > 0 ? [.init("more", .text("\(counted(more, "further table")); `--output json` has all"))] : []
    return ResultRecord(
      title: tables.location.withVisibleControls,
      fields: [.init("system", .text(tables.system ?? "unknown"))] + shown + rest
        + [.init("remarks", .text(remarks.joined(separator: "\n")))])
  }

  private func fields(of table: UnreadTable) -> [ResultRecord.Field] {
    let columns = table.columns.prefix(UnreadTablesScreen.columnsShown).map { column in
      column.type.isEmpty ? column.name : "\(column.name) \(column.type)"
    }
    let more = table.columns.count - columns.count
    var fields: [ResultRecord.Field] = [
      .init("rows", .text(table.rows.map(String.init) ?? "not counted")),
      .init(
        "columns",
        .text(
          columns.isEmpty
            ? "they cannot be told" : columns.joined(separator: ", ") + (more > 0 ? " and \(more) more" : ""))),
    ]
    if let line = migration(table) { fields.append(.init("likely", .text(line))) }
    return fields
  }
}
