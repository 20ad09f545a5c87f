import Database
import MemoryModel
import MemoryStore

/// Takes rows into a store, some hundred at a time.
final class ImportLoader {
  /// A row that cannot be taken.
  struct Refused: Error {
    let line: Int
    let code: ErrorCode
    let reason: String
    let hint: String
  }

  private struct Row<Value> {
    let line: Int
    let id: Int64?
    let value: Value
    /// Another number for another row; 0 where that does not matter.
    let digest: Int
  }

  private let store: MemoryStore
  private let operation: Operation
  private let options: ImportOptions
  private let moment: Timestamp
  private let dimensions: Int
  /// Whether a dry run has no tables to look at.
  private let isEmpty: Bool
  /// The columns beside those that memsh knows.
  private let added: [Table: [AddedColumn]]
  private var memories: [Row<MemoryFields>] = []
  private var rows: [Table: [Row<Record>]] = [:]
  /// The lines of the ids seen, for ids that come twice.
  private var seen: [String: [Int64: Int]] = [:]
  private var largest: [String: Int64] = [:]
  /// The tables of which a row without an id has come.
  private var withoutID: Set<String> = []
  /// The only rows that may be replaced; nil for any.
  private let allowed: AllowedReplacements?
  private(set) var replacements: [RowName: Int] = [:]
  var report = ImportReport()

  init(
    store: MemoryStore, operation: Operation, options: ImportOptions, moment: Timestamp, dimensions: Int,
    isEmpty: Bool, added: [Table: [AddedColumn]], allowed: AllowedReplacements?
  ) {
    self.allowed = allowed
    self.added = added
    self.store = store
    self.operation = operation
    self.options = options
    self.moment = moment
    self.dimensions = dimensions
    self.isEmpty = isEmpty && options.dryRun
  }

  func add(_ row: ImportedRow, line: Int) throws {
    let json = row.json
    let name = json[key: "table"]?.stringValue ?? "memories"
    guard name != "memories" else {
      return try addMemory(try row.memory?.get() ?? ImportedMemory(json, now: moment, added: added), json, line: line)
    }
    guard let table = Table.named(name) else { throw RowJSON.Unreadable(reason: "there is no table '\(name)'") }
    var (id, row) = try RowJSON.row(json, of: table, now: moment, added: added[table] ?? [])
    try note(id, in: name, line: line)
    report.nulReplaced += row.nulCount
    row = row.replacingNUL
    row.values = table.withoutEveryAgent(row.values).map { value in
      if case .vector = value, !options.embeddings { .null } else { value }
    }
    for case .vector(let vector) in row.values { try check(vector, line: line) }
    rows[table, default: []].append(Row(line: line, id: id, value: row, digest: digest(json)))
    if rows[table, default: []].count == ImportService.batchSize { try flush(table) }
  }

  private func addMemory(_ memory: ImportedMemory, _ json: JSON, line: Int) throws {
    var (id, fields) = (memory.id, memory.fields)
    try note(id, in: "memories", line: line)
    if !options.embeddings { fields.embedding = nil }
    if let vector = fields.embedding { try check(vector, line: line) }
    report.nulReplaced += fields.nulCount
    memories.append(Row(line: line, id: id, value: fields.replacingNUL, digest: digest(json)))
    if memories.count == ImportService.batchSize { try flushMemories() }
  }

  private func digest(_ json: JSON) -> Int { options.onConflict == .replace ? json.text.hashValue : 0 }

  func finish() throws {
    try flushMemories()
    for table in Table.side { try flush(table) }
  }

  private func check(_ vector: Vector, line: Int) throws {
    guard vector.dimensions == dimensions else {
      throw Refused(
        line: line, code: .invalidVector,
        reason: "the embedding has \(vector.dimensions) numbers, the store's \(dimensions)",
        hint: "`--no-embeddings` leaves embeddings out; `reembed --missing` then computes them")
    }
  }

