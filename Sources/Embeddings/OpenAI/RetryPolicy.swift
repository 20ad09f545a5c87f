/// How often and when a request that was refused is sent again: exponentially later, with jitter, so that many clients
/// do not come back at the same moment.
struct RetryPolicy {
  /// Times that one request is sent again before the whole fails.
  static let attemptsMaximum = 6
  private static let firstSeconds = 0.5
  private static let waitMaximum = 30.0

  /// How long to wait, in seconds; nil when it has been tried often enough.
  ///
  /// - Parameters:
  ///   - maximum: How often it is tried again.
  ///   - attempt: How often it has been refused, from 1.
  ///   - asked: What the server asks for.
  static func delay(attempt: Int, asked: Double?, maximum: Int) -> Double? {
    guard attempt <= maximum else { return nil }
    let backOff = min(firstSeconds * Double(1 << (attempt - 1)), waitMaximum) * Double.random(in: 0.5...1)
    // A server that names a time knows better; a little more than it asks for spreads the clients.
    return asked.map { $0 + backOff / 10 } ?? backOff
  }
}
