import Synchronization

/// The user's wish to stop, raised by a signal and noticed by long work between two steps.
public final class Interruption: Sendable {
  private let raised = Atomic<Bool>(false)

  /// Creates one that is not raised.
  public init() {}

  /// Whether somebody asked to stop.
  public var isRaised: Bool { raised.load(ordering: .relaxed) }

  /// Asks to stop.
  public func raise() { raised.store(true, ordering: .relaxed) }

  /// Forgets it, once the session has gone on.
  public func clear() { raised.store(false, ordering: .relaxed) }

  /// Throws `interrupted` when somebody asked to stop.
  public func check() throws {
    if isRaised { throw MemshError(.interrupted, "interrupted") }
  }
}
