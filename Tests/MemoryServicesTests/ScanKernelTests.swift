import Kernels
import TestSupport
import Testing

/// The scans that are compiled for several kinds of processor, beside plain loops.
@Suite struct ScanKernelTests {
  private let rows = 300

  @Test("products of codes and the sums of their words", arguments: [32, 64, 96, 256, 384, 1_536])
  func codes(stride: Int) {
    var random = SeededGenerator(seed: UInt64(stride))
    let codes = (0..<rows * stride).map { _ in Int8.random(in: -127...127, using: &random) }
    let query = (0..<stride).map { _ in Int16.random(in: -8_191...8_191, using: &random) }
    let products = (0..<rows).map { row in
      (0..<stride).reduce(Int32(0)) { $0 + Int32(query[$1]) * Int32(codes[row * stride + $1]) }
    }
    let sums = codes.withUnsafeBytes { bytes in
      (0..<rows).map { row in
        (0..<stride / 8).reduce(UInt64(0)) {
          $0 &+ bytes.loadUnaligned(fromByteOffset: row * stride + $1 * 8, as: UInt64.self)
        }
      }
    }
    expect(products, sums) { memsh_scan_codes(codes, stride, query, $0, $1, $2, $3, $4) }
  }

  @Test("bits that differ and the sums of their words", arguments: [1, 2, 3, 6, 24])
  func signs(words: Int) {
    var random = SeededGenerator(seed: UInt64(words))
    let signs = (0..<rows * words).map { _ in UInt64.random(in: .min ... .max, using: &random) }
    let query = (0..<words).map { _ in UInt64.random(in: .min ... .max, using: &random) }
    let all = (0..<rows).map { row in (0..<words).map { signs[row * words + $0] } }
    let differences = all.map { row in Int32(zip(row, query).reduce(0) { $0 + ($1.0 ^ $1.1).nonzeroBitCount }) }
    expect(differences, all.map { $0.reduce(0, &+) }) { memsh_scan_signs(signs, words, query, $0, $1, $2, $3, $4) }
  }

  /// Runs a scan over all rows, over some behind each other, and over some here and there.
  private func expect(
    _ numbers: [Int32], _ sums: [UInt64],
    scan: (UnsafePointer<Int>?, Int, Int, UnsafeMutablePointer<Int32>, UnsafeMutablePointer<UInt64>) -> Void
  ) {
    let places = Array(stride(from: 1, to: rows, by: 7))
    let parts: [([Int]?, Int, Int)] = [(nil, 0, rows), (nil, 17, 100), (places, 0, places.count), (places, 5, 9)]
    for (positions, first, count) in parts {
      var (foundNumbers, foundSums) = ([Int32](repeating: -1, count: count), [UInt64](repeating: 1, count: count))
      scan(positions, first, count, &foundNumbers, &foundSums)
      let wanted = (first..<first + count).map { positions?[$0] ?? $0 }
      #expect(foundNumbers == wanted.map { numbers[$0] })
      #expect(foundSums == wanted.map { sums[$0] })
    }
  }
}
