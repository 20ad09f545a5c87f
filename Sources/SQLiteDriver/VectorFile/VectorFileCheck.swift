/// Numbers that a row of a ``VectorFile`` has written down and that can be computed from it again: a row for which they
/// differ is damaged, as one is whose pages were lost.
///
/// A scan reads every row whole, so that adding it up as well costs it a few hundredths. It is a sum, not a hash: what it
/// is for is a disk that loses pages or turns bits, not somebody who wants to deceive.
enum VectorFileCheck {
  /// Of nothing but zeros the check is not zero.
  static let seed: UInt64 = 0x9E37_79B9_7F4A_7C15

  /// The check of a row's codes, scale, error and id.
  static func row(_ codes: UnsafePointer<Int8>, bytes: Int, scale: Float, error: Float, id: Int64) -> UInt64 {
    let words = UnsafeRawPointer(codes).assumingMemoryBound(to: UInt64.self)
    return row(sum: sum(words, bytes / 8), scale: scale, error: error, id: id)
  }

  /// The same of a row whose codes are added up already, as words of 64 bits.
  @inline(__always)
  static func row(sum: UInt64, scale: Float, error: Float, id: Int64) -> UInt64 {
    let factors = UInt64(scale.bitPattern) << 32 | UInt64(error.bitPattern)
    return seed &+ sum &+ factors &* seed &+ UInt64(bitPattern: id) &* (seed >> 3 | 1)
  }

  /// The check of a row's signs.
  static func signs(_ words: UnsafePointer<UInt64>, count: Int) -> UInt64 { signs(sum: sum(words, count)) }

  /// The same of signs that are added up already.
  @inline(__always)
  static func signs(sum: UInt64) -> UInt64 { seed &+ sum }

  /// The check of all rows' ids.
  static func ids(_ ids: UnsafeBufferPointer<Int64>) -> UInt64 { ids.reduce(seed) { mixed($0, $1) } }

  /// The check of some ids and one more.
  static func mixed(_ check: UInt64, _ id: Int64) -> UInt64 {
    (check ^ UInt64(bitPattern: id)) &* (seed | 1) &+ check >> 32
  }

  /// The check of the header's numbers.
  static func header(_ numbers: [UInt64]) -> UInt64 {
    numbers.withUnsafeBufferPointer { seed &+ sum($0.baseAddress, $0.count) }
  }

  private static func sum(_ words: UnsafePointer<UInt64>?, _ count: Int) -> UInt64 {
    guard let words else { return 0 }
    var sum: UInt64 = 0
    for index in 0..<count { sum &+= words[index] }
    return sum
  }
}

extension VectorFile {
  /// Thrown when a row is not as it was written.
  struct Damaged: Error {}

  /// Whether all rows are as they were written.
  var isIntact: Bool {
    guard let codes = codes.baseAddress, let signs = signs.baseAddress else { return layout.rows == 0 }
    return hasIntactIDs
      && (0..<layout.rows).allSatisfy { row in
        checks[row]
          == VectorFileCheck.row(
            codes + row * layout.codeStride, bytes: layout.codeStride, scale: scales[row], error: errors[row],
            id: ids[row])
          && signChecks[row] == VectorFileCheck.signs(signs + row * layout.signWords, count: layout.signWords)
      }
  }
}
