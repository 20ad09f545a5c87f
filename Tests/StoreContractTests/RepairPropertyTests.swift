import Database
import MemoryModel
import MemoryServices
import MemoryStore
import TestSupport
import Testing

/// Random repairs and undos end where a model in memory says they should.
@Suite struct RepairPropertyTests {
  /// What the model knows of a memory.
  struct Row: Equatable {
    var user: String
    var content: String
    var category: String?
    var importance: Double?
    var accesses: Int64
    var created: Int64
    var accessed: Int64?
  }

  /// A store of a few dictionaries, written from the documentation, not from the code.
  struct Model {
    typealias Change = (before: Row?, after: Row?)
    struct Operation {
      var changes: [Int64: Change]
      var undoes: Int?
      var undoneBy: Int?
    }

    var rows: [Int64: Row] = [:]
    var operations: [Operation] = []

    /// Notes what differs between two states as one operation.
    mutating func note(_ before: [Int64: Row], undoes: Int? = nil) {
      var changes: [Int64: Change] = [:]
      for id in Set(before.keys).union(rows.keys) where before[id] != rows[id] { changes[id] = (before[id], rows[id]) }
      guard !changes.isEmpty else { return }
      operations.append(Operation(changes: changes, undoes: undoes))
    }

    /// - Returns: Whether nothing stands in the way.
    mutating func undo(_ number: Int) -> Bool {
      let operation = operations[number]
      for (id, change) in operation.changes {
        let now = rows[id]
        switch (change.before, change.after) {
        case (nil, let after?):
          if let now, !Model.same(now, after, as: nil) { return false }
        case (_?, nil): if now != nil { return false }
        case (let before?, let after?):
          guard let now, Model.same(now, after, as: before) else { return false }
        default: break
        }
      }
      let before = rows
      for (id, change) in operation.changes {
        guard let old = change.before, let after = change.after, let now = rows[id] else {
          rows[id] = change.before
          continue
        }
        rows[id] = Model.restored(now, old, after)
      }
      operations[number].undoneBy = operations.count
      if let undone = operation.undoes { operations[undone].undoneBy = nil }
      note(before, undoes: number)
      return true
    }

    /// Whether the columns that differ between `before` and `after` are still as they were after; all of them for nil.
    private static func same(_ now: Row, _ after: Row, as before: Row?) -> Bool {
      func holds<Value: Equatable>(_ column: KeyPath<Row, Value>) -> Bool {
        if let before, before[keyPath: column] == after[keyPath: column] { return true }
        return now[keyPath: column] == after[keyPath: column]
      }
      return holds(\.user) && holds(\.content) && holds(\.category) && holds(\.importance) && holds(\.created)
    }

    private static func restored(_ now: Row, _ before: Row, _ after: Row) -> Row {
      var row = now
      func put<Value: Equatable>(_ column: WritableKeyPath<Row, Value>) {
        guard before[keyPath: column] != after[keyPath: column], now[keyPath: column] == after[keyPath: column] else {
          return
        }
        row[keyPath: column] = before[keyPath: column]
      }
      put(\.user)
      put(\.content)
      put(\.category)
      put(\.importance)
      put(\.accesses)
      put(\.created)
      put(\.accessed)
      return row
    }

    mutating func merge(_ ids: [Int64]) {
      let sorted = ids.sorted { left, right in
        guard let a = rows[left], let b = rows[right] else { return left < right }
        if a.importance ?? 0 != b.importance ?? 0 { return (a.importance ?? 0) > (b.importance ?? 0) }
        if a.accesses != b.accesses { return a.accesses > b.accesses }
        return a.created != b.created ? a.created < b.created : left < right
      }
      let all = ids.sorted().compactMap { rows[$0] }
      guard let kept = sorted.first, var row = rows[kept] else { return }
      row.importance = all.compactMap(\.importance).max()
      row.accesses = all.reduce(0) { $0 + $1.accesses }
      row.created = all.map(\.created).min() ?? row.created
      row.accessed = all.compactMap(\.accessed).max()
      row.category = row.category ?? ids.sorted().filter { $0 != kept }.compactMap { rows[$0]?.category }.first
      for id in ids { rows[id] = nil }
      rows[kept] = row
    }
  }

