import Foundation
import MemoryModel

/// When the server wants the next request: `Retry-After` of a refusal, and the `x-ratelimit-…` fields that OpenAI sends
/// with every answer (https://platform.openai.com/docs/guides/rate-limits).
struct RateLimit {
  /// The moment, in seconds on the caller's clock, before which nothing more is sent.
  private(set) var blockedUntil = 0.0

  /// Takes the fields of an answer into account.
  mutating func note(_ headers: [String: String], now: Double) {
    for kind in ["requests", "tokens"] {
      guard let remaining = headers["x-ratelimit-remaining-\(kind)"].flatMap(Int.init), remaining <= 0,
        let reset = headers["x-ratelimit-reset-\(kind)"].flatMap(RateLimit.seconds)
      else { continue }
      blockedUntil = max(blockedUntil, now + min(reset, RateLimit.waitMaximum))
    }
  }

  /// Nothing more for some seconds.
  mutating func block(seconds: Double, now: Double) { blockedUntil = max(blockedUntil, now + seconds) }

  /// How long a refusal asks to wait, in seconds.
  static func retryAfter(_ headers: [String: String]) -> Double? {
    let asked =
      headers["retry-after-ms"].flatMap(Double.init).map { $0 / 1_000 }
      ?? headers["retry-after"].flatMap { Double($0) ?? seconds($0) ?? secondsUntil(date: $0) }
    return asked.flatMap { $0.isFinite ? max($0, 0) : nil }
  }

  /// Longer than this, nobody waits for an answer.
  static let waitMaximum = 300.0

  /// A time as text, whatever its size.
  static func text(_ seconds: Double) -> String { seconds < 1e9 ? "\(Int(seconds)) s" : "for years" }

  /// How far a moment is away, such as `Wed, 21 Oct 2026 07:28:00 GMT` (RFC 9110, IMF-fixdate); nil for other text.
  private static func secondsUntil(date text: String) -> Double? {
    let parts = text.split(separator: " ")
    let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
    guard parts.count == 6, parts[5] == "GMT", let month = months.firstIndex(of: String(parts[2])) else { return nil }
    let number = month < 9 ? "0\(month + 1)" : "\(month + 1)"
    let moment = Timestamp(parsing: "\(parts[3])-\(number)-\(parts[1])T\(parts[4])Z")
    return moment.map { Double($0.microseconds) / 1e6 - Date().timeIntervalSince1970 }
  }

  /// A duration such as `1s`, `6m0s` or `20ms`.
  static func seconds(_ text: String) -> Double? {
    var total = 0.0
    var number = ""
    var unit = ""
    func value() -> Double? {
      guard let count = Double(number) else { return nil }
      switch unit {
      case "ms": return count / 1_000
      case "s": return count
      case "m": return count * 60
      case "h": return count * 3_600
      case "d": return count * 86_400
      default: return nil
      }
    }
    for character in text + "0" {
      let isDigit = character.isNumber || character == "."
      if isDigit, !unit.isEmpty {
        guard let part = value() else { return nil }
        total += part
        (number, unit) = ("", "")
      }
      if isDigit { number.append(character) } else { unit.append(character) }
    }
    // The digit behind the text is all that may be left over.
    return unit.isEmpty && number == "0" && !text.isEmpty ? total : nil
  }
}
