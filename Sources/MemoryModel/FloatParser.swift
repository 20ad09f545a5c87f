import Foundation

/// Reads the numbers of a JSON array as 32-bit floats, each correctly rounded from its decimal digits.
///
/// Most numbers take the fast road: their first digits as an integer, scaled by a power of ten in double precision.
/// How far that may be from the exact value is known, so the float is certain unless the double lies that near to the
/// middle between two floats; then, and for rare forms, `strtof` decides.
package struct FloatParser {
  private let bytes: UnsafeBufferPointer<UInt8>
  private var position = 0
  /// Where the numbers go.
  private let room: UnsafeMutableBufferPointer<Float>
  private var count = 0

  /// Why a text is not an array of numbers.
  package struct Failure: Error {
    /// What is wrong.
    package let reason: String
    /// Whether there was no room for all numbers, which says nothing about the text.
    fileprivate var isForRoom = false
  }

  /// Parses a whole text such as `[0.1, -2e-3]`.
  ///
  /// - Parameter capacity: How many numbers to expect.
  package static func parseArray(_ bytes: UnsafeBufferPointer<UInt8>, capacity: Int) throws(Failure) -> [Float] {
    if capacity > 0 {
      do { return try parse(bytes, room: capacity) } catch  where error.isForRoom {}
    }
    // A number and the comma behind it take two bytes at least.
    return try parse(bytes, room: bytes.count / 2 + 1)
  }

  private static func parse(_ bytes: UnsafeBufferPointer<UInt8>, room: Int) throws(Failure) -> [Float] {
    var failure: Failure?
    let values = [Float](unsafeUninitializedCapacity: room) { buffer, count in
      var parser = FloatParser(bytes: bytes, room: buffer)
      do throws(Failure) { try parser.array() } catch { failure = error }
      count = parser.count
    }
    if let failure { throw failure }
    return values
  }

  private init(bytes: UnsafeBufferPointer<UInt8>, room: UnsafeMutableBufferPointer<Float>) {
    self.bytes = bytes
    self.room = room
  }

  private mutating func array() throws(Failure) {
    skipWhitespace()
    guard accept(UInt8(ascii: "[")) else { throw Failure(reason: "expected '['") }
    skipWhitespace()
    guard !accept(UInt8(ascii: "]")) else { return try checkEnd() }
    repeat {
      readPlainNumbers()
      skipWhitespace()
      guard count < room.count else { throw Failure(reason: "more numbers than expected", isForRoom: true) }
      room.initializeElement(at: count, to: try number())
      count += 1
      skipWhitespace()
    } while accept(UInt8(ascii: ","))
    guard accept(UInt8(ascii: "]")) else { throw Failure(reason: "expected ',' or ']' at byte \(position)") }
    try checkEnd()
  }

  /// Reads as many numbers of the form `-0.0123456789012345678`, with 16 to 23 decimals and a comma right behind
  /// them, as stand here.
  ///
  /// That is how JavaScript prints nearly every number of an embedding. The first 16 decimals are taken eight at a
  /// time and without branches that depend on them; the others are only checked to be digits, because a float does
  /// not need them. It stops in front of the first number that has another form or whose value needs a second look;
  /// ``number()`` then reads that one.
  private mutating func readPlainNumbers() {
    guard let start = bytes.baseAddress, let output = room.baseAddress else { return }
    let end = start + bytes.count
    var next = start + position
    var index = count
    while next + FloatParser.plainNumberWindow <= end, index < room.count {
      let sign: UInt32 = next.pointee == UInt8(ascii: "-") ? 1 : 0
      let digits = UnsafeRawPointer(next + Int(sign))
      let first = digits.loadUnaligned(fromByteOffset: 2, as: UInt64.self) ^ FloatParser.zeros
      let second = digits.loadUnaligned(fromByteOffset: 10, as: UInt64.self) ^ FloatParser.zeros
      // The rest: as many digits as stand in front of the first other character.
      let rest = digits.loadUnaligned(fromByteOffset: 18, as: UInt64.self) ^ FloatParser.zeros
      let comma = digits + 18 + FloatParser.nonDigits(rest).trailingZeroBitCount >> 3
      guard FloatParser.nonDigits(first) | FloatParser.nonDigits(second) == 0,
        digits.loadUnaligned(as: UInt16.self) == FloatParser.zeroPoint, comma.load(as: UInt8.self) == UInt8(ascii: ",")
      else { break }
      let mantissa = FloatParser.value(ofDigits: first) &* 100_000_000 &+ FloatParser.value(ofDigits: second)
      let value = Double(Int64(bitPattern: mantissa)) * 1e-16
      // What was left out is less than 1 of at least 2^40: 2^13 units in the last place of a double.
      guard mantissa >> 40 > 0, FloatParser.isCertain(value, within: 1 << 14) else { break }
      (output + index).initialize(to: Float(bitPattern: Float(value).bitPattern | sign << 31))
      index += 1
      next = (comma + 1).assumingMemoryBound(to: UInt8.self)
    }
    count = index
    position = next - start
  }

  /// The most bytes that ``readPlainNumbers()`` looks at for one number.
  private static let plainNumberWindow = 32
  /// `0.` as it lies in memory.
  private static let zeroPoint = UInt16(littleEndian: 0x2E30)
  /// Eight times `0`.
  private static let zeros: UInt64 = 0x3030_3030_3030_3030

  private mutating func checkEnd() throws(Failure) {
    skipWhitespace()
    guard position == bytes.count else { throw Failure(reason: "unexpected text after the array") }
  }

  @inline(__always)
  private mutating func skipWhitespace() {
    while position < bytes.count, case let byte = bytes[position],
      byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09
    {
      position += 1
    }
  }

  @inline(__always)
  private mutating func accept(_ byte: UInt8) -> Bool {
    guard position < bytes.count, bytes[position] == byte else { return false }
    position += 1
    return true
  }

  private mutating func number() throws(Failure) -> Float {
    let start = position
    let isNegative = accept(UInt8(ascii: "-"))
    var mantissa: UInt64 = 0
    let first = position
    var digits = readDigits(into: &mantissa)
    guard digits > 0, digits == 1 || bytes[first] != UInt8(ascii: "0") else {
      throw Failure(reason: notANumber(from: start))
    }
    var exponent = 0
    if accept(UInt8(ascii: ".")) {
      // Zeros in front of the first other digit take no room in the mantissa.
      if mantissa == 0 {
        digits = 0
        exponent = -skipZeros()
      }
      let fraction = readDigits(into: &mantissa)
      guard fraction > 0 || exponent < 0 else { throw Failure(reason: notANumber(from: start)) }
      exponent -= fraction
      digits += fraction
    }
    if position < bytes.count, bytes[position] | 0x20 == UInt8(ascii: "e") { exponent += try readExponent(start) }
    if digits <= 19, let value = FloatParser.scaled(mantissa, by: exponent) { return isNegative ? -value : value }
    return try slowly(start..<position)
  }

  /// Skips zeros and counts them.
  @inline(__always)
  private mutating func skipZeros() -> Int {
    let start = position
    while position < bytes.count, bytes[position] == UInt8(ascii: "0") { position += 1 }
    return position - start
  }

  /// Reads digits, eight at a time where there are as many.
  @inline(__always)
  private mutating func readDigits(into mantissa: inout UInt64) -> Int {
    let start = position
    while position + 8 <= bytes.count, let base = bytes.baseAddress,
      let value = FloatParser.eightDigits(at: UnsafeRawPointer(base + position))
    {
      mantissa = mantissa &* 100_000_000 &+ value
      position += 8
    }
    while position < bytes.count, case let digit = bytes[position] &- 48, digit < 10 {
      mantissa = mantissa &* 10 &+ UInt64(digit)
      position += 1
    }
    return position - start
  }

  /// Eight ASCII digits as a number, all at once in a 64-bit word; nil when one of the bytes is not a digit.
  ///
  /// The method is Daniel Lemire's, "Quickly parsing eight digits" (2018), https://lemire.me/blog/2018/10/03/.
  @inline(__always)
  private static func eightDigits(at address: UnsafeRawPointer) -> UInt64? {
    let word = UInt64(littleEndian: address.loadUnaligned(as: UInt64.self))
    let low = word & 0xF0F0_F0F0_F0F0_F0F0
    let high = (word &+ 0x0606_0606_0606_0606) & 0xF0F0_F0F0_F0F0_F0F0
    guard low | (high >> 4) == 0x3333_3333_3333_3333 else { return nil }
    return value(ofDigits: word &- zeros)
  }

  /// The highest bit of each byte that is above 9, up to the first such byte; the bits behind it say nothing.
  @inline(__always)
  private static func nonDigits(_ bytes: UInt64) -> UInt64 {
    (bytes &+ 0x7676_7676_7676_7676 | bytes) & 0x8080_8080_8080_8080
  }

  /// Eight bytes, each a digit, the first one the highest.
  @inline(__always)
  private static func value(ofDigits digits: UInt64) -> UInt64 {
    let pairs = digits &* 10 &+ (digits >> 8)
    let mask: UInt64 = 0x0000_00FF_0000_00FF
    let first = (pairs & mask) &* 0x000F_4240_0000_0064
    let second = ((pairs >> 16) & mask) &* 0x0000_2710_0000_0001
    return (first &+ second) >> 32
  }

  private mutating func readExponent(_ start: Int) throws(Failure) -> Int {
    position += 1
    let isNegative = accept(UInt8(ascii: "-"))
    if !isNegative { _ = accept(UInt8(ascii: "+")) }
    var value: UInt64 = 0
    let digits = readDigits(into: &value)
    guard digits > 0, digits < 8 else { throw Failure(reason: notANumber(from: start)) }
    return isNegative ? -Int(value) : Int(value)
  }

  /// The powers of ten that a double holds exactly.
  private static let powersOfTen: [Double] = [
    1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19,
    1e20, 1e21, 1e22,
  ]

  /// The float nearest to `mantissa × 10^exponent`; nil when double precision cannot tell.
  @inline(__always)
  private static func scaled(_ mantissa: UInt64, by exponent: Int) -> Float? {
    if mantissa == 0 { return 0 }
    guard exponent >= -22, exponent <= 22 else { return nil }
    let value = powersOfTen.withUnsafeBufferPointer {
      // Fewer than 2^63 come from every fast reader; the signed conversion is one instruction.
      let digits = mantissa < 1 << 63 ? Double(Int64(bitPattern: mantissa)) : Double(mantissa)
      return exponent < 0 ? digits / $0[-exponent] : digits * $0[exponent]
    }
    return isCertain(value, within: 4) ? Float(value) : nil
  }

  /// Whether rounding a positive double that may be `units` in its last place off gives the float that the exact
  /// value gives.
  @inline(__always)
  private static func isCertain(_ value: Double, within units: UInt64) -> Bool {
    // The 29 bits that a float drops: at their middle, 2^28, the two neighbours are equally near.
    let dropped = value.bitPattern & 0x1FFF_FFFF
    return dropped &- (0x1000_0000 - units) > 2 * units && value >= Double(Float.leastNormalMagnitude)
      && value <= Double(Float.greatestFiniteMagnitude)
  }

  private func slowly(_ range: Range<Int>) throws(Failure) -> Float {
    let text = String(decoding: bytes[range], as: UTF8.self)
    let value = strtof(text, nil)
    guard value.isFinite else { throw Failure(reason: "\(text.prefix(30)) does not fit into 32 bits") }
    return value
  }

  private func notANumber(from start: Int) -> String {
    let word = bytes[start...].prefix { $0 != UInt8(ascii: ",") && $0 != UInt8(ascii: "]") }.prefix(20)
    return "\"\(String(decoding: word, as: UTF8.self))\" at byte \(start) is not a number"
  }
}
