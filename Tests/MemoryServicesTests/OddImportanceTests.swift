import Testing

@testable import Database
@testable import MemoryModel
@testable import MemoryServices

/// Importances that are no numbers, which any application may have written.
@Suite struct OddImportanceTests {
  @Test("an importance that is no number, or infinite, decides nothing and is not spread")
  func oddImportance() {
    func memory(_ id: Int64, _ importance: Double?) -> Memory {
      Memory(
        id: id,
        fields: MemoryFields(
          userID: "ada", content: "x", importanceScore: importance, createdAt: Timestamp(microseconds: id),
          updatedAt: Timestamp(microseconds: id)))
    }
    for odd in [Double.nan, .signalingNaN, .infinity, -.infinity] {
      let memories = [memory(1, odd), memory(2, 0.3), memory(3, odd), memory(4, nil)]
      for shift in 0..<4 {
        let turned = Array(memories[shift...] + memories[..<shift])
        let best = MergePlan.best(turned)
        #expect(best?.kept.id == 2 && best?.reason == "highest importance", "\(odd)")
      }
      #expect(MergePlan.best([memory(3, odd), memory(1, odd)])?.kept.id == 1)
      let changes = MergeService.changes(memories[0], [memories[1]])
      #expect(changes.contains { if case .importance(0.3) = $0 { true } else { false } }, "\(odd)")
      #expect(!MergeService.changes(memories[1], [memories[0]]).contains { $0.column == .importance })
      #expect(!MergeService.changes(memories[0], [memories[2]]).contains { $0.column == .importance })
    }
  }
}
