import Foundation

/// Damage done to bytes: the same seed always does the same damage.
///
/// Used to show that no input, however damaged, ends memsh by a signal or keeps it busy for ever.
public struct Mutation {
  private var generator: SeededGenerator

  /// Starts a series of damages.
  public init(seed: UInt64) {
    generator = SeededGenerator(seed: seed)
  }

  /// The bytes with one to eight bits flipped, a part cut off the end, or a part in the middle zeroed or repeated.
  public mutating func damaged(_ bytes: [UInt8]) -> [UInt8] {
    guard !bytes.isEmpty else { return bytes }
    var damaged = bytes
    switch Int.random(in: 0..<10, using: &generator) {
    case 0: damaged.removeLast(Int.random(in: 1...bytes.count, using: &generator))
    case 1: for index in part(of: bytes) { damaged[index] = 0 }
    case 2: damaged.insert(contentsOf: bytes[part(of: bytes)], at: Int.random(in: 0...bytes.count, using: &generator))
    default:
      for _ in 0..<Int.random(in: 1...8, using: &generator) {
        damaged[Int.random(in: 0..<bytes.count, using: &generator)] ^= 1 << UInt8.random(in: 0..<8, using: &generator)
      }
    }
    return damaged
  }

  private mutating func part(of bytes: [UInt8]) -> Range<Int> {
    let start = Int.random(in: 0..<bytes.count, using: &generator)
    return start..<min(bytes.count, start + Int.random(in: 1...512, using: &generator))
  }

  /// How long a mutation test may go on, in seconds: `MEMSH_MUTATION_SECONDS`, else a share of the default run.
  public static func deadline(defaultSeconds: Double) -> ContinuousClock.Instant {
    let chosen = ProcessInfo.processInfo.environment["MEMSH_MUTATION_SECONDS"].flatMap(Double.init)
    return .now + .seconds(chosen ?? defaultSeconds)
  }
}
