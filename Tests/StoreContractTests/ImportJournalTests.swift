import Database
import MemoryModel
import MemoryServices
import MemoryStore
import TestSupport
import Testing

/// What the journal has of an import: not the rows, but what they add up to.
@Suite struct ImportJournalTests {
  private static func imported(_ kind: StoreKind, before: String? = nil) throws -> (fixture: Fixture, operation: Int64)
  {
    let source = try Fixture.filled(kind)
    var lines: [String] = []
    _ = try ExportService(store: source.store, interruption: Interruption()).export(ExportOptions()) {
      lines.append($0)
    }
    let fixture = try Fixture.prepared(kind)
    if let before { try fixture.runForeign(before) }
    fixture.store.forgetState()
    var rest = lines[...]
    let report = try ImportService(
      store: fixture.store, author: author("import"), progress: NoProgress(), interruption: Interruption(), name: "file"
    ).run(ImportOptions(), space: { Fixture.space }) { rest.popFirst() }
    return (fixture, try #require(report.operation))
  }

  private static func undo(_ fixture: Fixture, _ operation: Int64) throws -> UndoReport {
    fixture.store.forgetState()
    return try UndoService(store: fixture.store, author: author()).undo(operation, wholeSession: false, dryRun: false)
  }

  @Test("it has no values; undone nothing is left, done again everything is as it was", arguments: StoreKind.allCases)
  func isSmall(kind: StoreKind) throws {
    let (fixture, operation) = try Self.imported(kind)
    let rows = try fixture.store.journalRows(ofOperation: operation)
    #expect(rows.count == 15)
    #expect(rows.allSatisfy { $0.kind == .inserted && RowSum($0.after) != nil }, "\(rows)")
    #expect(Set(rows.map { "\(String(describing: $0.after))" }).count == 15)
    let before = try fixture.dump()
    let undone = try Self.undo(fixture, operation)
    #expect(undone.deleted == 15)
    #expect(try fixture.store.memoryIDs(matching: MemoryFilter()).isEmpty)
    let again = try Self.undo(fixture, try #require(undone.undos.first))
    #expect(again.inserted == 15)
    #expect(try fixture.dump() == before)
  }

  @Test("a row that was read goes, one that was changed does not", arguments: StoreKind.allCases)
  func seesChanges(kind: StoreKind) throws {
    let (fixture, operation) = try Self.imported(kind)
    try fixture.runForeign("UPDATE memories SET content = 'something else' WHERE id = 2")
    let error = #expect(throws: MemshError.self) { try Self.undo(fixture, operation) }
    #expect(error?.code == .undoConflict && error?.message.contains("row 2 of memories was changed since") == true)
    #expect(error?.message.contains(";") == false, "\(error?.message ?? "")")
    #expect(try fixture.store.memoryIDs(matching: MemoryFilter()).count == 12)
    let (other, number) = try Self.imported(kind)
    try other.runForeign("UPDATE memories SET access_count = 77 WHERE id = 2")
    #expect(try Self.undo(other, number).deleted == 15)
  }

  @Test("a column that comes later is not in the way; one that was there counts", arguments: StoreKind.allCases)
  func knowsColumns(kind: StoreKind) throws {
    let (fixture, operation) = try Self.imported(
      kind, before: "ALTER TABLE memories ADD COLUMN \"mine, \"\"é\"\"\" text")
    try fixture.runForeign("ALTER TABLE memories ADD COLUMN later text")
    try fixture.runForeign("UPDATE memories SET later = 'x'")
    #expect(try Self.undo(fixture, operation).deleted == 15)
    let (other, number) = try Self.imported(kind, before: "ALTER TABLE memories ADD COLUMN mine text")
    try other.runForeign("UPDATE memories SET mine = 'x' WHERE id = 3")
    let error = #expect(throws: MemshError.self) { try Self.undo(other, number) }
    #expect(error?.message.contains("row 3 of memories was changed since") == true, "\(error?.message ?? "")")
    try other.runForeign("ALTER TABLE memories DROP COLUMN mine")
    let gone = #expect(throws: MemshError.self) { try Self.undo(other, number) }
    #expect(gone?.message.contains("imported with a column mine, which the table has no more") == true)
  }
}
