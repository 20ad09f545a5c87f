import Foundation
import MemoryModel

/// Lets producers run ahead of their consumer by a bounded number of batches, each on a thread of its own.
///
/// Reading and decoding a source then overlap with writing to the store, and memory stays bounded whatever the size
/// of the source.
package enum Overlap {
  /// What a producer calls with each batch; it throws when no more is wanted.
  package typealias Hand<Batch> = (Batch) throws -> Void

  /// Runs `produce` on another thread and `consume`, in order, on this one.
  ///
  /// Whichever of the two throws first ends both. When this returns, `produce` has returned, too.
  package static func run<Batch: Sendable>(
    capacity: Int, produce: @escaping (_ hand: Hand<Batch>) throws -> Void, consume: (Batch) throws -> Void
  ) throws {
    try run(capacity: capacity, producers: [produce], consume: consume)
  }

  /// Runs producers on threads of their own and `consume` on this one, each batch as it comes.
  ///
  /// Whoever throws first ends all. When this returns, all producers have returned, too.
  package static func run<Batch: Sendable>(
    capacity: Int, producers: [(_ hand: Hand<Batch>) throws -> Void], consume: (Batch) throws -> Void
  ) throws {
    try pulling(capacity: capacity, producers: producers) { next in while let batch = try next() { try consume(batch) }
    }
  }

  /// Runs producers on threads of their own while `body` takes their batches, nil when there are no more.
  ///
  /// When this returns, all producers have returned, too.
  package static func pulling<Batch: Sendable, Value>(
    capacity: Int, producers: [(_ hand: Hand<Batch>) throws -> Void],
    _ body: (_ next: @escaping () throws -> Batch?) throws -> Value
  ) throws -> Value {
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
    return try body(queue.next)
  }

  /// Thrown into a producer whose batches are not wanted any more.
  private struct Abandoned: Error {}
}

extension Array where Element: Sendable {
  /// Computes a value for each element, on all cores, in their order.
  ///
  /// - Parameter fewest: So many elements are worth a core of their own.
  package func concurrentMap<Value: Sendable>(
    fewest: Int = 16, _ transform: @escaping (Element) -> Value
  ) -> [Value] {
    let parts = Swift.min(ProcessInfo.processInfo.activeProcessorCount, Swift.max(1, count / fewest))
    guard parts > 1 else { return map(transform) }
    return [Value](unsafeUninitializedCapacity: count) { buffer, initialized in
      let work = Lent((elements: self, transform: transform, buffer: buffer))
      DispatchQueue.concurrentPerform(iterations: parts) { part in
        let (elements, transform, buffer) = work.value
        for index in (elements.count * part / parts)..<(elements.count * (part + 1) / parts) {
          buffer.initializeElement(at: index, to: transform(elements[index]))
        }
      }
      initialized = count
    }
  }
}
