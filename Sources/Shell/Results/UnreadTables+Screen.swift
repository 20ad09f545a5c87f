import MemoryModel

/// What `inspect` tells of tables that no reader takes, and of folders.
struct UnreadTablesScreen {
  let tables: UnreadTables
  /// The place for a line to type.
  let location: String

  private static let tablesShown = 20
  private static let columnsShown = 30

  var record: ResultRecord {
    var record = ResultRecord.inspection(
      of: tables.location, system: tables.system, remarks: remarks,
      tables: tables.tables.map { $0.json(at: location) })
    let brief = brief
    record.screen = { RecordLines($0).lines(of: brief) }
    return record
  }

  /// What `inspect` tells of a folder with stores in it.
  static func record(_ path: String, _ stores: [InnerStore]) -> ResultRecord {
    let rows = stores.map { (store: $0, line: $0.inspection) }
    var record = ResultRecord.inspection(
      of: path,
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
    if let line = table.migration(from: location) { fields.append(.init("likely", .text(line))) }
    return fields
  }
}

extension InnerStore {
  /// The line that tells more of it.
  fileprivate var inspection: String {
    "inspect \(path.shellWord)" + (needsName ? " --system \(system.shellWord)" : "")
  }
}

extension UnreadTable {
  /// The line that migrates it as its columns are guessed; nil where they cannot be.
  func migration(from location: String) -> String? {
    likely.map { likely in
      (["migrate", "--from", location] + likely.words(table: name)).map(\.shellWord).joined(separator: " ")
    }
  }

  /// What is known of it, for machines.
  func json(at location: String) -> JSON {
    .object([
      JSON.Member("name", .string(name)), JSON.Member("rows", rows.map(JSON.integer) ?? .null),
      JSON.Member(
        "columns",
        .array(
          columns.map { .object([JSON.Member("name", .string($0.name)), JSON.Member("type", .string($0.type))]) })),
      JSON.Member(
        "likely",
        .object(
          SourceRole.allCases.compactMap { role in
            likely?.parts[role].map { JSON.Member(role.rawValue, .string($0)) }
          })),
      JSON.Member("migrate", .optional(migration(from: location))),
    ])
  }
}

extension ResultRecord {
  /// What `inspect` tells of a place whose memories are not read as one: the keys are those of memories that are.
  static func inspection(
    of source: String, system: String? = nil, remarks: [String] = [], tables: [JSON] = [], stores: [JSON] = [],
    systems: [JSON] = []
  ) -> ResultRecord {
    let nothing = ["version", "parts", "collections", "rows", "users", "rejected", "vectors"]
    return ResultRecord(
      title: "Inspection",
      fields: [.init("source", .text(source)), .init("system", .optional(system))]
        + nothing.map { .init($0, .null) } + [
          .init("remarks", .json(.array(remarks.map(JSON.string)))), .init("other_systems", .json(.array([]))),
          .init("tables", .json(.array(tables))), .init("stores", .json(.array(stores))),
          .init("systems", .json(.array(systems))), .init("migrate", .null),
        ])
  }
}
