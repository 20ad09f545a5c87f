import Database
import Foundation
import MemoryModel
import MemoryServices
import MemoryStore
import PostgresDriver
import SQLiteDriver
import TestSupport
import Testing

/// Lowering the importance of many memories at once.
@Suite struct DecayTests {
  private static let day: Int64 = 86_400_000_000
  private static let now: Int64 = 1_780_000_000_000_000

  /// Memories unused for 0, 1, 2, … days, some without an importance.
  private func filled(_ kind: StoreKind, count: Int) throws -> Fixture {
    let fixture = try Fixture.prepared(kind)
    _ = try fixture.store.insert(
      (0..<count).map { index in
        var fields = memory("fact \(index)", importance: index % 10 == 9 ? nil : Double(index % 7) / 7)
        let used = Timestamp(microseconds: DecayTests.now - Int64(index) * DecayTests.day)
        (fields.createdAt, fields.updatedAt) = (Timestamp(microseconds: 0), used)
        if index % 3 == 0 { (fields.updatedAt, fields.lastAccessedAt) = (fields.createdAt, used) }
        return fields
      })
    return fixture
  }

  /// A store over the fixture's database whose statements are noted.
  private func noting(_ fixture: Fixture) throws -> (store: MemoryStore, driver: StatementNotingDriver) {
    let driver: any Driver =
      try fixture.database.map { try PostgresDriver(connectionString: $0.url) }
      ?? SQLiteDriver(path: fixture.folder.file("store.db"))
    let noting = StatementNotingDriver(driver)
    return (MemoryStore(noting), noting)
  }

  private func plan(_ store: MemoryStore) throws -> ChangePlan<RepairReport> {
    try RepairService(store: store, author: author()).planDecay(MemoryFilter(), halfLifeDays: 30, unusedDays: 10)
  }

  @Test("each gets its own importance, to the last bit, and an undo the one it had", arguments: StoreKind.allCases)
  func isExact(kind: StoreKind) throws {
    let fixture = try filled(kind, count: 120)
    let before = try fixture.dump()
    let old = try fixture.store.memories(Array(1...120))
    let expected = old.map { memory -> Double? in
      let days = Double(memory.id - 1)
      return memory.fields.importanceScore.map { days < 10 ? $0 : $0 * exp2(-days / 30) }
    }
    let report = try plan(fixture.store).apply()
    let lowered = old.filter { $0.id > 10 && ($0.fields.importanceScore ?? 0) > 0 }.map(\.id)
    #expect(report.ids == lowered && report.leftOut.isEmpty)
    #expect(report.examples.map(\.memory.id) == Array(lowered.prefix(10)))
    #expect(report.examples.first?.change == "0.429 → 0.34 after 10 days", "\(report.examples.first?.change ?? "")")
    let new = try fixture.store.memories(Array(1...120))
    #expect(new.map { $0.fields.importanceScore?.bitPattern } == expected.map { $0?.bitPattern })
    for (old, new) in zip(old, new) {
      #expect((new.fields.updatedAt != old.fields.updatedAt) == lowered.contains(old.id), "\(old.id)")
    }
    let rows = try fixture.store.journalRows(ofOperation: try #require(report.operation))
    #expect(rows.map(\.id).reversed() == lowered)
    #expect(rows.allSatisfy { Set($0.changedColumns) == ["importance_score", "updated_at"] }, "\(rows.first as Any)")
    _ = try UndoService(store: fixture.store, author: author()).undo(nil, wholeSession: false, dryRun: false)
    #expect(try fixture.dump() == before)
  }

  @Test("the statements do not become more, nor longer, with the memories", arguments: StoreKind.allCases)
  func isSetBased(kind: StoreKind) throws {
    var noted: [[String]] = []
    for count in [30, 3_000] {
      let fixture = try filled(kind, count: count)
      let (store, driver) = try noting(fixture)
      _ = try store.state()
      _ = driver.take()
      let lowered = try plan(store).apply().ids
      #expect(lowered.count > count / 3)
      noted.append(driver.take())
      #expect(try fixture.store.memoryIDs(matching: MemoryFilter()).count == count)
    }
    #expect(noted[0].count == noted[1].count && noted[0].count < 20, "\(noted.map(\.count))")
    for (few, many) in zip(noted[0], noted[1]) { #expect(few.count == many.count, "\(many.prefix(200))") }
  }

  @Test("rows are compared again only where something has changed since the plan")
  func looksAgain() throws {
    let fixture = try filled(.sqlite, count: 30)
    let (store, driver) = try noting(fixture)
    func isComparedAgain(after body: () throws -> Void) throws -> Bool {
      let plan = try plan(store)
      try body()
      _ = driver.take()
      let count = try store.transaction(.rollback) { try plan.apply().ids.count }
      #expect(count > 10)
      return driver.take().contains { $0.contains("memsh_version(") }
    }
    #expect(try !isComparedAgain {})
    #expect(try !isComparedAgain { _ = try store.memories([1]) })
    #expect(try isComparedAgain { try store.update([.category("ours")], memories: [1]) })
    #expect(try isComparedAgain { try fixture.store.update([.category("theirs")], memories: [1]) })
    let planned = try plan(store)
    try store.update([.category("ours")], memories: [12])
    #expect(try planned.apply().leftOut == [RowName("memories", 12)])
  }
}
