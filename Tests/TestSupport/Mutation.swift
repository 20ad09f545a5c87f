import Foundation

/// Damages data as disks, networks and people do, the same way for the same seed.
///
/// Used to show that no input, however damaged, ends memsh by a signal or keeps it busy for ever.
package struct Mutation {
  private var generator: SeededGenerator

  /// Bytes that mean something in the formats there are.
  private static let telling = Array("\"\\{}[]:,0129-.eE\n\r\t\0 ".utf8) + [0xFF, 0x80, 0xC3, 0xEF]
  /// The longest part that is zeroed, in bytes.
  private static let zeroedMaximum = 512

  /// Begins with a seed.
  package init(seed: UInt64) { generator = SeededGenerator(seed: seed) }

  /// A number from 0 to below `limit`.
  package mutating func number(below limit: Int) -> Int { Int.random(in: 0..<max(1, limit), using: &generator) }

  /// Data with a few bits flipped, bytes replaced by ones that mean something, parts doubled, zeroed or left out, or cut off.
  package mutating func damaged(_ bytes: [UInt8]) -> [UInt8] {
    var bytes = bytes
    for _ in 0...number(below: 3) where !bytes.isEmpty {
      let place = number(below: bytes.count)
      let end = min(bytes.count, place + 1 + number(below: 12))
      switch number(below: 7) {
      case 0, 1: bytes[place] ^= 1 << UInt8(number(below: 8))
      case 2: bytes[place] = Mutation.telling[number(below: Mutation.telling.count)]
      case 3: bytes.insert(contentsOf: bytes[place..<end], at: place)
      case 4: bytes.removeSubrange(place..<end)
      case 5: for index in place..<min(bytes.count, place + Mutation.zeroedMaximum) { bytes[index] = 0 }
      default: bytes.removeLast(number(below: 4) == 0 ? bytes.count - place : 1)
      }
    }
    return bytes
  }

  /// How long a mutation test may go on: `MEMSH_MUTATION_SECONDS`, else its share of the default run.
  package static func seconds(default share: Double) -> Double {
    ProcessInfo.processInfo.environment["MEMSH_MUTATION_SECONDS"].flatMap(Double.init) ?? share
  }

  /// When a mutation test ends that begins now.
  package static func deadline(defaultSeconds: Double) -> ContinuousClock.Instant {
    .now + .seconds(seconds(default: defaultSeconds))
  }
}
