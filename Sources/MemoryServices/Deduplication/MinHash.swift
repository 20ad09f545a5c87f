import Database
import Kernels
import MemoryModel

/// A sketch of a text by which texts that share most of their characters find each other.
///
/// The share of equal numbers in two sketches estimates Jaccard's index of the texts' runs of four bytes (Broder, "On
/// the resemblance and containment of documents", 1997). Bands of four numbers make texts meet: with an index of 0.65,
/// which two typing errors in forty characters leave, 99 of 100 pairs do.
enum MinHash {
  static let size = Int(MEMSH_MINHASH_SIZE)
  static let rowsPerBand = 4
  static let bands = size / rowsPerBand
  /// Pairs with fewer equal numbers look less alike than 0.4 and are not compared: no ratio of 0.95 comes from there.
  static let equalMinimum: UInt32 = 39

  /// Factors and addends of the hash functions, drawn once and for all.
  private static let parameters: (factors: [UInt32], addends: [UInt32]) = {
    var hash = Mixer.start
    func next() -> UInt32 {
      hash = Mixer.adding(0x5851_F42D_4C95_7F2D, to: hash)
      return UInt32(truncatingIfNeeded: hash >> 16)
    }
    return ((0..<size).map { _ in next() | 1 }, (0..<size).map { _ in next() })
  }()

  /// The lowest byte of each number, from a text's ``TextRatio/characters(_:)``.
  static func bytes(_ characters: [UInt32]) -> [UInt8] {
    let utf8 =
      characters.allSatisfy { $0 < 0x80 }
      ? characters.map { UInt8($0) }
      : Array(String(String.UnicodeScalarView(characters.compactMap(Unicode.Scalar.init))).utf8)
    return [UInt8](unsafeUninitializedCapacity: size) { bytes, count in
      memsh_minhash(utf8, utf8.count, parameters.factors, parameters.addends, bytes.baseAddress)
      count = size
    }
  }

  /// What texts of a band have in common, and, in the lower bits, in the next one.
  @inline(__always)
  static func key(_ bytes: UnsafePointer<UInt8>, band: Int) -> UInt32 {
    func mixed(_ band: Int) -> UInt64 {
      let numbers = UnsafeRawPointer(bytes).loadUnaligned(fromByteOffset: band * rowsPerBand, as: UInt32.self)
      return Mixer.finish(UInt64(numbers))
    }
    let next = mixed(band + 1 < bands ? band + 1 : 0)
    return UInt32(truncatingIfNeeded: mixed(band) >> 32) & ~0x1FF | UInt32(truncatingIfNeeded: next) & 0x1FF
  }

  /// The bits of ``key(_:band:)`` that tell a band.
  static let keyBits = 23
}
