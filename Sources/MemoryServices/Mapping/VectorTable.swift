import Database
import Foundation
import Kernels
import MemoryModel

/// Vectors of length one, one behind the other, to be looked at many times.
///
/// Its memory is bounded: where there are too many numbers, each vector is turned at random, in the same way, and only the
/// first numbers of it are kept. That keeps distances nearly as they are (Ailon and Chazelle, "The fast Johnson-Lindenstrauss
/// transform", SIAM J. Comput. 2009).
struct VectorTable {
  /// The numbers of a row, what fills it up included.
  let width: Int
  private(set) var count = 0
  private(set) var values: [Float] = []
  /// What turns the vectors; nil where they are kept whole.
  private let turn: RandomTurn?
  private let dimensions: Int
  private let kept: Int

  /// 128 MB: 100,000 vectors of 320 numbers.
  static let numbersMaximum = 32 << 20
  /// No fewer numbers are kept of a vector.
  private static let narrowest = 16

  /// - Parameters:
  ///   - dimensions: The length of the vectors.
  ///   - count: How many vectors there may be.
  init(dimensions: Int, expecting count: Int, numbersMaximum: Int = VectorTable.numbersMaximum) {
    let lanes = Int(MEMSH_MAP_LANES)
    let affordable = max(VectorTable.narrowest, numbersMaximum / max(1, count) / lanes * lanes)
    kept = min(dimensions, affordable)
    width = max(lanes, (kept + lanes - 1) / lanes * lanes)
    turn = kept < dimensions ? RandomTurn(dimensions: dimensions) : nil
    self.dimensions = dimensions
    values.reserveCapacity(count * width)
  }

  /// A row, on any thread; nil for a vector without a direction, or of another length.
  func row(_ vector: Vector) -> [Float]? {
    guard vector.dimensions == dimensions, vector.isFinite, !vector.isZero else { return nil }
    let values = turn.map { $0.turned(vector, count: kept) } ?? vector.values
    // Squares of very large numbers would be infinite, and those of very small ones 0.
    let largest = values.reduce(Float(0)) { max($0, abs($1)) }
    guard largest > 0 else { return nil }
    let length = values.reduce(0.0) { $0 + Double($1 / largest) * Double($1 / largest) }.squareRoot()
    return values.map { Float(Double($0 / largest) / length) }
  }

  /// A table of the same kind without its rows, to make rows on other threads while this one grows.
  var withoutRows: VectorTable {
    var copy = self
    copy.values = []
    copy.count = 0
    return copy
  }

  /// Adds a row.
  mutating func append(_ row: [Float]) {
    values += row
    values += repeatElement(0, count: width - row.count)
    count += 1
  }

  /// A row's numbers.
  subscript(_ row: Int) -> ArraySlice<Float> { values[row * width..<(row + 1) * width] }

  /// Rows that one thread looks at, always the same ones whatever the number of threads.
  private static let rowsAtATime = 2_048

  /// Calls `body` for runs of rows on all cores; what it returns comes in the rows' order.
  func concurrentRuns<Value: Sendable>(_ body: @escaping (_ rows: Range<Int>, _ first: UnsafePointer<Float>) -> Value)
    -> [Value]
  {
    let runs = stride(from: 0, to: count, by: VectorTable.rowsAtATime).map { start in
      start..<min(start + VectorTable.rowsAtATime, count)
    }
    return values.withUnsafeBufferPointer { values in
      guard let base = values.baseAddress else { return [] }
      let width = width
      return [Value](unsafeUninitializedCapacity: runs.count) { buffer, initialized in
        let work = Lent((runs: runs, base: base, body: body, buffer: buffer))
        DispatchQueue.concurrentPerform(iterations: runs.count) { number in
          let (runs, base, body, buffer) = work.value
          let rows = runs[number]
          buffer.initializeElement(at: number, to: body(rows, base + rows.lowerBound * width))
        }
        initialized = runs.count
      }
    }
  }

  /// The products of each row with each of some vectors, which are as wide as rows: row by row.
  func products(with vectors: [Float]) -> [Float] {
    let vectorCount = vectors.count / width
    return concurrentRuns { [width] rows, first in
      [Float](unsafeUninitializedCapacity: rows.count * vectorCount) { output, initialized in
        memsh_map_dots(first, rows.count, width, vectors, vectorCount, output.baseAddress)
        initialized = rows.count * vectorCount
      }
    }.flatMap { $0 }
  }

  /// The sums of all rows, each times a factor.
  ///
  /// - Parameter factors: For each row as many numbers as there are sums.
  func sums(weightedBy factors: [Float], sums count: Int) -> [Double] {
    let parts = concurrentRuns { [width] rows, first in
      var sums = [Double](repeating: 0, count: count * width)
      factors.withUnsafeBufferPointer { factors in
        guard let base = factors.baseAddress else { return }
        memsh_map_add_weighted(first, rows.count, width, base + rows.lowerBound * count, count, &sums)
      }
      return sums
    }
    return parts.reduce(into: [Double](repeating: 0, count: count * width)) { total, part in
      for index in total.indices { total[index] += part[index] }
    }
  }
}

/// Turns vectors in a way that was drawn at random once, so that what one number says is spread over all of them: three
/// rounds of random signs and a fast Hadamard transform, as in ``AngularHash``.
private struct RandomTurn {
  private let size: Int
  private let signs: [Float]
  private static let rounds = 3

  init(dimensions: Int) {
    var size = 64
    while size < dimensions { size *= 2 }
    self.size = size
    var random = MapRandom(seed: 7)
    signs = (0..<RandomTurn.rounds * size).map { _ in random.next() & 0x1_0000 == 0 ? 1 : -1 }
  }

  func turned(_ vector: Vector, count: Int) -> [Float] {
    let largest = vector.values.reduce(Float(0)) { max($0, abs($1)) }
    var values = [Float](repeating: 0, count: size)
    for (index, value) in vector.values.enumerated() { values[index] = value / largest }
    var none: UInt64 = 0
    memsh_angular_sketch(&values, size, signs, RandomTurn.rounds, &none, 0)
    return Array(values[..<count])
  }
}

/// Random numbers that are the same each time (SplitMix64), so that a map is.
struct MapRandom: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }

  /// From 0 to just below 1.
  mutating func share() -> Double { Double(next() >> 11) / 9_007_199_254_740_992 }
}
