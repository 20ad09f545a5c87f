import Database
import MemoryModel
import MemoryServices
import MemoryStore
import Testing

/// What the ledger knows of a migration, and what is left of it when a part was taken back.
@Suite struct LedgerTests {
  private static func run(_ store: MemoryStore, _ ids: [Int64], _ contents: [String]) throws -> Int64 {
    let run = try store.beginRun(
      RunStart(source: "s", fingerprint: "f", space: Fixture.space, startedAt: Timestamp(microseconds: 0)))
    try store.record(
      zip(ids, contents).map {
        RunRow(table: "memories", sourceKey: "key '\($0)", targetID: $0, contentHash: ContentHash.hex(of: $1))
      }, run: run)
    try store.finishRun(run, counts: RunCounts())
    return run
  }

  @Test(arguments: StoreKind.allCases) func whatSomebodyChangedStaysKnown(_ kind: StoreKind) throws {
    let fixture = try Fixture.prepared(kind)
    let (store, contents) = (fixture.store, ["one", "two \"\\ é", "three"])
    try store.transaction(.commit) {
      #expect(try !store.hasRuns())
      let ids = try store.insert(contents.map { memory($0) })
      let run = try Self.run(store, ids, contents)
      #expect(try store.rows(ofRun: run).map(\.isChanged) == [false, false, false])
      try store.update([.content("another")], memories: [ids[1]])
    }
    let service = RollbackService(store: store)
    let report = try service.rollBack(run: nil, force: false, dryRun: false)
    #expect(report.removed == ["memories": 2] && report.kept.map(\.excerpt) == ["another"])
    #expect(try store.memoryIDs(matching: MemoryFilter()) == report.kept.map(\.id))
    let left = try store.rows(ofRun: report.run.id)
    #expect(left == report.kept)
    let keys = try store.migratedRows(sourceKeys: (0...9).map { "key '\($0)" }).map(\.sourceKey)
    #expect(keys == left.map { "key '\($0.id)" })
    _ = try service.rollBack(run: nil, force: true, dryRun: false)
    #expect(try !store.hasRuns())
  }

  /// The CRC-32C of 1, 2 and 3 in pgvector's binary form.
  private static let checksum: UInt32 = 0x4830_1C9B

  @Test("reading a run back gives all its memories and no others, whether or not others lie between them")
  func readsBack() throws {
    for kind in StoreKind.allCases {
      let fixture = try Fixture.prepared(kind)
      let store = fixture.store
      let version = try fixture.database?.value("SELECT current_setting('server_version_num')").flatMap { Int($0) }
      let isComputed = version.map { $0 >= 180_000 } ?? false
      for places in [[], [3], [0, 1], Array(2...8), [0, 2, 5, 11], [1, 2, 3, 5]] {
        let contents = (0..<12).map { "memory \($0)" }
        let ids = try store.transaction(.commit) { try store.insert(contents.map { memory($0, vector: [1, 2, 3]) }) }
        let wanted = places.map { ids[$0] }
        let run = try store.transaction(.commit) { try Self.run(store, wanted, places.map { contents[$0] }) }
        func found() throws -> [Int64] {
          var found: [(id: Int64, checksum: UInt32?)] = []
          try store.sumMemories(
            ofRun: run, [], checksum: { _ in 7 }, from: [(id: Int64, checksum: UInt32?)](),
            adding: { $0.append((try $1.number(0), $2)) }
          ) { found += $0 }
          // A server that computes the checksum sends no vector of which another could be taken.
          let computed = isComputed ? Self.checksum : 7
          #expect(found.allSatisfy { $0.checksum == computed }, "\(kind) \(places): \(found)")
          return found.map(\.id).sorted()
        }
        #expect(try found() == wanted, "\(kind) \(places)")
        guard let gone = wanted.last else { continue }
        _ = try RepairService(store: store, author: author()).delete(.ids([gone]), dryRun: false)
        #expect(try found() == wanted.dropLast(), "\(kind) \(places), one of them deleted")
      }
    }
  }

  /// An id that a later run has written again is that run's.
  @Test(arguments: StoreKind.allCases) func aLaterRunTakesOverItsRows(_ kind: StoreKind) throws {
    let fixture = try Fixture.prepared(kind)
    let store = fixture.store
    try store.transaction(.commit) {
      let ids = try store.insert([memory("one"), memory("two")])
      let first = try Self.run(store, ids, ["one", "two"])
      let second = try Self.run(store, [ids[0]], ["one"])
      #expect(try store.rows(ofRun: first).map(\.id) == [ids[1]])
      #expect(try store.rows(ofRun: second).map(\.id) == [ids[0]])
    }
  }
}
