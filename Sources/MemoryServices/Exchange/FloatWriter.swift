import Kernels

/// Writes 32-bit floats in the fewest digits that read back as the same float, as their `description` has them.
enum FloatWriter {
  /// Appends an array as JSON has it. All numbers must be finite.
  static func append(_ values: [Float], to bytes: inout [UInt8]) {
    guard !values.isEmpty else { return bytes += [UInt8(ascii: "["), UInt8(ascii: "]")] }
    withUnsafeTemporaryAllocation(of: UInt8.self, capacity: values.count * textBytes + slackBytes) { room in
      guard let start = room.baseAddress else { return }
      let end = write(values, at: start)
      start.initialize(to: UInt8(ascii: "["))
      end.initialize(to: UInt8(ascii: "]"))
      bytes.append(contentsOf: UnsafeBufferPointer(start: start, count: end + 1 - start))
    }
  }

  /// The most bytes that a number takes, with what stands before it: `,-1.17549435e-38`.
  private static let textBytes = 16
  /// As many bytes may be written behind the last number's end.
  private static let slackBytes = 24
  /// Numbers whose digits are found at a time.
  private static let block = 64

  /// Writes numbers with a comma in front of each, and gives the place behind them.
  private static func write(
    _ values: [Float], at start: UnsafeMutablePointer<UInt8>
  ) -> UnsafeMutablePointer<UInt8> {
    withUnsafeTemporaryAllocation(of: memsh_decimal.self, capacity: block) { decimals in
      values.withUnsafeBufferPointer { values in
        guard let first = values.baseAddress else { return start }
        var next = start
        for done in stride(from: 0, to: values.count, by: block) {
          let count = min(block, values.count - done)
          memsh_shortest_decimals(first + done, count, decimals.baseAddress)
          for index in 0..<count {
            let value = values[done + index]
            next.initialize(to: UInt8(ascii: ","))
            (next + 1).initialize(to: UInt8(ascii: "-"))
            next += value.sign == .minus ? 2 : 1
            next = isPlain(value) ? write(decimals[index], at: next) : writeOther(value.magnitude, at: next)
          }
        }
        return next
      }
    }
  }

  /// Whether a number lies between 2^-13 and 2^24, so that it is written without an exponent, and is not whole.
  @inline(__always)
  private static func isPlain(_ value: Float) -> Bool {
    let places = 150 - Int(value.exponentBitPattern)
    return 0...36 ~= places && (1 << 23 | value.significandBitPattern).trailingZeroBitCount < places
  }

  /// Writes any number that is not below zero.
  private static func writeOther(_ value: Float, at start: UnsafeMutablePointer<UInt8>) -> UnsafeMutablePointer<UInt8> {
    var next = start
    for byte in value.description.utf8 {
      next.initialize(to: byte)
      next += 1
    }
    return next
  }

  /// Writes a number that is not whole and not below 0.0001.
  @inline(__always)
  private static func write(
    _ decimal: memsh_decimal, at start: UnsafeMutablePointer<UInt8>
  ) -> UnsafeMutablePointer<UInt8> {
    let headCount = decimal.head > 0 ? 1 : 0
    // Without a head, one of the eight digits is not 0.
    let leading = headCount > 0 ? 0 : (decimal.tail ^ zeros).trailingZeroBitCount >> 3
    let count = headCount + 8 - leading
    let shown = count - (decimal.tail ^ zeros).leadingZeroBitCount >> 3
    // How many digits stand in front of the point.
    let point = count + Int(decimal.power)
    var text = start + 1
    if point <= 0 {
      UnsafeMutableRawPointer(start).storeBytes(of: zeroPointZeros, as: UInt64.self)
      text = start + (2 - point)
    }
    text.initialize(to: UInt8(ascii: "0") &+ UInt8(truncatingIfNeeded: decimal.head))
    UnsafeMutableRawPointer(text + headCount).storeBytes(of: decimal.tail &>> UInt64(leading * 8), as: UInt64.self)
    if point > 0 {
      for index in 0..<point { start[index] = text[index] }
      start[point] = UInt8(ascii: ".")
    }
    return text + shown
  }

  /// Eight times `0`.
  private static let zeros: UInt64 = 0x3030_3030_3030_3030
  /// `0.000000` as it lies in memory.
  private static let zeroPointZeros: UInt64 = 0x3030_3030_3030_2E30
}
