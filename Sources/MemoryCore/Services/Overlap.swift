import Foundation
import Synchronization

/// Lets producers run ahead of their consumer by a bounded number of batches, each on a thread of its own.
///
/// Reading and decoding a source then overlap with writing to the store, and memory stays bounded whatever the size
/// of the source.
public enum Overlap {
  /// What a producer calls with each batch; it throws when nobody wants more.
  public typealias Hand<Batch> = (Batch) throws -> Void

  /// Runs `produce` on another thread and `consume`, in order, on this one.
  ///
  /// Whichever of the two throws first ends both. When this returns, `produce` has returned, too.
  static func run<Batch: Sendable>(
    capacity: Int, produce: @escaping (_ hand: Hand<Batch>) throws -> Void, consume: (Batch) throws -> Void
  ) throws {
    try run(capacity: capacity, producers: [produce], consume: consume)
  }

  /// Runs producers on threads of their own and `consume` on this one, each batch as it comes.
  ///
  /// Whoever throws first ends all. When this returns, all producers have returned, too.
  public static func run<Batch: Sendable>(
    capacity: Int, producers: [(_ hand: Hand<Batch>) throws -> Void], consume: (Batch) throws -> Void
  ) throws {
    let queue = BoundedQueue<Batch>(capacity: capacity, producers: producers.count)
    for producer in producers.map(Lent.init) {
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
    }
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
  private var runningProducers: Int
  private var isAbandoned = false
  private var failure: (any Error)?

  init(capacity: Int, producers: Int) {
    self.capacity = capacity
    runningProducers = producers
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
      while elements.isEmpty, runningProducers > 0, failure == nil { condition.wait() }
      if !elements.isEmpty {
        condition.broadcast()
        return elements.removeFirst()
      }
      if let failure { throw failure }
      return nil
    }
  }

  /// Says that no more will come from one producer.
  func finish(_ error: (any Error)?) {
    condition.withLock {
      if failure == nil { failure = error }
      runningProducers -= 1
      condition.broadcast()
    }
  }

  /// Says that no more is wanted, and waits until the producers have noticed.
  func abandonAndWait() {
    condition.withLock {
      isAbandoned = true
      condition.broadcast()
      while runningProducers > 0 { condition.wait() }
    }
  }
}
