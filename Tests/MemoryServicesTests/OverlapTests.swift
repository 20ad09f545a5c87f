import Testing

@testable import Database
@testable import MemoryModel
@testable import MemoryServices

@Suite struct OverlapTests {
  private struct Stop: Error {}

  @Test("every batch arrives once, in order, however often it is run")
  func keepsOrder() throws {
    for round in 0..<2_000 {
      var received: [Int] = []
      try Overlap.run(capacity: 3) { hand in
        for batch in 0..<(round % 7) { try hand(batch) }
      } consume: {
        received.append($0)
      }
      #expect(received == Array(0..<(round % 7)))
    }
  }

  @Test("an error of the producer comes after what it handed over")
  func endsWithProducer() {
    var received: [Int] = []
    #expect(throws: Stop.self) {
      try Overlap.run(capacity: 1) { hand in
        for batch in 0..<5 { try hand(batch) }
        throw Stop()
      } consume: {
        received.append($0)
      }
    }
    #expect(received == [0, 1, 2, 3, 4])
  }

  @Test("an error of the consumer stops a producer that would never end")
  func endsWithConsumer() {
    #expect(throws: Stop.self) {
      try Overlap.run(capacity: 2) { hand in
        var batch = 0
        while true {
          try hand(batch)
          batch += 1
        }
      } consume: {
        if $0 == 10 { throw Stop() }
      }
    }
  }
}
