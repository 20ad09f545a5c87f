import Foundation
import MemoryModel

/// Finds out from some values of a column in which form its vectors stand.
///
/// A value has a vote for every form in which it makes sense. What makes sense in two forms is told apart by what the two
/// would have to have in common by chance; where that is not told either, nothing is guessed.
struct VectorFormSample {
  /// What the values tell.
  enum Outcome: Equatable {
    /// Nothing: there are none, or they have only zeros.
    case empty
    case form(VectorForm)
    /// All of these are as likely.
    case ambiguous([VectorForm])
    /// Some values are in one form, some in others.
    case mixed([VectorForm])
    /// No form makes sense.
    case unknown
  }

  /// How many different values have been looked at that tell something.
  private(set) var values = 0
  /// How many of them make no sense in any form.
  private var senseless = 0
  private var hashes: Set<Int> = []
  private var votes: [VectorForm: Int] = [:]
  private var bytes: [Bool: ByteTally] = [:]
  private var pairs: [VectorForm: PairTally] = [:]
  private var patterns: [VectorForm: PatternTally] = [:]

  /// More values tell nothing new.
  static let valuesMaximum = 100

  /// Looks at a value.
  mutating func add(_ value: UnsafeRawBufferPointer, isText: Bool) {
    guard !value.isEmpty, values < VectorFormSample.valuesMaximum else { return }
    var hasher = Hasher()
    hasher.combine(bytes: value)
    guard hashes.insert(hasher.finalize()).inserted else { return }
    if isText || value.looksLikeText {
      let start = value.first { $0 > 0x20 }
      if start == UInt8(ascii: "[") {
        values += 1
        votes[.json, default: 0] += 1
        return
      }
      // Nothing, or JSON's word for it.
      if start == nil || value.elementsEqual("null".utf8) { return }
    }
    let decoded = isText || value.looksLikeText ? Data(base64: Data(value)) : nil
    // Zeros are zeros in every form.
    guard (decoded.map { $0.contains { $0 != 0 } } ?? value.contains { $0 != 0 }) else { return }
    values += 1
    var makesSense = decoded?.withUnsafeBytes { addNumbers($0, isBase64: true) } ?? false
    if !isText, addNumbers(value, isBase64: false) { makesSense = true }
    if !makesSense { senseless += 1 }
  }

  /// - Returns: Whether they make sense in any form.
  private mutating func addNumbers(_ value: UnsafeRawBufferPointer, isBase64: Bool) -> Bool {
    var makesSense = false
    bytes[isBase64, default: ByteTally()].add(value)
    for number in VectorForm.Number.allCases where number != .int8 && value.count % number.width == 0 {
      let form = VectorForm(number: number, isBase64: isBase64)
      guard VectorTally(value, as: number).fits else { continue }
      makesSense = true
      votes[form, default: 0] += 1
      patterns[form, default: PatternTally()].add(value, as: number)
      if number.width == 8 { pairs[form, default: PairTally()].add(value, isBigEndian: number == .float64be) }
    }
    return makesSense
  }

  /// What all values together tell.
  var outcome: Outcome {
    guard values > 0 else { return .empty }
    let best = votes.values.max() ?? 0
    // Most of what makes sense must be in one form: what is not will be rejected.
    guard best * 4 >= (values - senseless) * 3, best * 2 > values else { return unclear }
    let likely = VectorForm.all.filter { votes[$0, default: 0] * 10 >= best * 9 }
    switch likely.count {
    case 1: return certain(likely[0])
    case 2: return told(likely[0], from: likely[1])
    default: return .ambiguous(likely)
    }
  }

  /// What is left where no form has the votes.
  private var unclear: Outcome {
    let found = VectorForm.all.filter { votes[$0, default: 0] * 10 >= values }
    if found.isEmpty, let isBase64 = [false, true].first(where: { bytes[$0]?.isOfIntegers ?? false }) {
      return .form(VectorForm(number: .int8, isBase64: isBase64))
    }
    return found.count < 2 ? .unknown : .mixed(found)
  }

  /// The form, unless a few small integers may look like it.
  private func certain(_ form: VectorForm) -> Outcome {
    guard form != .json, let patterns = patterns[form], !patterns.isTelling else { return .form(form) }
    return .ambiguous([form, VectorForm(number: .int8, isBase64: form.isBase64)])
  }

