/// A moment in UTC, in microseconds since 1970-01-01: the resolution PostgreSQL keeps.
package struct Timestamp: Sendable, Hashable, Comparable {
  /// Microseconds since the Unix epoch; negative before 1970.
  package let microseconds: Int64

  /// Creates a moment from microseconds since the Unix epoch.
  package init(microseconds: Int64) {
    self.microseconds = microseconds
  }

  /// The years 1 to 9999: what every backend and every reader of its text understands.
  package static let storable =
    Timestamp(microseconds: -62_135_596_800_000_000)...Timestamp(microseconds: 253_402_300_799_999_999)

  /// PostgreSQL's 'infinity', which is behind every moment.
  package static let infinity = Timestamp(microseconds: .max)
  /// PostgreSQL's '-infinity', which is before every moment.
  package static let minusInfinity = Timestamp(microseconds: .min)

  /// Whether it is a moment at all.
  package var isFinite: Bool { self != .infinity && self != .minusInfinity }

  /// Orders by time.
  package static func < (left: Timestamp, right: Timestamp) -> Bool {
    left.microseconds < right.microseconds
  }

  /// Reads ISO 8601 (`2025-07-01T12:34:56.789Z`, with `T` or a space, an offset, or neither, which means UTC) or
  /// a number since the epoch in seconds, milliseconds or microseconds, told apart by size.
  ///
  /// What is no moment is `infinity` or `-infinity`. Digits beyond the microsecond are rounded. Returns nil when the text is neither.
  package init?(parsing text: String) {
    if text == "infinity" {
      self = .infinity
    } else if text == "-infinity" {
      self = .minusInfinity
    } else if let value = TimestampParser.parse(text) {
      self = value
    } else {
      return nil
    }
  }

  /// Reads the bytes of what ``iso8601`` writes for a year of four digits; nil for any other form.
  package init?(plain bytes: UnsafeRawBufferPointer) {
    func isAt(_ place: Int, _ separator: Unicode.Scalar) -> Bool { bytes[place] == UInt8(ascii: separator) }
    func number(_ place: Int, digits: Int) -> Int64? {
      var value: Int64 = 0
      for index in place..<place + digits {
        let digit = bytes[index] &- UInt8(ascii: "0")
        guard digit < 10 else { return nil }
        value = value * 10 + Int64(digit)
      }
      return value
    }
    guard bytes.count == Timestamp.textBytes, isAt(4, "-"), isAt(7, "-"), isAt(10, "T"), isAt(13, ":"), isAt(16, ":"),
      isAt(19, "."), isAt(26, "Z"), let year = number(0, digits: 4), let month = number(5, digits: 2),
      let day = number(8, digits: 2), let date = CivilDate(year: year, month: month, day: day),
      let hour = number(11, digits: 2), hour < 24, let minute = number(14, digits: 2), minute < 60,
      let second = number(17, digits: 2), second < 60, let micros = number(20, digits: 6)
    else { return nil }
    let seconds = (hour * 60 + minute) * 60 + second
    self.init(microseconds: date.daysSinceEpoch * 86_400_000_000 + seconds * 1_000_000 + micros)
  }

  /// Reads a number since the epoch. Below 10^11 it is seconds (until the year 5138), below 10^14 milliseconds,
  /// otherwise microseconds.
  package init?(epoch number: Double) {
    guard number.isFinite, abs(number) < 9e17 else { return nil }
    let magnitude = abs(number)
    let scale: Double = magnitude < 1e11 ? 1_000_000 : magnitude < 1e14 ? 1_000 : 1
    self.init(microseconds: Int64((number * scale).rounded()))
  }

  /// `2025-07-01T12:34:56.789000Z`: fixed width, so that text order is time order; `infinity` and `-infinity` stand at
  /// its ends.
  package var iso8601: String {
    guard isFinite else { return self == .infinity ? "infinity" : "-infinity" }
    let (day, timeOfDay) = microseconds.quotientAndRemainderFloored(by: 86_400_000_000)
    let date = CivilDate(daysSinceEpoch: day)
    let seconds = timeOfDay / 1_000_000
    // Written backwards into one piece of memory: a table of memories has thousands of them.
    guard (0...9999).contains(date.year) else {
      let clock = [seconds / 3600, seconds / 60 % 60, seconds % 60].map { padded($0, 2) }
      return "\(date)T\(clock[0]):\(clock[1]):\(clock[2]).\(padded(timeOfDay % 1_000_000, 6))Z"
    }
    return String(unsafeUninitializedCapacity: Timestamp.textBytes) { text in
      var end = Timestamp.textBytes
      func write(_ number: Int64, digits: Int, before separator: Unicode.Scalar) {
        end -= 1
        text[end] = UInt8(ascii: separator)
        var rest = number
        for _ in 0..<digits {
          end -= 1
          text[end] = UInt8(ascii: "0") + UInt8(rest % 10)
          rest /= 10
        }
      }
      write(timeOfDay % 1_000_000, digits: 6, before: "Z")
      write(seconds % 60, digits: 2, before: ".")
      write(seconds / 60 % 60, digits: 2, before: ":")
      write(seconds / 3600, digits: 2, before: ":")
      write(date.day, digits: 2, before: "T")
      write(date.month, digits: 2, before: "-")
      write(date.year, digits: 4, before: "-")
      return Timestamp.textBytes
    }
  }

  private static let textBytes = 27
}

/// A day of the proleptic Gregorian calendar.
///
/// The conversions are Howard Hinnant's `days_from_civil` and `civil_from_days`
/// (http://howardhinnant.github.io/date_algorithms.html).
struct CivilDate: CustomStringConvertible {
  let year: Int64
  let month: Int64
  let day: Int64

  init?(year: Int64, month: Int64, day: Int64) {
    guard (1...12).contains(month), day >= 1, day <= CivilDate.daysIn(month: month, year: year) else { return nil }
    self.year = year
    self.month = month
    self.day = day
  }

  init(daysSinceEpoch: Int64) {
    let shifted = daysSinceEpoch + 719_468
    let (era, dayOfEra) = shifted.quotientAndRemainderFloored(by: 146_097)
    let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let monthIndex = (5 * dayOfYear + 2) / 153
    day = dayOfYear - (153 * monthIndex + 2) / 5 + 1
    month = monthIndex < 10 ? monthIndex + 3 : monthIndex - 9
    year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
  }

  var daysSinceEpoch: Int64 {
    let shiftedYear = month <= 2 ? year - 1 : year
    let (era, yearOfEra) = shiftedYear.quotientAndRemainderFloored(by: 400)
    let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
    return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
  }

  var description: String { "\(padded(year, 4))-\(padded(month, 2))-\(padded(day, 2))" }

  private static func daysIn(month: Int64, year: Int64) -> Int64 {
    switch month {
    case 2: (year % 4 == 0 && year % 100 != 0) || year % 400 == 0 ? 29 : 28
    case 4, 6, 9, 11: 30
    default: 31
    }
  }
}

private func padded(_ value: Int64, _ width: Int) -> String {
  let digits = String(value.magnitude)
  let zeros = String(repeating: "0", count: max(0, width - digits.count))
  return (value < 0 ? "-" : "") + zeros + digits
}

extension Int64 {
  /// Division that rounds towards minus infinity, so that the remainder is never negative.
  func quotientAndRemainderFloored(by divisor: Int64) -> (Int64, Int64) {
    let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
    return remainder < 0 ? (quotient - 1, remainder + divisor) : (quotient, remainder)
  }
}
