import MemoryModel
import MemoryServices

/// What `inspect` tells of memories that can be read.
struct InspectionScreen {
  let inspection: Inspection
  /// What stands beside the memories.
  let beside: Beside
  /// The states of the rows that the migration line reads.
  let selected: Set<RowState>
  /// The place for a line to type.
  let location: String
  /// The words of the command that migrates.
  let migration: [String]

  private static let namesShown = 10
  private static let tablesNamed = 5

  /// Machines get every value; people those that say something.
  var record: ResultRecord {
    let survey = inspection.survey
    let parts = ResultTable(
      columns: ["name", "rows"], rows: survey.parts.map { [.text($0.name), $0.rows.map(Cell.integer) ?? .null] },
      noun: "part")
    let line = migration.map(\.shellWord).joined(separator: " ")
    var record = ResultRecord(
      title: "Inspection",
      fields: [
        .init("source", .text(inspection.source.location)), .init("system", .text(inspection.source.kind)),
        .init("version", .optional(survey.version)), .init("parts", .list(parts)),
        .init("collections", .record(tally(inspection.collections, "collection"))),
        .init(
          "rows", .record(RowState.allCases.map { .init($0.rawValue, .integer(inspection.states[$0, default: 0])) })),
        .init("users", .record(tally(inspection.users, "user"))), .init("rejected", .list(rejections)),
        .init("vectors", .record(vectors)),
        .init("remarks", .json(.array(remarks.map(JSON.string)))),
        .init("other_systems", .json(.array(beside.systems.map(JSON.string)))),
        .init("tables", .json(.array(beside.tables.map { $0.json(at: location) }))),
        .init("stores", .json(.array([]))), .init("systems", .json(.array([]))), .init("migrate", .text(line)),
      ])
    let brief = brief(parts, line)
    record.screen = { RecordLines($0).lines(of: brief) }
    return record
  }

  private func brief(_ parts: ResultTable, _ line: String) -> ResultRecord {
    let survey = inspection.survey
    var fields: [ResultRecord.Field] = [.init("system", .text(inspection.source.kind))]
    if let version = survey.version { fields.append(.init("version", .text(version))) }
    if !parts.rows.isEmpty { fields.append(.init("parts", .list(parts))) }
    fields += list(inspection.collections, "collection")
    fields.append(.init("rows", .text(rowSentence)))
    fields += list(inspection.users, "user")
    if !rejections.rows.isEmpty { fields.append(.init("rejected", .list(rejections))) }
    fields.append(.init("vectors", .text(vectorSentence)))
    if !remarks.isEmpty { fields.append(.init("remarks", .text(remarks.joined(separator: "\n")))) }
    fields.append(.init("migrate", .text(line)))
    return ResultRecord(title: inspection.source.location.withVisibleControls, fields: fields)
  }

  /// The most frequent names, for people: `12 users, the first 10`.
  private func list(_ tally: Inspection.Tally, _ noun: String) -> [ResultRecord.Field] {
    let first = tally.first(InspectionScreen.namesShown)
    guard !first.isEmpty else { return [] }
    let count = (tally.isComplete ? "" : "more than ") + counted(tally.names, noun)
    let rows = first.map { [Cell.text($0.name), .integer($0.rows)] }
    return [
      .init(
        count + (tally.names > first.count ? ", the first \(first.count)" : ""),
        .list(ResultTable(columns: [noun, "rows"], rows: rows, noun: noun)))
    ]
  }

  private func tally(_ tally: Inspection.Tally, _ noun: String) -> [ResultRecord.Field] {
    [
      .init("count", .count(tally.names)), .init("complete", .boolean(tally.isComplete)),
      .init(
        "first",
        .list(
          ResultTable(
            columns: [noun, "rows"],
            rows: tally.first(InspectionScreen.namesShown).map { [.text($0.name), .integer($0.rows)] }, noun: noun))),
    ]
  }

  private var rejections: ResultTable {
    ResultTable(
      columns: ["reason", "rows", "example"],
      rows: inspection.rejections.sorted { $0.key < $1.key }.map {
        [.text($0.key), .integer($0.value.rows), .text($0.value.example)]
      }, noun: "reason")
  }

  private var lengths: [(length: Int, rows: Int64)] {
    inspection.dimensions.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.map { ($0.key, $0.value) }
  }

