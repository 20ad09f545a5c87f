import Database
import GRDB
import MemoryModel
import MemoryServices
import MemoryStore
import TestSupport
import Testing

/// What applications do to the tables beside memsh.
extension Fixture {
  /// Runs statements as another program would.
  func runForeign(_ sql: String) throws {
    if let database { try database.execute(sql) } else { try folder.sqlite("store.db", sql) }
  }

  /// Every value of a table's rows as the database itself writes it, without any of memsh's code.
  func foreignDump(_ table: String = "memories") throws -> [String] {
    if let database { return try database.dump(table) }
    let columns = try folder.rows("store.db", "SELECT name FROM pragma_table_xinfo('\(table)')")
    let values = columns.map { "typeof(\"\($0)\") || ':' || quote(\"\($0)\")" }.joined(separator: " || '|' || ")
    return try folder.rows("store.db", "SELECT \(values) FROM \(table) ORDER BY id")
  }

  /// How many rows a table has that pass a condition.
  func count(_ table: String, _ condition: String = "1 = 1") throws -> Int? {
    let sql = "SELECT count(*) FROM \(table) WHERE \(condition)"
    return try Int(database.map { try $0.value(sql) ?? "" } ?? folder.rows("store.db", sql)[0])
  }

  /// A store with eight memories of a user, without embeddings, and a record of a duplicate.
  static func small(_ kind: StoreKind) throws -> Fixture {
    let fixture = try prepared(kind)
    let ids = try fixture.store.insert(
      (0..<8).map { number in
        var fields = memory(
          "fact number \(number)", user: number < 6 ? "ada" : "ben", importance: 0.2 + Double(number) / 10)
        fields.metadata = .object([JSON.Member("n\(number)", .integer(number))])
        return fields
      })
    try fixture.store.insert(DuplicateRecord(originalID: ids[0], contentHash: "x", similarity: 1, method: "exact"))
    return fixture
  }
}

/// Repairs of a small store; each changes something.
struct SmallRepair: Sendable, CustomTestStringConvertible {
  let testDescription: String
  let run: @Sendable (MemoryStore) throws -> Void

  static let all = [
    SmallRepair(testDescription: "delete") { store in
      _ = try RepairService(store: store, author: author()).delete(.ids([1, 2, 3, 4, 5, 6, 7, 8]), dryRun: false)
    },
    SmallRepair(testDescription: "edit") { store in
      for id in Int64(1)...8 {
        _ = try RepairService(store: store, author: author()).edit(
          id, [.content("other \(id)"), .importance(0.95), .metadata(.object([]))], embedder: { LetterEmbedder() },
          dryRun: false)
      }
    },
    SmallRepair(testDescription: "merge") { store in
      _ = try RepairService(store: store, author: author()).merge([1, 2, 3, 4, 5, 6], keeping: nil, dryRun: false)
    },
    SmallRepair(testDescription: "reassign") { store in
      _ = try RepairService(store: store, author: author()).reassign(
        MemoryFilter(userID: "ada"), to: "zoe", dryRun: false)
    },
    SmallRepair(testDescription: "decay") { store in
      _ = try RepairService(store: store, author: author()).decay(
        MemoryFilter(), halfLifeDays: 10, unusedDays: 1, dryRun: false)
    },
  ]

  /// Undoes everything, the last operation first.
  static func undoAll(_ store: MemoryStore) throws -> [String] {
    var notRestored: [String] = []
    for _ in try store.operations(.all, limit: .max) {
      let report = try UndoService(store: store, author: author("undo")).undo(nil, wholeSession: false, dryRun: false)
      notRestored += report.notRestored
    }
    return notRestored
  }
}