  private func note(_ id: Int64?, in table: String, line: Int) throws {
    guard let id else {
      withoutID.insert(table)
      return
    }
    // The id may have been given to one of them a moment ago.
    guard !withoutID.contains(table) else {
      throw Refused(
        line: line, code: .importFailed, reason: "a row of \(table) with an id stands behind one without",
        hint: "nothing was imported; put the rows without an id last")
    }
    let maximum = try store.idMaximum
    guard (1...maximum).contains(id) else {
      throw Refused(
        line: line, code: .importFailed, reason: "\(id) is not an id that \(table) can have",
        hint: "ids go from 1 to \(maximum); a row without one gets the next")
    }
    if let earlier = seen[table]?[id] {
      throw Refused(
        line: line, code: .importFailed, reason: "the id \(id) stands on line \(earlier) already",
        hint: "a row without an id gets the next one")
    }
    seen[table, default: [:]][id] = line
    largest[table] = max(largest[table] ?? 0, id)
  }

  // MARK: Writing

  /// The rows of a batch: those whose ids are free, and those whose ids are taken.
  private func split<Value>(_ rows: [Row<Value>], in table: String) throws -> (free: [Row<Value>], taken: [Row<Value>])
  {
    guard !isEmpty else { return (rows, []) }
    // What was to be replaced and is gone does not come back as another row.
    let rows = rows.filter { row in
      guard let id = row.id, allowed?.changed.contains(RowName(table, id)) == true else { return true }
      report.leftOut.append(RowName(table, id))
      return false
    }
    let used = try store.usedIDs(rows.compactMap(\.id), in: table)
    return (rows.filter { !($0.id.map(used.contains) ?? false) }, rows.filter { $0.id.map(used.contains) ?? false })
  }

  /// Notes that a row takes the place of another; false when it may not.
  private func replaces<Value>(_ row: Row<Value>, _ id: Int64, in table: String) -> Bool {
    let name = RowName(table, id)
    guard allowed?.allows(name, row.digest) ?? true else {
      report.leftOut.append(name)
      return false
    }
    if report.examples.count < RepairReport.exampleMaximum { report.examples.append(name) }
    report.replaced[table, default: 0] += 1
    if options.dryRun { replacements[name] = row.digest }
    return true
  }

  private func refuse(_ line: Int, _ id: Int64, _ table: String) -> Refused {
    Refused(
      line: line, code: .idConflict, reason: "\(table) has another row \(id) already",
      hint: "nothing was imported; `--on-conflict skip` keeps that one, `--on-conflict replace` takes this one")
  }

  private func flushMemories() throws {
    let batch = memories
    memories = []
    guard !batch.isEmpty else { return }
    let (free, taken) = try split(batch, in: "memories")
    report.missingEmbeddings += batch.count { $0.value.embedding == nil }
    let present = Dictionary(
      uniqueKeysWithValues: try taken.isEmpty ? [] : store.memories(taken.compactMap(\.id)).map { ($0.id, $0.fields) })
    for row in taken {
      guard let id = row.id, let there = present[id] else { continue }
      let hasSameAdded = try store.hasSame(there.added, as: row.value.added, in: .memories)
      if hasSameAdded && row.value.isSame(as: there, embeddings: options.embeddings) {
        report.alreadyPresent += 1
        continue
      }
      switch options.onConflict {
      case .fail: throw refuse(row.line, id, "memories")
      case .skip: report.skipped += 1
      case .replace:
        guard replaces(row, id, in: "memories"), !options.dryRun else { continue }
        // Without embeddings the old one stays, unless it is that of another text.
        let keepsVector = !options.embeddings && row.value.content.utf8.elementsEqual(there.content.utf8)
        let changes = row.value.changes.filter { !keepsVector || $0.column != .embedding }
        try operation.changing([id], of: "memories") {
          try store.update(changes, memories: [id])
          try store.update(row.value.added, of: .memories, id: id)
        }
      }
    }
    try insert(free, into: "memories") { rows, ids in try store.insert(rows, ids: ids) }
  }

