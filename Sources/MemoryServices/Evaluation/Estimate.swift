import Foundation

/// A mean over queries, and between which values it would be for other queries of their kind, in 95 of 100 cases.
package struct Estimate: Sendable, Equatable {
  /// The mean.
  package let value: Double
  /// The lower end of the interval.
  package let low: Double
  /// The upper end of the interval.
  package let high: Double
}

/// Wilson's score interval (E. B. Wilson, "Probable Inference, the Law of Succession, and Statistical Inference", JASA
/// 1927): for a share it is right with few queries, too, and where all or none were found.
///
/// Where a query expects several memories its value is a share itself; no such value varies more than one that is 0 or 1,
/// so that the interval is then rather too wide than too narrow.
enum Wilson {
  /// The standard normal distribution's 97.5th percentile.
  private static let z = 1.959963984540054

  /// The interval of a mean of so many values between 0 and 1.
  static func estimate(_ mean: Double, of count: Int) -> Estimate {
    let (n, zz) = (Double(count), z * z)
    let centre = (mean + zz / (2 * n)) / (1 + zz / n)
    let half = z / (1 + zz / n) * (mean * (1 - mean) / n + zz / (4 * n * n)).squareRoot()
    return Estimate(value: mean, low: max(0, centre - half), high: min(1, centre + half))
  }
}

/// The percentile bootstrap over queries (Efron and Tibshirani, "An Introduction to the Bootstrap", 1993; for measures of
/// retrieval Sakai, "Evaluating Evaluation Metrics based on the Bootstrap", SIGIR 2006): as many queries as there are, drawn
/// with replacement, again and again; the mean over them is within the interval in 95 of 100 draws.
///
/// What is drawn is the same each time.
package enum Bootstrap {
  /// How often is drawn.
  package static let draws = 1_000
  /// How many means lie outside of the interval, on each side.
  private static let outside = draws / 40

  /// The intervals of the means of several columns, all of the same queries, which are drawn for all of them at once.
  ///
  /// - Parameters:
  ///   - columns: The values, one a query; no column is empty.
  ///   - check: Throws when nobody wants to know any more.
  static func estimates(_ columns: [[Double]], check: () throws -> Void) rethrows -> [Estimate] {
    guard let count = columns.first?.count else { return [] }
    // Those of a query stand together.
    let values = (0..<count).flatMap { row in columns.map { $0[row] } }
    var means = [[Double]](repeating: [], count: columns.count)
    var random: UInt64 = 0
    for _ in 0..<draws {
      try check()
      for (column, sum) in sums(values, columns.count, drawing: count, &random).enumerated() {
        means[column].append(sum / Double(count))
      }
    }
    return zip(columns, means).map { values, means in
      let sorted = means.sorted()
      return Estimate(
        value: values.reduce(0, +) / Double(count), low: sorted[outside], high: sorted[draws - 1 - outside])
    }
  }

  private static func sums(
    _ values: [Double], _ width: Int, drawing count: Int, _ random: inout UInt64
  ) -> [Double] {
    var sums = [Double](repeating: 0, count: width)
    values.withUnsafeBufferPointer { values in
      sums.withUnsafeMutableBufferPointer { sums in
        for _ in 0..<count {
          let row = Int(next(&random).multipliedFullWidth(by: UInt64(count)).high) * width
          for column in 0..<width { sums[column] += values[row + column] }
        }
      }
    }
    return sums
  }

  /// SplitMix64 (Steele, Lea and Flood, "Fast Splittable Pseudorandom Number Generators", OOPSLA 2014).
  private static func next(_ state: inout UInt64) -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }
}
