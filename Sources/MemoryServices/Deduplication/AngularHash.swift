import Database
import Foundation
import MemoryModel

/// A sketch of a vector by which vectors of nearly the same direction find each other.
///
/// Each bit is the side of a random plane that the vector is on, so that the share of different bits is the angle
/// divided by π (Charikar, "Similarity estimation techniques from rounding algorithms", STOC 2002). The planes come
/// from three rounds of random signs and a fast Hadamard transform, which cost n · log n instead of n · bits (Andoni
/// et al., "Practical and optimal LSH for angular distance", NIPS 2015).
struct AngularHash {
  static let bits = 2_048
  static let words = bits / 64
  /// Bits of a band: vectors meet that have all of them in common.
  static let bitsPerBand = 16
  static let bands = bits / bitsPerBand

  private let size: Int
  private let signs: [[Float]]

  /// Draws the planes for vectors of a length; always the same ones.
  init(dimensions: Int) {
    var size = AngularHash.bits
    while size < dimensions { size *= 2 }
    self.size = size
    var hash = Mixer.start
    signs = (0..<3).map { _ in
      (0..<size).map { _ in
        hash = Mixer.adding(0x5851_F42D_4C95_7F2D, to: hash)
        return hash & 0x1_0000 == 0 ? 1 : -1
      }
    }
  }

  /// The bits of a vector.
  func sketch(_ vector: Vector) -> [UInt64] {
    withUnsafeTemporaryAllocation(of: Float.self, capacity: size) { values in
      for index in 0..<size { values[index] = index < vector.dimensions ? vector.values[index] : 0 }
      for round in signs {
        round.withUnsafeBufferPointer { round in for index in 0..<size { values[index] *= round[index] } }
        AngularHash.hadamard(values)
      }
      return (0..<AngularHash.words).map { word in
        (0..<64).reduce(0) { $0 | (values[word * 64 + $1] >= 0 ? 1 << UInt64($1) : 0) }
      }
    }
  }

  /// The transform in place, not scaled: only signs matter.
  private static func hadamard(_ values: UnsafeMutableBufferPointer<Float>) {
    var half = 1
    while half < values.count {
      for block in stride(from: 0, to: values.count, by: half * 2) {
        for index in block..<block + half {
          let (left, right) = (values[index], values[index + half])
          values[index] = left + right
          values[index + half] = left - right
        }
      }
      half *= 2
    }
  }

  /// The largest number of different bits at which a pair may still be as similar as `similarity`: the expected one
  /// and three and a half standard deviations.
  static func differenceMaximum(similarity: Double) -> Int {
    let share = acos(min(1, max(-1, similarity))) / .pi
    return Int(Double(bits) * share + 3.5 * (Double(bits) * share * (1 - share)).squareRoot())
  }
}
