import MemoryModel

/// Tells the time: what day it is, and how long something takes.
package struct SessionClock: Sendable {
  private let wall: @Sendable () -> Timestamp
  private let monotonic: @Sendable () -> Duration
  private let wait: @Sendable (Duration) -> Void

  /// - Parameters:
  ///   - wall: The present moment.
  ///   - monotonic: The time since a moment that stays the same; it never goes back when somebody sets the clock.
  ///   - wait: Waits.
  package init(
    wall: @escaping @Sendable () -> Timestamp, monotonic: @escaping @Sendable () -> Duration,
    wait: @escaping @Sendable (Duration) -> Void
  ) {
    self.wall = wall
    self.monotonic = monotonic
    self.wait = wait
  }

  /// The present moment.
  package func now() -> Timestamp { wall() }

  /// A point of the monotonic clock, for ``seconds(since:)``.
  package func instant() -> Duration { monotonic() }

  /// How many seconds have gone by since an ``instant()``.
  package func seconds(since start: Duration) -> Double { (monotonic() - start) / .seconds(1) }

  /// Waits.
  package func sleep(milliseconds: Int) { wait(.milliseconds(milliseconds)) }
}
