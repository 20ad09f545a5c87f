import TestSupport
import Testing

@testable import MemoryServices

/// Numbers in their fewest digits, as Swift itself writes them.
@Suite struct FloatWriterTests {
  private func text(_ values: [Float]) -> String {
    var bytes: [UInt8] = []
    FloatWriter.append(values, to: &bytes)
    return String(decoding: bytes, as: UTF8.self)
  }

  private func check(_ values: [Float]) {
    let expected = values.map(\.description)
    let found = text(values).dropFirst().dropLast().split(separator: ",").map(String.init)
    guard found != expected else { return }
    for (value, (text, description)) in zip(values, zip(found, expected)) where text != description {
      Issue.record("\(String(value.bitPattern, radix: 16)): \(text) in place of \(description)")
    }
  }

  @Test("numbers of every kind")
  func writes() {
    #expect(text([]) == "[]" && text([0]) == "[0.0]" && text([-0.0, 1, -1.5, 0.1]) == "[-0.0,1.0,-1.5,0.1]")
    #expect(
      text([0.0001, 0.00012207031, 1e-5, 16_777_216, 16_777_215, 1e16]).hasPrefix("[0.0001,0.00012207031,1e-05,"))
    check([.leastNonzeroMagnitude, .leastNormalMagnitude, .greatestFiniteMagnitude, .pi, .ulpOfOne, 9.5, 99.95])
    // What lies around powers of two and of ten.
    for power in -149...127 {
      let value = Float(sign: .plus, exponent: power, significand: 1)
      check([value.nextDown, value, value.nextUp, -value])
    }
    var ten: Float = 1e-10
    for _ in 0..<25 {
      check([ten.nextDown.nextDown, ten.nextDown, ten, ten.nextUp, ten.nextUp.nextUp])
      ten *= 10
    }
  }

  @Test("a few hundred thousand at random: parts of embeddings, others, and short decimals")
  func writesMany() {
    var generator = SeededGenerator(seed: 5)
    check((0..<100_000).map { _ in Float.random(in: -0.3...0.3, using: &generator) })
    check(
      (0..<100_000).map { _ in Float(bitPattern: UInt32.random(in: 0...UInt32.max, using: &generator)) }.filter(
        \.isFinite))
    check((0..<100_000).map { Float($0 % 10_007) / Float([10, 100, 1_000, 10_000, 1_000_000][$0 % 5]) })
  }
}
