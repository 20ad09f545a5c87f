/// Writes 32-bit floats in the fewest digits that read back as the same float, as their `description` has them.
///
/// The digits are found as in Raffaello Giulietti, "The Schubfach way to render doubles" (2022): the float and the middles
/// between it and its neighbours are scaled by a power of ten, so that they are whole numbers with two bits behind the
/// point, and the whole number with the most zeros at its end that lies between these middles is taken.
package enum FloatWriter {
  /// Appends an array as JSON has it. All numbers must be finite.
  package static func append(_ values: [Float], to bytes: inout [UInt8]) {
    guard !values.isEmpty else { return bytes += [UInt8(ascii: "["), UInt8(ascii: "]")] }
    withUnsafeTemporaryAllocation(of: UInt8.self, capacity: values.count * textBytes + slackBytes) { room in
      guard let start = room.baseAddress else { return }
      var next = start
      powersOfTen.withUnsafeBufferPointer { powers in
        var separator = UInt8(ascii: "[")
        for value in values {
          next.initialize(to: separator)
          next = write(value, at: next + 1, powers)
          separator = UInt8(ascii: ",")
        }
      }
      next.initialize(to: UInt8(ascii: "]"))
      bytes.append(contentsOf: UnsafeBufferPointer(start: start, count: next + 1 - start))
    }
  }

  /// The most bytes that a number takes, with what stands before it: `,-1.17549435e-38`.
  private static let textBytes = 16
  /// As many bytes may be written behind the last number's end.
  private static let slackBytes = 24

  /// Writes a number, and gives the place behind it.
  @inline(__always)
  private static func write(
    _ value: Float, at start: UnsafeMutablePointer<UInt8>, _ powers: UnsafeBufferPointer<UInt64>
  ) -> UnsafeMutablePointer<UInt8> {
    var next = start
    if value.sign == .minus {
      next.initialize(to: UInt8(ascii: "-"))
      next += 1
    }
    let exponent = Int(value.exponentBitPattern)
    guard plainExponents.contains(exponent) else { return writeOther(value, at: next) }
    let mantissa = 1 << 23 | value.significandBitPattern
    let shift = exponent - 150
    if mantissa.trailingZeroBitCount >= -shift { return write(mantissa >> UInt32(-shift), at: next) }
    let (digits, power) = shortest(mantissa, shift, powers)
    return write(digits, timesTenTo: power, at: next)
  }

  /// The exponents of the floats from 2^-13 to 2^24, which are written without an exponent.
  private static let plainExponents = 114...150

  /// Zero, and what is very small or large.
  private static func writeOther(_ value: Float, at start: UnsafeMutablePointer<UInt8>) -> UnsafeMutablePointer<UInt8> {
    var next = start
    if value == 0 {
      UnsafeMutableRawPointer(start).storeBytes(of: zeroPointZeros, as: UInt64.self)
      return start + 3
    }
    for byte in value.magnitude.description.utf8 {
      next.initialize(to: byte)
      next += 1
    }
    return next
  }

  /// The shortest decimal number that is nearer to `mantissa × 2^shift` than to another float.
  @inline(__always)
  private static func shortest(
    _ mantissa: UInt32, _ shift: Int, _ powers: UnsafeBufferPointer<UInt64>
  ) -> (digits: UInt32, power: Int) {
    // Below a power of two, floats lie twice as close.
    let isPowerOfTwo = mantissa == 1 << 23
    let power = (shift &* 1_262_611 &- (isPowerOfTwo ? 524_031 : 0)) >> 22
    let left = UInt32(truncatingIfNeeded: shift &+ (-power &* 1_741_647) >> 19 &+ 1)
    let scale = powers[indexOfOne &- power]
    let four = mantissa &* 4
    let below = scaled(scale, (four &- (isPowerOfTwo ? 1 : 2)) &<< left)
    let exact = scaled(scale, four &<< left)
    let above = scaled(scale, (four &+ 2) &<< left)
    // The middles themselves read back as the neighbour that is even.
    let odd = mantissa & 1
    let (lower, upper) = (below &+ odd, above &- odd)
    let whole = exact >> 2
    let tens = whole / 10
    let (isTenIn, isNextTenIn) = (lower <= tens &* 40, tens &* 40 &+ 40 <= upper)
    if isTenIn != isNextTenIn { return (tens &+ (isNextTenIn ? 1 : 0), power + 1) }
    let (isIn, isNextIn) = (lower <= whole &* 4, whole &* 4 &+ 4 <= upper)
    if isIn != isNextIn { return (whole &+ (isNextIn ? 1 : 0), power) }
    let middle = whole &* 4 &+ 2
    return (whole &+ (exact > middle || exact == middle && whole & 1 == 1 ? 1 : 0), power)
  }

  /// The upper bits of a product, the last one set if a lower one is.
  @inline(__always)
  private static func scaled(_ scale: UInt64, _ number: UInt32) -> UInt32 {
    let product = scale.multipliedFullWidth(by: UInt64(number))
    return UInt32(truncatingIfNeeded: product.high) | (product.low >> 32 > 1 ? 1 : 0)
  }

  // MARK: Digits

  /// Writes a whole number.
  private static func write(_ number: UInt32, at start: UnsafeMutablePointer<UInt8>) -> UnsafeMutablePointer<UInt8> {
    let word = eightDigits(number)
    let leading = min((word ^ zeros).trailingZeroBitCount >> 3, 7)
    UnsafeMutableRawPointer(start).storeBytes(of: word &>> UInt64(leading &* 8), as: UInt64.self)
    let end = start + (8 - leading)
    UnsafeMutableRawPointer(end).storeBytes(of: pointZero, as: UInt16.self)
    return end + 2
  }

  /// Writes a number of at most nine digits that is not whole and not below 0.0001.
  @inline(__always)
  private static func write(
    _ digits: UInt32, timesTenTo power: Int, at start: UnsafeMutablePointer<UInt8>
  ) -> UnsafeMutablePointer<UInt8> {
    let first = digits / 100_000_000
    let word = eightDigits(digits &- first &* 100_000_000)
    let leading = first > 0 ? 0 : (word ^ zeros).trailingZeroBitCount >> 3
    let count = (first > 0 ? 9 : 8) &- leading
    let shown = count &- (word ^ zeros).leadingZeroBitCount >> 3
    // How many digits stand in front of the point.
    let point = count &+ power
    var place = start + 1
    if point <= 0 {
      UnsafeMutableRawPointer(start).storeBytes(of: zeroPointZeros, as: UInt64.self)
      place = start + (2 &- point)
    }
    let text = place
    if first > 0 {
      place.initialize(to: UInt8(ascii: "0") &+ UInt8(truncatingIfNeeded: first))
      place += 1
    }
    UnsafeMutableRawPointer(place).storeBytes(of: word &>> UInt64(leading &* 8), as: UInt64.self)
    if point > 0 {
      for index in 0..<point { start[index] = text[index] }
      start[point] = UInt8(ascii: ".")
    }
    return text + shown
  }

  /// A number below 10^8 as eight ASCII digits, the first one in the lowest byte: pairs, and then digits, are divided all
  /// at once.
  @inline(__always)
  private static func eightDigits(_ number: UInt32) -> UInt64 {
    let upper = number / 10_000
    let halves = UInt64(upper) | UInt64(number &- upper &* 10_000) << 32
    let hundreds = (halves &* 10_486) >> 20 & 0x0000_007F_0000_007F
    let pairs = hundreds | (halves &- hundreds &* 100) << 16
    let tens = (pairs &* 103) >> 10 & 0x000F_000F_000F_000F
    return (tens | (pairs &- tens &* 10) << 8) | zeros
  }

  /// Eight times `0`.
  private static let zeros: UInt64 = 0x3030_3030_3030_3030
  /// `0.000000` as it lies in memory.
  private static let zeroPointZeros: UInt64 = 0x3030_3030_3030_2E30
  /// `.0` as it lies in memory.
  private static let pointZero: UInt16 = 0x302E

  /// Where 10^0 stands among the powers.
  private static let indexOfOne = 31
  /// 10^-31 to 10^45, each as the 64 bits that it begins with, rounded up.
  private static let powersOfTen: [UInt64] = [
    0x81CE_B32C_4B43_FCF5, 0xA242_5FF7_5E14_FC32, 0xCAD2_F7F5_359A_3B3F, 0xFD87_B5F2_8300_CA0E,
    0x9E74_D1B7_91E0_7E49, 0xC612_0625_7658_9DDB, 0xF796_87AE_D3EE_C552, 0x9ABE_14CD_4475_3B53,
    0xC16D_9A00_9592_8A28, 0xF1C9_0080_BAF7_2CB2, 0x971D_A050_74DA_7BEF, 0xBCE5_0864_9211_1AEB,
    0xEC1E_4A7D_B695_61A6, 0x9392_EE8E_921D_5D08, 0xB877_AA32_36A4_B44A, 0xE695_94BE_C44D_E15C,
    0x901D_7CF7_3AB0_ACDA, 0xB424_DC35_095C_D810, 0xE12E_1342_4BB4_0E14, 0x8CBC_CC09_6F50_88CC,
    0xAFEB_FF0B_CB24_AAFF, 0xDBE6_FECE_BDED_D5BF, 0x8970_5F41_36B4_A598, 0xABCC_7711_8461_CEFD,
    0xD6BF_94D5_E57A_42BD, 0x8637_BD05_AF6C_69B6, 0xA7C5_AC47_1B47_8424, 0xD1B7_1758_E219_652C,
    0x8312_6E97_8D4F_DF3C, 0xA3D7_0A3D_70A3_D70B, 0xCCCC_CCCC_CCCC_CCCD, 0x8000_0000_0000_0000,
    0xA000_0000_0000_0000, 0xC800_0000_0000_0000, 0xFA00_0000_0000_0000, 0x9C40_0000_0000_0000,
    0xC350_0000_0000_0000, 0xF424_0000_0000_0000, 0x9896_8000_0000_0000, 0xBEBC_2000_0000_0000,
    0xEE6B_2800_0000_0000, 0x9502_F900_0000_0000, 0xBA43_B740_0000_0000, 0xE8D4_A510_0000_0000,
    0x9184_E72A_0000_0000, 0xB5E6_20F4_8000_0000, 0xE35F_A931_A000_0000, 0x8E1B_C9BF_0400_0000,
    0xB1A2_BC2E_C500_0000, 0xDE0B_6B3A_7640_0000, 0x8AC7_2304_89E8_0000, 0xAD78_EBC5_AC62_0000,
    0xD8D7_26B7_177A_8000, 0x8786_7832_6EAC_9000, 0xA968_163F_0A57_B400, 0xD3C2_1BCE_CCED_A100,
    0x8459_5161_4014_84A0, 0xA56F_A5B9_9019_A5C8, 0xCECB_8F27_F420_0F3A, 0x813F_3978_F894_0985,
    0xA18F_07D7_36B9_0BE6, 0xC9F2_C9CD_0467_4EDF, 0xFC6F_7C40_4581_2297, 0x9DC5_ADA8_2B70_B59E,
    0xC537_1912_364C_E306, 0xF684_DF56_C3E0_1BC7, 0x9A13_0B96_3A6C_115D, 0xC097_CE7B_C907_15B4,
    0xF0BD_C21A_BB48_DB21, 0x9676_9950_B50D_88F5, 0xBC14_3FA4_E250_EB32, 0xEB19_4F8E_1AE5_25FE,
    0x92EF_D1B8_D0CF_37BF, 0xB7AB_C627_0503_05AE, 0xE596_B7B0_C643_C71A, 0x8F7E_32CE_7BEA_5C70,
    0xB35D_BF82_1AE4_F38C,
  ]
}
