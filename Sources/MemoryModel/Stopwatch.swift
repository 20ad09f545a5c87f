/// How long something has been going on, by a clock that is never set: the one clock for durations.
package struct Stopwatch: Sendable {
  private let started = ContinuousClock.now

  /// Starts it.
  package init() {}

  /// The time since it was started.
  package var elapsed: Duration { ContinuousClock.now - started }
}

extension Duration {
  /// The duration in seconds.
  package var seconds: Double { self / .seconds(1) }
  /// The duration in milliseconds.
  package var milliseconds: Double { self / .milliseconds(1) }
}
