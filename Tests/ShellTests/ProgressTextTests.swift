import Testing

@testable import Shell

@Suite struct ProgressTextTests {
  @Test(
    "how far something is, in words",
    arguments: [
      (0, 100, 0.0, "Migrating: 0 of 100 (0 %)"), (50, 100, 5.0, "Migrating: 50 of 100 (50 %), 10 a second, 5 s left"),
      (100, 100, 5.0, "Migrating: 100 of 100 (100 %), 20 a second"), (7, 0, 1.0, "Migrating: 7"),
      (1, 1_000, 1.0, "Migrating: 1 of 1000 (0 %), 1.0 a second, 16 min 39 s left"),
      (1, 10_000, 1.0, "Migrating: 1 of 10000 (0 %), 1.0 a second, 2 h 46 min left"),
    ])
  func tells(done: Int, total: Int, seconds: Double, text: String) {
    #expect(ProgressText.text("Migrating", done: Int64(done), total: Int64(total), seconds: seconds) == text)
  }

  @Test("no count and no time is too large or too small")
  func takesExtremes() {
    let counts: [Int64] = [.min, -1, 0, 1, .max]
    for done in counts {
      for total in counts {
        for seconds in [-1, 0, 1e-300, 1, 1e300, .infinity, .nan] as [Double] {
          let text = ProgressText.text("x", done: done, total: total, bytes: done, seconds: seconds)
          #expect(text.hasPrefix("x: \(done)"))
          #expect([0, 21].contains(ProgressText.bar(done: done, total: total).count))
        }
      }
    }
  }
}
