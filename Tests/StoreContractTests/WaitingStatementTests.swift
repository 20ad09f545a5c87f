import Database
import MemoryModel
import MemoryStore
import TestSupport
import Testing

/// Statements whose answer comes later: what they do, or fail to do, counts before a transaction ends.
@Suite struct WaitingStatementTests {
  private struct Refused: Error {}

  private static let insertion: SQL = "INSERT INTO prompt_fragments (category, content) VALUES ('c', 'x')"

  private static func count(_ fixture: Fixture) throws -> Int {
    try fixture.store.driver.ids("SELECT id FROM prompt_fragments").count
  }

  @Test("they are done when the next statement looks, and stay with the transaction", arguments: StoreKind.allCases)
  func areDone(kind: StoreKind) throws {
    let fixture = try Fixture.prepared(kind)
    let driver = fixture.store.driver
    var changed = 0
    try fixture.store.transaction(.commit) {
      try driver.executeSoon(Self.insertion, failing: { $0 }, check: { changed = $0 })
      #expect(try Self.count(fixture) == 1 && changed == 1)
      try driver.executeSoon(Self.insertion)
    }
    #expect(try Self.count(fixture) == 2)
    try fixture.store.transaction(.rollback) { try driver.executeSoon(Self.insertion) }
    #expect(try Self.count(fixture) == 2)
    // By itself a statement does not wait.
    try driver.executeSoon(Self.insertion)
    #expect(try Self.count(fixture) == 3)
  }

  @Test("what a look at the answer throws keeps everything out", arguments: StoreKind.allCases)
  func areChecked(kind: StoreKind) throws {
    let fixture = try Fixture.prepared(kind)
    #expect(throws: Refused.self) {
      try fixture.store.transaction(.commit) {
        try fixture.store.driver.executeSoon(Self.insertion)
        try fixture.store.driver.executeSoon(Self.insertion, failing: { $0 }, check: { _ in throw Refused() })
      }
    }
    #expect(try Self.count(fixture) == 0)
  }

  @Test("a failure has the words of its own statement, and nothing stays", arguments: StoreKind.allCases)
  func fail(kind: StoreKind) throws {
    let fixture = try Fixture.prepared(kind)
    let error = #expect(throws: MemshError.self) {
      try fixture.store.transaction(.commit) {
        let driver = fixture.store.driver
        try driver.executeSoon(Self.insertion)
        try driver.executeSoon(
          "INSERT INTO prompt_fragments (category) VALUES ('c')",
          failing: { MemshError(.storeBusy, "this one", cause: $0.message) }, check: nil)
        try driver.executeSoon(Self.insertion)
      }
    }
    #expect(error?.message == "this one")
    #expect(try Self.count(fixture) == 0)
    try fixture.store.transaction(.commit) { try fixture.store.driver.executeSoon(Self.insertion) }
    #expect(try Self.count(fixture) == 1)
  }
}