  /// A generator whose numbers are the same each time (SplitMix64).
  struct Seeded: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
      state &+= 0x9E37_79B9_7F4A_7C15
      var mixed = (state ^ state >> 30) &* 0xBF58_476D_1CE4_E5B9
      mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
      return mixed ^ mixed >> 31
    }
  }

  private static let users = ["ada", "ben", "Ünal 🙂"]
  private static let categories: [String?] = ["facts", "tasks", nil]
  private static let now: Int64 = 1_780_000_000_000_000

  @Test("100 random sequences of repairs with undos at random places", arguments: StoreKind.allCases)
  func sequences(kind: StoreKind) throws {
    let fixture = try Fixture.prepared(kind)
    var outcomes = (undone: 0, refused: 0)
    for seed in 0..<100 {
      var random = Seeded(state: UInt64(seed))
      try run(fixture.store, &random, seed: seed, &outcomes)
    }
    // A sequence in which nothing is ever undone or refused would prove little.
    #expect(outcomes.undone > 200 && outcomes.refused > 20, "\(outcomes)")
  }

  private func run(
    _ store: MemoryStore, _ random: inout Seeded, seed: Int, _ outcomes: inout (undone: Int, refused: Int)
  ) throws {
    try clear(store)
    var model = Model()
    for number in 0..<8 {
      let row = Row(
        user: RepairPropertyTests.users[number % 3], content: "memory \(number) of \(seed) é",
        category: RepairPropertyTests.categories.randomElement(using: &random) ?? nil,
        importance: Double(Int.random(in: 0...10, using: &random)) / 10,
        accesses: Int64.random(in: 0...3, using: &random),
        created: RepairPropertyTests.now - Int64.random(in: 1...400, using: &random) * 86_400_000_000, accessed: nil)
      let id = try store.insert([RepairPropertyTests.fields(row)])[0]
      model.rows[id] = row
    }
    let first = try store.operations(.all, limit: 1).first?.id ?? 0
    for step in 0..<12 {
      try self.step(store, &model, &random, first: first, &outcomes)
      let stored = try RepairPropertyTests.rows(of: store)
      guard stored == model.rows else {
        Issue.record("seed \(seed), step \(step): the store has \(stored), the model \(model.rows)")
        return
      }
    }
  }

  /// One random repair or undo, in the store and in the model.
  private func step(
    _ store: MemoryStore, _ model: inout Model, _ random: inout Seeded, first: Int64,
    _ outcomes: inout (undone: Int, refused: Int)
  ) throws {
    let repairs = RepairService(store: store, author: author(at: Timestamp(microseconds: RepairPropertyTests.now)))
    let before = model.rows
    let id = model.rows.keys.sorted().randomElement(using: &random)
    let user = RepairPropertyTests.users.randomElement(using: &random) ?? ""
    switch Int.random(in: 0..<10, using: &random) {
    case 0:
      let row = Row(
        user: user, content: "added \(random.next())", category: nil, importance: 0.5, accesses: 0,
        created: RepairPropertyTests.now, accessed: nil)
      let report = try repairs.add(
        RepairPropertyTests.fields(row), thresholds: [:], embedder: { LetterEmbedder() }, dryRun: false)
      model.rows[try #require(report.id)] = row
    case 1, 2:
      guard let id, var row = model.rows[id] else { return }
      row.importance = Double(Int.random(in: 0...10, using: &random)) / 10
      row.category = RepairPropertyTests.categories.randomElement(using: &random) ?? nil
      if Bool.random(using: &random) { row.content = "edited \(random.next()) e\u{301}" }
      _ = try repairs.edit(
        id, [.content(row.content), .category(row.category), .importance(row.importance)],
        embedder: { LetterEmbedder() }, dryRun: false)
      model.rows[id] = row
    case 3:
      guard let id else { return }
      _ = try repairs.delete(.ids([id]), dryRun: false)
      model.rows[id] = nil
    case 4:
      let target = RepairPropertyTests.users.filter { $0 != user }.randomElement(using: &random) ?? ""
      _ = try repairs.reassign(MemoryFilter(userID: user), to: target, dryRun: false)
      for (id, row) in model.rows where row.user == user { model.rows[id]?.user = target }
    case 5:
      let ids = model.rows.filter { $0.value.user == user }.keys.sorted().prefix(3)
      guard ids.count > 1 else { return }
      _ = try repairs.merge(Array(ids), keeping: nil, dryRun: false)
      model.merge(Array(ids))
    default:
      let undo = UndoService(store: store, author: author("undo"))
      guard
        let number = model.operations.indices.filter({ model.operations[$0].undoneBy == nil })
          .randomElement(using: &random)
      else { return }
      let isFree = model.undo(number)
      do {
        _ = try undo.undo(first + 1 + Int64(number), wholeSession: false, dryRun: false)
        #expect(isFree, "the model would have refused this undo")
        outcomes.undone += 1
      } catch let error as MemshError where error.code == .undoConflict {
        #expect(!isFree, "the model would have undone this: \(error.message)")
        outcomes.refused += 1
      }
      return
    }
    model.note(before)
  }

  private func clear(_ store: MemoryStore) throws {
    for table in Table.side.map(\.name) + ["memories"] {
      let last = try store.largestID(in: table, notAbove: 1_000_000)
      try store.deleteRows(Array(0...last), from: table)
    }
  }

  private static func fields(_ row: Row) -> MemoryFields {
    var fields = memory(row.content, user: row.user, category: row.category, importance: row.importance)
    fields.accessCount = row.accesses
    fields.createdAt = Timestamp(microseconds: row.created)
    fields.updatedAt = fields.createdAt
    return fields
  }

  private static func rows(of store: MemoryStore) throws -> [Int64: Row] {
    var rows: [Int64: Row] = [:]
    for memory in try store.list(ListQuery(limit: 1_000)) {
      let fields = memory.fields
      rows[memory.id] = Row(
        user: fields.userID, content: fields.content, category: fields.category, importance: fields.importanceScore,
        accesses: try #require(fields.accessCount), created: try #require(fields.createdAt).microseconds,
        accessed: fields.lastAccessedAt?.microseconds)
    }
    return rows
  }
}
