import Database
import Foundation
import Kernels
import MemoryModel

/// Compares a query with the quantised vectors of a file, on all cores.
///
/// For every row the codes give its similarity s up to a bound e: with the row x = x̂ + r and the query q = q̂ + p, both
/// of length one, |x·q − x̂·q̂| = |r·q + x̂·p| ≤ ‖r‖ + (1 + ‖r‖)·‖p‖ (Cauchy–Schwarz). The k best rows are therefore
/// among those whose s + e reaches the k-th largest s − e: whoever compares those exactly, and only those, gets the same
/// answer as from comparing all.
struct QuantizedScan {
  /// A row that may be among the best.
  struct Candidate {
    let position: Int
    /// The row's similarity cannot be larger.
    let bound: Float
  }

  private let file: VectorFile
  private let query: QuantizedQuery
  /// The rows to be looked at, by position; nil for all.
  private let positions: [Int]?
  /// Which rows of the file no longer hold; empty when all hold.
  private let outdated: [Bool]
  private let count: Int

  /// What binary64 and binary32 rounding can add up to in s + e, with room to spare.
  private static let roundingSlack = 2e-6

  init(file: VectorFile, query: QuantizedQuery, positions: [Int]?, outdated: [Bool]) {
    self.file = file
    self.query = query
    self.positions = positions
    self.outdated = outdated
    count = positions?.count ?? file.layout.rows
  }

  /// The rows among which the `limit` best are, the most promising first.
  ///
  /// - Throws: ``VectorFile/Damaged`` when one of the rows is not as it was written.
  func candidates(limit: Int) throws -> [Candidate] {
    let similarities = try similarities()
    var lowerBounds = Best<Float>(limit: max(1, limit))
    for index in similarities.indices where similarities[index] > -.infinity {
      lowerBounds.offer(similarities[index] - error(at: index))
    }
    return candidates(similarities, floor: lowerBounds.worst ?? -.infinity)
  }

  /// The rows that may be as similar as that, the most promising first.
  ///
  /// - Throws: ``VectorFile/Damaged``.
  func candidates(atLeast similarity: Double) throws -> [Candidate] {
    try candidates(similarities(), floor: Float(similarity).nextDown)
  }

  private func candidates(_ similarities: [Float], floor: Float) -> [Candidate] {
    var candidates: [Candidate] = []
    for index in similarities.indices where similarities[index] > -.infinity {
      let bound = similarities[index] + error(at: index)
      if bound >= floor { candidates.append(Candidate(position: position(index), bound: bound)) }
    }
    return candidates.sorted { $0.bound > $1.bound }
  }

  /// The similarity of each row by its codes; minus infinity for rows that do not count.
  private func similarities() throws -> [Float] { try scores(CodeComparison(file: file, query: query)) }

  /// The rows whose signs differ least from the query's: a first pass that reads 1/8 of the codes and may miss some.
  ///
  /// - Throws: ``VectorFile/Damaged``.
  func nearestBySign(limit: Int) throws -> [Int] {
    let distances = try scores(SignComparison(file: file, query: query))
    var nearest = Best<Float>(limit: max(1, limit))
    for distance in distances where distance > -.infinity { nearest.offer(distance) }
    let farthest = nearest.worst ?? -.infinity
    return (0..<count).filter { distances[$0] > -.infinity && distances[$0] >= farthest }.map(position)
  }

  private func position(_ index: Int) -> Int { positions?[index] ?? index }

  private func error(at index: Int) -> Float {
    let error = Double(file.errors[position(index)])
    return Float(error + (1 + error) * query.error + QuantizedScan.roundingSlack)
  }

  /// How many rows are compared before their scores are made: so many that they stay in a processor's cache.
  private static let blockRows = 256

  /// A score for each row, computed on all cores; minus infinity for rows that do not count.
  private func scores(_ comparison: some RowComparison) throws -> [Float] {
    let scores = [Float](unsafeUninitializedCapacity: count) { buffer, initialized in
      let work = Lent((scan: self, comparison: comparison, buffer: buffer))
      let parts = min(ProcessInfo.processInfo.activeProcessorCount, count / 1_000 + 1)
      DispatchQueue.concurrentPerform(iterations: parts) { part in
        let (scan, comparison, buffer) = work.value
        scan.write((scan.count * part / parts)..<(scan.count * (part + 1) / parts), to: buffer, comparison)
      }
      initialized = count
    }
    guard !scores.contains(where: \.isNaN) else { throw VectorFile.Damaged() }
    return scores
  }