  private func flush(_ table: Table) throws {
    let batch = rows[table] ?? []
    rows[table] = []
    guard !batch.isEmpty else { return }
    // What it refers to comes first.
    try flushMemories()
    if table == .duplicates { try refuseOrphans(batch) }
    let name = table.name
    let (free, taken) = try split(batch, in: name)
    var replaced: [Row<Record>] = []
    let present = try taken.isEmpty ? [:] : presentRows(table, ids: Set(taken.compactMap(\.id)))
    if !taken.isEmpty {
      for row in taken {
        guard let id = row.id else { continue }
        let isSame =
          try present[id].map {
            try table.isSame($0.values, row.value.values, embeddings: options.embeddings)
              && store.hasSame($0.added, as: row.value.added, in: table)
          } ?? false
        if isSame {
          report.alreadyPresent += 1
        } else if options.onConflict == .fail {
          throw refuse(row.line, id, name)
        } else if options.onConflict == .skip {
          report.skipped += 1
        } else if replaces(row, id, in: name) {
          replaced.append(row)
        }
      }
    }
    if !replaced.isEmpty {
      let ids = replaced.compactMap(\.id)
      try operation.noteLosses(deleting: ids, from: name)
      if !options.dryRun {
        try operation.changing(ids, of: name) {
          try store.deleteSurely(ids, from: name)
          // What the file does not say of a row stays.
          let rows = replaced.map { row -> Record in
            var record = row.value
            record.keep(present: row.id.flatMap { present[$0] }?.added ?? [])
            return record
          }
          try store.insert(rows, ids: ids, into: table)
        }
      }
    }
    try insert(free, into: name) { values, ids in
      let ids = try ids ?? store.nextIDs(values.count, of: table)
      try store.insert(values, ids: ids, into: table)
      return ids
    }
  }

  /// A record of a duplicate belongs to a memory that is there, or comes with the file.
  private func refuseOrphans(_ batch: [Row<Record>]) throws {
    let originals = batch.compactMap { row -> (line: Int, id: Int64)? in
      if case .integer(let id) = row.value.values[0] { (row.line, id) } else { nil }
    }
    let present = isEmpty ? [] : try store.usedIDs(originals.map(\.id), in: "memories")
    let lost = originals.first { !present.contains($0.id) && seen["memories"]?[$0.id] == nil }
    guard let lost else { return }
    throw Refused(
      line: lost.line, code: .importFailed, reason: "original_id refers to memory \(lost.id), which is not there",
      hint: "nothing was imported; import the memory, too, or leave the line out")
  }

  private func presentRows(_ table: Table, ids: Set<Int64>) throws -> [Int64: Record] {
    var present: [Int64: Record] = [:]
    try store.readRows(of: table, batchSize: ImportService.batchSize) { rows in
      for row in rows where ids.contains(row.id) { present[row.id] = row }
    }
    return present
  }

  /// Inserts rows: those with ids of their own first, so that the next free ones are behind them.
  private func insert<Value>(
    _ rows: [Row<Value>], into table: String, _ insert: ([Value], [Int64]?) throws -> [Int64]
  ) throws {
    report.inserted[table, default: 0] += rows.count
    guard !options.dryRun else { return }
    let (own, other) = (rows.filter { $0.id != nil }, rows.filter { $0.id == nil })
    if !own.isEmpty {
      try operation.inserting(into: table, many: true) { try insert(own.map(\.value), own.compactMap(\.id)) }
      try store.reserveIDs(upTo: largest[table] ?? 0, in: table)
    }
    if !other.isEmpty { try operation.inserting(into: table, many: true) { try insert(other.map(\.value), nil) } }
  }
}

extension Record {
  /// Takes over the added values of a row of the same id that this one does not have.
  fileprivate mutating func keep(present: [AddedValue]) {
    added += present.filter { value in !added.contains { $0.column.name == value.column.name } }
  }
}

extension Table {
  /// Whether a row of the store has the values of an imported one, to the byte.
  fileprivate func isSame(_ left: [Value], _ right: [Value], embeddings: Bool) -> Bool {
    zip(columns, zip(withoutEveryAgent(left), right)).allSatisfy { column, values in
      !embeddings && column.type == .vector || values.0.isSame(as: values.1)
    }
  }
}

extension MemoryFields {
  /// Whether another memory has the same values, to the byte.
  fileprivate func isSame(as other: MemoryFields, embeddings: Bool) -> Bool {
    changes.allSatisfy { change in
      change.column == .embedding && !embeddings || change.isAlready(in: other)
    }
  }
}
