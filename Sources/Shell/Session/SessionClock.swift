import MemoryModel

/// Tells what time it is, and waits. How long something takes is a ``Stopwatch``'s.
package struct SessionClock: Sendable {
  private let wall: @Sendable () -> Timestamp
  private let wait: @Sendable (Duration) -> Void

  /// - Parameters:
  ///   - wall: The present moment.
  ///   - wait: Waits.
  package init(wall: @escaping @Sendable () -> Timestamp, wait: @escaping @Sendable (Duration) -> Void) {
    self.wall = wall
    self.wait = wait
  }

  /// The present moment.
  package func now() -> Timestamp { wall() }

  /// Waits.
  package func sleep(milliseconds: Int) { wait(.milliseconds(milliseconds)) }
}
