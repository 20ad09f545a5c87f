import Database
import Foundation
import MemoryModel
import MemoryServices
import MemoryStore
import TestSupport
import Testing

/// A second connection helps to examine a large file; what is found is the same.
@Suite struct DoctorReaderTests {
  private static let rows = 10_100

  /// A large file with faults of several kinds.
  private static func faulty() throws -> Fixture {
    let fixture = try Fixture.prepared(.sqlite)
    _ = try fixture.store.insert(
      (0..<rows).map { memory("fact number \($0)", user: $0 % 3 == 0 ? "ben" : "ada", category: "facts") })
    _ = try fixture.store.buildIndexes(nil, NoProgress())
    fixture.store.close()
    try fixture.folder.sqlite(
      "store.db",
      """
      INSERT INTO memories (user_id, content) SELECT user_id, content FROM memories WHERE id IN (7, 900, 901);
      UPDATE memories SET user_id = 'Ada ' WHERE id % 1000 = 1;
      UPDATE memories SET access_count = -1, category = ' ' WHERE id % 2500 = 3;
      UPDATE memories SET embedding = zeroblob(12) WHERE id = 5;
      UPDATE memories SET content = CAST(x'61ff' AS TEXT) WHERE id = 6;
      DROP INDEX memories_user_idx;
      DROP TRIGGER memsh_text_update;
      UPDATE memories SET content = 'unseen' WHERE id = 8;
      """)
    return fixture
  }

  private static func doctor(_ store: MemoryStore, _ interruption: Interruption = Interruption()) -> DoctorService {
    DoctorService(store: store, author: author("doctor"), progress: NoProgress(), interruption: interruption)
  }

  @Test("two threads find what one finds")
  func findsTheSame() throws {
    let fixture = try DoctorReaderTests.faulty()
    defer { withExtendedLifetime(fixture) {} }
    let store = fixture.store
    #expect(try store.reader() != nil)
    let report = try DoctorReaderTests.doctor(store).examine(Check.all)
    let alone = try store.transaction(.readOnly) {
      #expect(try store.reader() == nil)
      return try DoctorReaderTests.doctor(store).examine(Check.all)
    }
    #expect(report.findings == alone.findings && report.checks == alone.checks)
    let found = Set(report.findings.map(\.check))
    #expect(
      found.isSuperset(of: [
        .exactDuplicates, .userVariants, .accessNegative, .categoryBlank, .embeddingZero, .valueType, .indexesMissing,
        .textIndex,
      ]), "\(found)")
    let duplicates = report.findings.first { $0.check == .exactDuplicates }
    #expect(duplicates?.ids == [10_101, 10_102, 10_103])
  }

  @Test("ranges have all ids between them", arguments: [[1], [1, 2], [-5, 90], [.min, .max], [.min, -1, 0, 7]])
  func ranges(ids: [Int64]) throws {
    let fixture = try Fixture.prepared(.sqlite)
    #expect(try fixture.store.ranges(of: .memories, count: 4).isEmpty)
    let rows = ids.map { "(\($0 == .min ? "-9223372036854775807 - 1" : "\($0)"), 'ada', 'tea')" }
    fixture.store.close()
    try fixture.folder.sqlite(
      "store.db", "INSERT INTO memories (id, user_id, content) VALUES \(rows.joined(separator: ", "))")
    let ranges = try fixture.store.ranges(of: .memories, count: 4)
    #expect(ranges.first?.lowerBound == ids.min() && ranges.last?.upperBound == ids.max() && ranges.count <= 4)
    for (range, next) in zip(ranges, ranges.dropFirst()) { #expect(range.upperBound + 1 == next.lowerBound) }
  }

  @Test("a small file, one that is being changed and a server are examined by one thread")
  func hasNoReader() throws {
    for kind in StoreKind.allCases {
      let small = try Fixture.prepared(kind)
      _ = try small.store.insert([memory("tea")])
      #expect(try small.store.reader() == nil)
      withExtendedLifetime(small) {}
    }
    let fixture = try DoctorReaderTests.faulty()
    defer { withExtendedLifetime(fixture) {} }
    let store = fixture.store
    try store.begin()
    #expect(try store.reader() == nil)
    try store.end(commits: false)
    #expect(try store.reader() != nil)
  }

  @Test("whoever stops the store stops its reader")
  func stopsReader() throws {
    let fixture = try DoctorReaderTests.faulty()
    defer { withExtendedLifetime(fixture) {} }
    let store = fixture.store
    let reader = try #require(try store.reader())
    let stop = store.interruptHandle
    Thread {
      Thread.sleep(forTimeInterval: 0.2)
      stop()
    }.start()
    #expect {
      _ = try reader.driver.exists(
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT 1 FROM n WHERE i < 0")
    } throws: {
      ($0 as? MemshError)?.code == .interrupted
    }
    reader.close()
    let interruption = Interruption()
    interruption.raise()
    #expect {
      _ = try DoctorReaderTests.doctor(store, interruption).examine(Check.all)
    } throws: {
      ($0 as? MemshError)?.code == .interrupted
    }
  }
}
