import Foundation
import Synchronization

/// Lets a producer run ahead of its consumer by a bounded number of batches, on a thread of its own.
///
/// Reading and decoding a source then overlap with writing to the store, and memory stays bounded whatever the size
/// of the source.
enum Overlap {
  /// Runs `produce` on another thread and `consume`, in order, on this one.
  ///
  /// Whichever of the two throws first ends both. When this returns, `produce` has returned, too.
  static func run<Batch: Sendable>(
    capacity: Int, produce: @escaping (_ hand: (Batch) throws -> Void) throws -> Void, consume: (Batch) throws -> Void
  ) throws {
    let queue = BoundedQueue<Batch>(capacity: capacity)
    let producer = Lent(produce)
    let thread = Thread {
      do {
        try producer.value { batch in
          guard queue.append(batch) else { throw Abandoned() }
        }
        queue.finish(nil)
      } catch {
        queue.finish(error)
      }
    }
    thread.stackSize = 8 << 20
    thread.start()
    defer { queue.abandonAndWait() }
    while let batch = try queue.next() { try consume(batch) }
  }

  /// Thrown into a producer that nobody consumes from any more.
  private struct Abandoned: Error {}

  /// Carries a value to another thread.
  ///
  /// `@unchecked Sendable` because only the producer's thread uses it, and the thread that lent it waits for its end.
  private struct Lent<Value>: @unchecked Sendable {
    let value: Value

    init(_ value: Value) {
      self.value = value
    }
  }
}

/// Batches on their way from one thread to another.
///
/// `@unchecked Sendable` because the condition's lock is held wherever its state is touched.
private final class BoundedQueue<Element: Sendable>: @unchecked Sendable {
  private let condition = NSCondition()
  private let capacity: Int
  private var elements: [Element] = []
  private var isFinished = false
  private var isAbandoned = false
  private var failure: (any Error)?

  init(capacity: Int) {
    self.capacity = capacity
  }

  /// Adds an element, waiting for room; false when nobody wants it any more.
  func append(_ element: Element) -> Bool {
    condition.withLock {
      while elements.count >= capacity, !isAbandoned { condition.wait() }
      guard !isAbandoned else { return false }
      elements.append(element)
      condition.broadcast()
      return true
    }
  }

  /// The next element, waiting for it; nil at the end.
  func next() throws -> Element? {
    try condition.withLock {
      while elements.isEmpty, !isFinished { condition.wait() }
      if !elements.isEmpty {
        condition.broadcast()
        return elements.removeFirst()
      }
      if let failure { throw failure }
      return nil
    }
  }

  /// Says that no more will come.
  func finish(_ error: (any Error)?) {
    condition.withLock {
      failure = error
      isFinished = true
      condition.broadcast()
    }
  }

  /// Says that no more is wanted, and waits until the producer has noticed.
  func abandonAndWait() {
    condition.withLock {
      isAbandoned = true
      condition.broadcast()
      while !isFinished { condition.wait() }
    }
  }
}
