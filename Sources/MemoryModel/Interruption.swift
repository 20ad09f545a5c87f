import Synchronization

/// The user's wish to stop, raised by a signal and noticed by long work between two steps.
package final class Interruption: Sendable {
  private let raised = Atomic<Bool>(false)

  /// Creates one that is not raised.
  package init() {}

  /// Whether somebody asked to stop.
  package var isRaised: Bool { raised.load(ordering: .relaxed) }

  /// Asks to stop.
  package func raise() { raised.store(true, ordering: .relaxed) }

  /// Forgets it, once the session has gone on.
  package func clear() { raised.store(false, ordering: .relaxed) }

  /// Throws `interrupted` when somebody asked to stop.
  package func check() throws {
    if isRaised { throw MemshError(.interrupted, "interrupted") }
  }
}