  /// Writes the scores of some rows, block by block; NaN for one that is damaged.
  private func write(
    _ rows: Range<Int>, to buffer: UnsafeMutableBufferPointer<Float>, _ comparison: some RowComparison
  ) {
    withUnsafeTemporaryAllocation(of: Int32.self, capacity: QuantizedScan.blockRows) { numbers in
      withUnsafeTemporaryAllocation(of: UInt64.self, capacity: QuantizedScan.blockRows) { sums in
        guard let numberPlace = numbers.baseAddress, let sumPlace = sums.baseAddress else { return }
        for first in stride(from: rows.lowerBound, to: rows.upperBound, by: QuantizedScan.blockRows) {
          let block = first..<min(rows.upperBound, first + QuantizedScan.blockRows)
          if let positions {
            positions.withUnsafeBufferPointer {
              comparison.compare(first, block.count, $0.baseAddress, numberPlace, sumPlace)
            }
          } else {
            comparison.compare(first, block.count, nil, numberPlace, sumPlace)
          }
          for index in block {
            let position = position(index)
            buffer[index] =
              holds(position)
              ? counted(comparison.score(position, numbers[index - first], sums[index - first]), position)
              : -.infinity
          }
        }
      }
    }
  }

  /// Whether a row is still as the file has it.
  private func holds(_ position: Int) -> Bool { outdated.isEmpty || !outdated[position] }

  /// The score of a row that has a direction; NaN for one that is damaged.
  private func counted(_ score: Float?, _ position: Int) -> Float {
    guard let score, !score.isNaN else { return .nan }
    return file.errors[position] >= 0 ? score : -.infinity
  }
}

/// How rows of a file are compared with a query.
private protocol RowComparison: SendableMetatype {
  /// Writes a number and the sum of the words for each of `count` rows, from the one at `first` on.
  func compare(
    _ first: Int, _ count: Int, _ positions: UnsafePointer<Int>?, _ numbers: UnsafeMutablePointer<Int32>,
    _ sums: UnsafeMutablePointer<UInt64>)

  /// The score that a row's number gives; nil for a damaged row.
  func score(_ position: Int, _ number: Int32, _ sum: UInt64) -> Float?
}

/// By all codes: the larger the sum of products, the more similar.
private struct CodeComparison: RowComparison {
  let file: VectorFile
  let query: QuantizedQuery

  func compare(
    _ first: Int, _ count: Int, _ positions: UnsafePointer<Int>?, _ numbers: UnsafeMutablePointer<Int32>,
    _ sums: UnsafeMutablePointer<UInt64>
  ) {
    memsh_scan_codes(
      file.codes.baseAddress, file.layout.codeStride, query.codes, positions, first, count, numbers, sums)
  }

  func score(_ position: Int, _ number: Int32, _ sum: UInt64) -> Float? {
    let scale = file.scales[position]
    let check = VectorFileCheck.row(sum: sum, scale: scale, error: file.errors[position], id: file.ids[position])
    return check == file.checks[position] ? Float(Double(number) * query.scale * Double(scale)) : nil
  }
}

/// By the signs: the fewer differ, the more similar.
private struct SignComparison: RowComparison {
  let file: VectorFile
  let query: QuantizedQuery

  func compare(
    _ first: Int, _ count: Int, _ positions: UnsafePointer<Int>?, _ numbers: UnsafeMutablePointer<Int32>,
    _ sums: UnsafeMutablePointer<UInt64>
  ) {
    memsh_scan_signs(
      file.signs.baseAddress, file.layout.signWords, query.signs, positions, first, count, numbers, sums)
  }

  func score(_ position: Int, _ number: Int32, _ sum: UInt64) -> Float? {
    VectorFileCheck.signs(sum: sum) == file.signChecks[position] ? Float(-number) : nil
  }
}
