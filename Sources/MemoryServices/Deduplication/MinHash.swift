import Database
import MemoryModel

/// A sketch of a text by which texts that share most of their characters find each other.
///
/// The share of equal numbers in two sketches estimates Jaccard's index of the texts' runs of four bytes (Broder, "On
/// the resemblance and containment of documents", 1997). Bands of four numbers make texts meet: with an index of 0.65,
/// which two typing errors in forty characters leave, 99 of 100 pairs do.
struct MinHash {
  static let bands = 24
  static let rowsPerBand = 4
  static let size = bands * rowsPerBand
  /// Pairs that look less alike than this are not compared: no ratio of 0.95 comes from there.
  static let comparedMinimum = 0.4

  /// A hash of each band.
  let bandHashes: [UInt32]
  /// The lowest byte of each number.
  let bytes: [UInt8]

  private static let shingleBytes = 4
  private static let lanes = size / 8

  /// Factors and addends of the hash functions, drawn once and for all.
  private static let parameters: (factors: [SIMD8<UInt32>], addends: [SIMD8<UInt32>]) = {
    var hash = Mixer.start
    func next() -> UInt32 {
      hash = Mixer.adding(0x5851_F42D_4C95_7F2D, to: hash)
      return UInt32(truncatingIfNeeded: hash >> 16)
    }
    func vectors(odd: Bool) -> [SIMD8<UInt32>] {
      (0..<lanes).map { _ in
        var vector = SIMD8<UInt32>()
        for lane in 0..<8 { vector[lane] = odd ? next() | 1 : next() }
        return vector
      }
    }
    return (vectors(odd: true), vectors(odd: false))
  }()

  /// Sketches a text from its ``TextRatio/characters(_:)``.
  init(_ characters: [UInt32]) {
    let utf8 =
      characters.allSatisfy { $0 < 0x80 }
      ? characters.map { UInt8($0) }
      : Array(String(String.UnicodeScalarView(characters.compactMap(Unicode.Scalar.init))).utf8)
    var minima = [SIMD8<UInt32>](repeating: SIMD8(repeating: .max), count: MinHash.lanes)
    let (factors, addends) = MinHash.parameters
    let last = max(0, utf8.count - MinHash.shingleBytes)
    for start in 0...last {
      var shingle: UInt64 = 0
      for byte in utf8[start..<min(start + MinHash.shingleBytes, utf8.count)] { shingle = shingle << 8 | UInt64(byte) }
      let mixed = SIMD8<UInt32>(repeating: UInt32(truncatingIfNeeded: Mixer.finish(shingle &+ Mixer.start) >> 32))
      for lane in 0..<MinHash.lanes {
        let hashes = mixed &* factors[lane] &+ addends[lane]
        minima[lane] = pointwiseMin(minima[lane], hashes)
      }
    }
    let numbers = minima.flatMap { vector in (0..<8).map { vector[$0] } }
    bytes = numbers.map { UInt8(truncatingIfNeeded: $0 >> 24 ^ $0) }
    bandHashes = (0..<MinHash.bands).map { band in
      let rows = numbers[band * MinHash.rowsPerBand..<(band + 1) * MinHash.rowsPerBand]
      return UInt32(truncatingIfNeeded: Mixer.finish(rows.reduce(Mixer.start) { Mixer.adding(UInt64($1), to: $0) }))
    }
  }

  /// Jaccard's index as two sketches estimate it; bytes are equal by chance once in 256 times.
  static func resemblance(_ left: UnsafeBufferPointer<UInt8>, _ right: UnsafeBufferPointer<UInt8>) -> Double {
    var equal = 0
    for index in 0..<size where left[index] == right[index] { equal += 1 }
    return (Double(equal) / Double(size) - 1 / 256) / (1 - 1 / 256)
  }
}
