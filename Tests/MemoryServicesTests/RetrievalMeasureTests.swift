import MemoryModel
import Testing

@testable import MemoryServices

/// What a search is worth, against numbers worked out by hand.
@Suite struct RetrievalMeasureTests {
  struct Case: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let places: [Int?]
    /// recall@1, recall@5, recall@10, 1 / place, nDCG@10.
    let expected: [Double]
  }

  /// 1 / log2(3), 1 / log2(6) and 1 / log2(11).
  private static let (second, fifth, tenth) = (0.6309297535714575, 0.38685280723454163, 0.2890648263178878)

  private static let cases = [
    Case(testDescription: "the first", places: [1], expected: [1, 1, 1, 1, 1]),
    Case(testDescription: "the fifth", places: [5], expected: [0, 1, 1, 0.2, fifth]),
    Case(testDescription: "the tenth", places: [10], expected: [0, 0, 1, 0.1, tenth]),
    Case(testDescription: "the eleventh", places: [11], expected: [0, 0, 0, 1.0 / 11, 0]),
    Case(testDescription: "not found", places: [nil], expected: [0, 0, 0, 0, 0]),
    Case(testDescription: "both, in the wrong order", places: [2, 1], expected: [0.5, 1, 1, 1, 1]),
    Case(
      testDescription: "one of two, second", places: [nil, 2],
      expected: [0, 0.5, 0.5, 0.5, second / (1 + second)]),
    Case(
      testDescription: "three of four", places: [1, 5, nil, 40],
      expected: [0.25, 0.5, 0.5, 1, (1 + fifth) / (1 + second + 0.5 + 0.43067655807339306)]),
    Case(
      testDescription: "more than ten are expected: the best order has ten", places: (1...12).map { $0 },
      expected: [1.0 / 12, 5.0 / 12, 10.0 / 12, 1, 1]),
  ]

  @Test("the measures of one search", arguments: cases)
  func measures(_ example: Case) {
    let values = RetrievalMeasure.allCases.map { $0.value(places: example.places) }
    for (value, expected) in zip(values, example.expected) { #expect(abs(value - expected) < 1e-12, "\(values)") }
  }

  @Test(
    "Wilson's interval, as tables have it",
    arguments: [
      (0.8, 10, 0.490162, 0.943318), (0, 10, 0, 0.277533), (1, 10, 0.722467, 1), (0.5, 100, 0.403832, 0.596168),
      (1, 1, 0.206549, 1),
    ])
  func wilson(mean: Double, count: Int, low: Double, high: Double) {
    let estimate = Wilson.estimate(mean, of: count)
    #expect(estimate.value == mean)
    #expect(abs(estimate.low - low) < 1e-6 && abs(estimate.high - high) < 1e-6, "\(estimate)")
  }

  @Test("bootstrap intervals are the same each time, hold the mean, and are as wide as the spread wants them")
  func bootstrap() {
    let columns = [(0..<400).map { Double($0 % 2) }, [Double](repeating: 0.25, count: 400)]
    let estimates = Bootstrap.estimates(columns) {}
    #expect(estimates == Bootstrap.estimates(columns) {})
    #expect(estimates[1] == Estimate(value: 0.25, low: 0.25, high: 0.25))
    // The mean of 400 coins: 1.96 times 0.025 on both sides.
    #expect(estimates[0].value == 0.5)
    #expect(abs(estimates[0].low - 0.451) < 0.01 && abs(estimates[0].high - 0.549) < 0.01, "\(estimates[0])")
  }

  @Test("a bootstrap stops when nobody wants it any more")
  func stops() {
    #expect(throws: MemshError.self) {
      try Bootstrap.estimates([[0, 1]]) { throw MemshError(.interrupted, "interrupted") }
    }
  }
}
