import Database
import Foundation
import Kernels
import MemoryModel

/// A sketch of a vector by which vectors of nearly the same direction find each other.
///
/// Each bit is the side of a random plane that the vector is on, so that the share of different bits is the angle
/// divided by π (Charikar, "Similarity estimation techniques from rounding algorithms", STOC 2002). The planes come
/// from three rounds of random signs and a fast Hadamard transform, which cost n · log n instead of n · bits (Andoni
/// et al., "Practical and optimal LSH for angular distance", NIPS 2015).
struct AngularHash {
  static let bits = 1_024
  static let words = bits / 64
  private static let rounds = 3

  private let size: Int
  private let signs: [Float]

  /// Draws the planes for vectors of a length; always the same ones.
  init(dimensions: Int) {
    var size = AngularHash.bits
    while size < dimensions { size *= 2 }
    self.size = size
    var hash = Mixer.start
    signs = (0..<AngularHash.rounds * size).map { _ in
      hash = Mixer.adding(0x5851_F42D_4C95_7F2D, to: hash)
      return hash & 0x1_0000 == 0 ? 1 : -1
    }
  }

  /// The bits of a vector.
  func sketch(_ vector: Vector) -> [UInt64] {
    withUnsafeTemporaryAllocation(of: Float.self, capacity: size) { values in
      for index in 0..<size { values[index] = index < vector.dimensions ? vector.values[index] : 0 }
      return [UInt64](unsafeUninitializedCapacity: AngularHash.words) { sketch, count in
        memsh_angular_sketch(
          values.baseAddress, size, signs, AngularHash.rounds, sketch.baseAddress, AngularHash.bits)
        count = AngularHash.words
      }
    }
  }

  /// The share of bits that two vectors of a cosine have in common.
  private static func agreement(_ similarity: Double) -> Double {
    1 - acos(min(1, max(-1, similarity))) / .pi
  }

  /// The largest number of different bits at which a pair may still be as similar as `similarity`: the expected one
  /// and three and a half standard deviations.
  static func differenceMaximum(similarity: Double) -> Int {
    let share = 1 - agreement(similarity)
    return Int(Double(bits) * share + 3.5 * (Double(bits) * share * (1 - share)).squareRoot())
  }
}

/// Bands of a sketch: vectors meet that have all bits of one in common.
///
/// The more vectors there are, the wider a band, so that only few meet by chance; and as many bands as two vectors of the
/// wanted similarity need to meet nearly always.
struct AngularBands {
  /// Bits of a band.
  let width: Int
  let count: Int

  /// Of a thousand pairs that are just similar enough, so many may never meet.
  private static let missed = 0.002
  private static let countMaximum = 512
  private static let (narrowest, widest) = (8, 22)
  /// A band is a run of bits here, and another run elsewhere.
  private static let firstBits = 10

  init(members: Int, similarity: Double) {
    let agreement = max(0.5, 1 - acos(min(1, max(-1, similarity))) / .pi)
    let tries = -log(AngularBands.missed)
    // No wider than that so many bands suffice.
    let affordable = agreement < 1 ? log(tries / Double(AngularBands.countMaximum)) / log(agreement) : .infinity
    let wanted = Int(log2(Double(max(2, members))).rounded(.up))
    width = max(
      AngularBands.narrowest, min(wanted, AngularBands.widest, Int(min(affordable, Double(AngularBands.widest)))))
    count = min(AngularBands.countMaximum, max(1, Int((tries / pow(agreement, Double(width))).rounded(.up))))
  }

  /// Where a band's runs of bits begin; always the same places.
  static func places(_ band: Int) -> (first: Int, second: Int) {
    let hash = Mixer.finish(UInt64(band) &+ Mixer.start)
    let room = UInt64(AngularHash.bits - 32)
    return (Int(hash >> 32 % room), Int((hash & 0xFFFF_FFFF) % room))
  }

  /// A band of a sketch, its bits highest; those below tell which of many in a band are nearer.
  @inline(__always)
  static func key(_ sketch: UnsafePointer<UInt64>, _ places: (first: Int, second: Int)) -> UInt32 {
    run(sketch, places.first) << UInt32(32 - firstBits)
      | run(sketch, places.second) >> UInt32(firstBits)
  }

  /// 32 bits from a place on.
  @inline(__always)
  private static func run(_ sketch: UnsafePointer<UInt64>, _ place: Int) -> UInt32 {
    let (word, shift) = (place >> 6, UInt64(place & 63))
    let low = sketch[word] >> shift
    // Behind the last word no run begins.
    return UInt32(truncatingIfNeeded: shift > 32 ? low | sketch[word + 1] << (64 - shift) : low)
  }
}