  /// Tells floats from floats of twice their width.
  private func told(_ one: VectorForm, from other: VectorForm) -> Outcome {
    // In the order of the forms, which has the wider ones behind.
    guard one.isBase64 == other.isBase64, let double = one.number?.double, double == other.number,
      let isOneNumber = pairs[other]?.isOneNumber
    else { return .ambiguous([one, other]) }
    return certain(isOneNumber ? other : one)
  }
}

/// The halves of what may be 64-bit floats: are they two 32-bit floats?
struct PairTally {
  /// Lower halves that are plausible floats.
  private var floats: Set<UInt32> = []
  /// Lower halves that are not.
  private var others: Set<UInt32> = []
  /// The places at which only the upper half is not zero.
  private var roundPlaces: Set<Int> = []

  /// More tell nothing new.
  private static let maximum = 64
  /// What has the lower half zero at so many places by chance is one of 256.
  private static let placesMinimum = 8

  mutating func add(_ value: UnsafeRawBufferPointer, isBigEndian: Bool) {
    for index in 0..<min(value.count / 8, 4_096) {
      let word: UInt64 = value.word(index)
      let number = isBigEndian ? UInt64(bigEndian: word) : UInt64(littleEndian: word)
      let (high, low) = (UInt32(truncatingIfNeeded: number >> 32), UInt32(truncatingIfNeeded: number))
      let size = abs(Float(bitPattern: low))
      // Of a double that was a float once, only the first three bits of the lower half may be set.
      if low << 3 == 0 {
        if high != 0, roundPlaces.count < PairTally.maximum { roundPlaces.insert(index) }
      } else if (1e-6...1e3).contains(size) {
        if floats.count < PairTally.maximum { floats.insert(low) }
      } else if others.count < PairTally.maximum {
        others.insert(low)
      }
    }
  }

  /// Whether both halves are one number; nil where that cannot be told.
  var isOneNumber: Bool? {
    if floats.count >= 2, floats.count > others.count { return false }
    guard floats.count < 2 else { return others.count > floats.count * 4 ? true : nil }
    return others.count >= 2 || floats.isEmpty && roundPlaces.count >= PairTally.placesMinimum ? true : nil
  }
}

/// The different numbers that there are: a few may be anything.
private struct PatternTally {
  private var patterns: Set<UInt64> = []
  /// Whether the lower half of each is zero.
  private var areRound = true

  private static let minimum = 4

  mutating func add(_ value: UnsafeRawBufferPointer, as number: VectorForm.Number) {
    for index in 0..<min(value.count / number.width, 4_096) {
      guard patterns.count < PatternTally.minimum else { return }
      let size = number.value(value, index)
      if size == 0 { continue }
      let pattern = size.bitPattern
      patterns.insert(pattern)
      let zeros = number.width == 8 ? 32 : 16 + (Double.significandBitCount - Float.significandBitCount)
      if pattern.trailingZeroBitCount < zeros { areRound = false }
    }
  }

  /// Whether they cannot be integers of a byte that happen to look like this.
  var isTelling: Bool { patterns.count >= PatternTally.minimum || areRound && !patterns.isEmpty }
}

/// The bytes of values: are they integers of a byte, most of them small, whatever their place?
private struct ByteTally {
  /// By the place's remainder, how many bytes there are and how many of them are small.
  private var counts = [Int](repeating: 0, count: places)
  private var small = [Int](repeating: 0, count: places)

  private static let places = 8
  private static let minimum = 128

  mutating func add(_ value: UnsafeRawBufferPointer) {
    for (index, byte) in value.prefix(4_096).enumerated() {
      counts[index % ByteTally.places] += 1
      if abs(Int(Int8(bitPattern: byte))) < 32 { small[index % ByteTally.places] += 1 }
    }
  }

  /// Of bytes that are anything, a quarter is small; of the first bytes of floats, nearly none.
  var isOfIntegers: Bool {
    let (all, allSmall) = (counts.reduce(0, +), small.reduce(0, +))
    return all >= ByteTally.minimum && allSmall * 3 >= all && zip(counts, small).allSatisfy { $1 * 6 >= $0 }
  }
}
