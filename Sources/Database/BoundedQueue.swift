import Foundation
import MemoryModel

/// Batches on their way from one thread to another.
///
/// `@unchecked Sendable` because the condition's lock is held wherever its state is touched.
package final class BoundedQueue<Element: Sendable>: @unchecked Sendable {
  private let condition = NSCondition()
  private let capacity: Int
  private var elements: [Element] = []
  private var runningProducers: Int
  private var isAbandoned = false
  private var failure: (any Error)?

  /// An empty queue for at most so many elements, which ends when all of its producers have.
  package init(capacity: Int, producers: Int) {
    self.capacity = capacity
    runningProducers = producers
  }

  /// Adds an element, waiting for room; false when it is not wanted any more.
  package func append(_ element: Element) -> Bool {
    condition.withLock {
      while elements.count >= capacity, !isAbandoned, failure == nil { condition.wait() }
      guard !isAbandoned, failure == nil else { return false }
      elements.append(element)
      condition.broadcast()
      return true
    }
  }

  /// The next element, waiting for it; nil at the end.
  package func next() throws -> Element? {
    try condition.withLock {
      while elements.isEmpty, runningProducers > 0, failure == nil { condition.wait() }
      if !elements.isEmpty {
        condition.broadcast()
        return elements.removeFirst()
      }
      if let failure { throw failure }
      return nil
    }
  }

  /// The next element if it is there, and whether more may come.
  package func nextIfReady() throws -> (element: Element?, mayHaveMore: Bool) {
    try condition.withLock {
      if elements.isEmpty, let failure { throw failure }
      guard !elements.isEmpty else { return (nil, runningProducers > 0) }
      condition.broadcast()
      return (elements.removeFirst(), true)
    }
  }

  /// Says that no more will come from one producer.
  package func finish(_ error: (any Error)?) {
    condition.withLock {
      if failure == nil { failure = error }
      runningProducers -= 1
      condition.broadcast()
    }
  }

  /// Whether elements are still taken out.
  package var isWanted: Bool { condition.withLock { !isAbandoned } }

  /// Says that no more is wanted.
  package func abandon() {
    condition.withLock {
      isAbandoned = true
      condition.broadcast()
    }
  }

  /// Says that no more is wanted, and waits until the producers have noticed.
  package func abandonAndWait() {
    condition.withLock {
      isAbandoned = true
      condition.broadcast()
      while runningProducers > 0 { condition.wait() }
    }
  }
}

/// Carries a value to another thread.
///
/// `@unchecked Sendable` because only the producer's thread uses it, and the thread that lent it waits for its end.
package struct Lent<Value>: @unchecked Sendable {
  /// What is lent.
  package let value: Value

  /// Lends a value.
  package init(_ value: Value) {
    self.value = value
  }
}