  private var vectors: [ResultRecord.Field] {
    [
      .init("rows", .integer(inspection.dimensions.values.reduce(0, +))),
      .init("missing", .integer(inspection.withoutVectors)),
      .init("unreadable", .integer(inspection.unreadableVectors)),
      .init(
        "dimensions",
        .list(
          ResultTable(
            columns: ["dimensions", "rows"], rows: lengths.map { [.count($0.length), .integer($0.rows)] },
            noun: "length"))),
      .init("model", .optional(inspection.survey.model)),
      .init(
        "forms",
        .list(
          ResultTable(
            columns: ["part", "form", "guessed_from"],
            rows: inspection.survey.vectorForms.map {
              [.text($0.part), .optional($0.form), $0.values.map(Cell.count) ?? .null]
            }, noun: "form"))),
    ]
  }

  /// In which forms the vectors stand, and how that is known.
  private var forms: [String] {
    inspection.survey.vectorForms.filter { $0.form != nil }.map { note in
      let place = inspection.survey.vectorForms.count > 1 ? " in \(note.part)" : ""
      return note.title + place
        + (note.values.map { " (guessed from \(counted($0, "vector")))" } ?? " (as the mapping says)")
    }
  }

  /// `41 live, 2 deleted`
  private var rowSentence: String {
    RowState.allCases.filter { $0 == .live || inspection.states[$0, default: 0] > 0 }
      .map { "\(inspection.states[$0, default: 0]) \($0.rawValue)" }.joined(separator: ", ")
  }

  private var vectorSentence: String {
    var parts = lengths.map { "\($0.rows) of \($0.length) dimensions" } + forms
    if inspection.withoutVectors > 0 { parts.append("\(counted(inspection.withoutVectors, "row")) without") }
    if inspection.unreadableVectors > 0 {
      parts.append("\(inspection.unreadableVectors) unreadable: \(inspection.unreadableReason ?? "")")
    }
    if let model = inspection.survey.model { parts.append("of the model \(model)") }
    return parts.isEmpty ? "none" : parts.joined(separator: ", ")
  }

  private var remarks: [String] {
    let left = RowState.allCases.compactMap { state -> String? in
      guard !selected.contains(state), let rows = inspection.states[state], rows > 0 else { return nil }
      return "\(counted(rows, "\(state.rawValue) row")) \(rows == 1 ? "is" : "are") left out; "
        + "`--include \(state.rawValue)` brings \(rows == 1 ? "it" : "them") along"
    }
    let systems = beside.systems.map {
      "\($0) has memories here, too: `inspect \(location.shellWord) --system \($0.shellWord)`"
    }
    let tables = beside.tables.prefix(InspectionScreen.tablesNamed).map { table in
      "also here, not read: table \(table.name) (\(counted(table.rows ?? 0, "row"))): "
        + "`\(table.migration(from: location) ?? "inspect")`"
    }
    let more = beside.tables.count - tables.count
    return inspection.survey.remarks + left + systems + beside.remarks + tables
      + (more > 0 ? ["also here, not read: \(counted(more, "further table")); `--output json` has all"] : [])
  }
}

extension InspectionScreen {
  /// What `inspect` tells of a place that holds the memories of several systems: each by itself.
  static func record(_ location: String, typed: String, _ systems: [InspectionScreen]) -> ResultRecord {
    let remarks = ["`inspect \(typed.shellWord) --system NAME` tells more of one"]
    var record = ResultRecord.inspection(of: location, remarks: remarks, systems: systems.map(\.record.json))
    let brief = ResultRecord(
      title: location.withVisibleControls,
      fields: systems.map { .init(named: $0.inspection.source.kind, .record($0.summary)) }
        + [.init("remarks", .text(remarks.joined(separator: "\n")))])
    record.screen = { RecordLines($0).lines(of: brief) }
    return record
  }

  /// What a person must know to choose this one.
  private var summary: [ResultRecord.Field] {
    let users = (inspection.users.isComplete ? "" : "more than ") + counted(inspection.users.names, "user")
    return [
      .init("rows", .text("\(rowSentence), of \(users)")), .init("vectors", .text(vectorSentence)),
      .init("migrate", .text(migration.map(\.shellWord).joined(separator: " "))),
    ]
  }
}
