import Database
import MemoryModel
import MemoryServices
import TestSupport
import Testing

/// What dedup and add do with memories that are alike and say something else.
@Suite struct SaysSomethingElseTests {
  private func service(_ fixture: Fixture) -> DeduplicationService {
    DeduplicationService(store: fixture.store, author: author(), progress: NoProgress(), interruption: Interruption())
  }

  @Test("of a thousand texts of one template only true duplicates are found", arguments: StoreKind.allCases)
  func findsAmongTemplates(kind: StoreKind) throws {
    let fixture = try Fixture.prepared(kind)
    var memories = (0..<1_000).map { memory("The sensor in the greenhouse reported a temperature of \($0) degrees") }
    memories += (0..<5).map { memory("the sensor in the green house reported a temprature of \($0 * 111) degrees.") }
    _ = try fixture.store.insert(memories)
    let groups = try service(fixture).run(DeduplicationOptions(), .show, dryRun: false).groups
    let found = Set(groups.map { Set([$0.kept.id] + $0.removed.map(\.memory.id)) })
    let expected = (0..<5).map { (number: Int64) -> Set<Int64> in [number * 111 + 1, number + 1_001] }
    #expect(found == Set(expected))
  }

  @Test("add looks past memories that are nearer and say something else", arguments: StoreKind.allCases)
  func looksFurther(kind: StoreKind) throws {
    let fixture = try Fixture.prepared(kind)
    // The nearest by characters and words has another number; by meaning all are equally near.
    _ = try fixture.store.insert([
      memory("The backup of the main database runs at 3 every night", vector: [1, 0, 0]),
      memory("The bakcup of the main database runs at 2 every night", vector: [1, 0, 0]),
      memory("Something not at all like that", vector: [0, 1, 0]), memory("In other words", vector: [0, 1, 0.05]),
    ])
    let repairs = RepairService(store: fixture.store, author: author())
    let options = DeduplicationOptions()
    func add(_ text: String, _ vector: [Float]) throws -> AddReport {
      try repairs.add(memory(text), thresholds: options.thresholds, embedder: { Fixed(vector) }, dryRun: true)
    }
    #expect(try add("The backup of the main database runs at 2 every night", [0, 0, 1]).duplicate?.memory.id == 2)
    let near = try add("Said quite otherwise", [0, 1, 0])
    #expect(near.duplicate?.memory.id == 4 && near.duplicate?.layer == .semantic)
  }

  @Test("while dedup looks, others may write; what they changed is not merged", arguments: StoreKind.allCases)
  func searchesBeforeItWrites(kind: StoreKind) throws {
    let fixture = try Fixture.prepared(kind)
    _ = try fixture.store.insert([
      memory("the very same"), memory("the very same"), memory("one more"), memory("one more"),
    ])
    let report = try service(fixture).run(DeduplicationOptions(), .merge, dryRun: false)
    #expect(report.merged == 2 && report.groups.count == 2)
    #expect(try service(fixture).run(DeduplicationOptions(), .record, dryRun: false).recorded == 0)
  }

  /// Gives every text one vector.
  private final class Fixed: Embedder {
    let space = Fixture.space
    let notice: String? = nil
    private let vector: [Float]

    init(_ vector: [Float]) { self.vector = vector }

    func embed(_ texts: [String]) throws -> [Vector] { texts.map { _ in Vector(vector) } }
  }
}
