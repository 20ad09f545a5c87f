/// Reads the date forms of `Timestamp.init(parsing:)` from UTF-8 bytes.
struct TimestampParser {
  private var bytes: ArraySlice<UInt8>

  static func parse(_ text: String) -> Timestamp? {
    var own = text
    if let moment = own.withUTF8({ Timestamp(plain: UnsafeRawBufferPointer($0)) }) { return moment }
    let trimmed = text.utf8.drop { $0 == UInt8(ascii: " ") }
    if let date = dateOnly(trimmed) ?? dateTime(trimmed) { return date }
    // Fewer digits are a year, or a date without its dashes, rather than a moment of 1970.
    guard text.utf8.count(where: { (48...57).contains($0) }) >= 9 else { return nil }
    return Double(text).flatMap { Timestamp(epoch: $0) }
  }

  private static func dateOnly(_ text: Substring.UTF8View) -> Timestamp? {
    var parser = TimestampParser(bytes: ArraySlice(text))
    guard let date = parser.date(), parser.atEnd else { return nil }
    return Timestamp(microseconds: date.daysSinceEpoch * 86_400_000_000)
  }

  private static func dateTime(_ text: Substring.UTF8View) -> Timestamp? {
    var parser = TimestampParser(bytes: ArraySlice(text))
    guard let date = parser.date(), parser.skip("T") || parser.skip("t") || parser.skip(" "),
      let clock = parser.clock(), let offset = parser.offset(), parser.atEnd
    else { return nil }
    return Timestamp(microseconds: date.daysSinceEpoch * 86_400_000_000 + clock - offset)
  }

  private var atEnd: Bool { bytes.allSatisfy { $0 == UInt8(ascii: " ") } }

  private mutating func skip(_ character: Unicode.Scalar) -> Bool {
    guard bytes.first == UInt8(ascii: character) else { return false }
    bytes.removeFirst()
    return true
  }

  private mutating func number(digits: Int) -> Int64? {
    guard bytes.count >= digits else { return nil }
    var value: Int64 = 0
    for byte in bytes.prefix(digits) {
      guard (48...57).contains(byte) else { return nil }
      value = value * 10 + Int64(byte - 48)
    }
    bytes.removeFirst(digits)
    return value
  }

  /// Four digits, or as many more and the sign that ``Timestamp/iso8601`` writes for PostgreSQL's farthest years.
  private mutating func year() -> Int64? {
    let isNegative = skip("-")
    let digits = bytes.prefix { (48...57).contains($0) }.count
    guard (4...6).contains(digits), let year = number(digits: digits) else { return nil }
    return isNegative ? -year : year
  }

  private mutating func date() -> CivilDate? {
    guard let year = year(), skip("-"), let month = number(digits: 2), skip("-"),
      let day = number(digits: 2)
    else { return nil }
    return CivilDate(year: year, month: month, day: day)
  }

  /// Microseconds since midnight from `HH:MM`, `HH:MM:SS` or `HH:MM:SS.fraction`.
  private mutating func clock() -> Int64? {
    guard let hour = number(digits: 2), hour < 24, skip(":"), let minute = number(digits: 2), minute < 60 else {
      return nil
    }
    var micros = (hour * 60 + minute) * 60_000_000
    guard skip(":") else { return micros }
    guard let second = number(digits: 2), second <= 60 else { return nil }
    micros += second * 1_000_000
    guard skip(".") || skip(",") else { return micros }
    return fraction().map { micros + $0 }
  }

  /// The digits after the decimal point, in microseconds, rounded half up at the seventh digit.
  private mutating func fraction() -> Int64? {
    let digits = bytes.prefix { (48...57).contains($0) }
    guard !digits.isEmpty else { return nil }
    bytes.removeFirst(digits.count)
    var value: Int64 = 0
    for position in 0..<6 {
      value = value * 10 + (position < digits.count ? Int64(digits[digits.startIndex + position] - 48) : 0)
    }
    let roundsUp = digits.count > 6 && digits[digits.startIndex + 6] >= UInt8(ascii: "5")
    return roundsUp ? value + 1 : value
  }

  /// The distance from UTC in microseconds: `Z`, `+02:00`, `-0530`, `+02`, ` UTC` or nothing.
  private mutating func offset() -> Int64? {
    if bytes.starts(with: Array(" UTC".utf8)) { bytes.removeFirst(4) }
    if atEnd || skip("Z") || skip("z") { return 0 }
    let sign: Int64
    if skip("+") { sign = 1 } else if skip("-") { sign = -1 } else { return nil }
    guard let hours = number(digits: 2), hours <= 18 else { return nil }
    _ = skip(":")
    let minutes = number(digits: 2) ?? 0
    guard minutes < 60 else { return nil }
    return sign * (hours * 60 + minutes) * 60_000_000
  }
}
