import Database
import Foundation
import MemoryModel

/// Embeds texts on a thread of its own, several batches ahead of what writes them.
///
/// An item waits here with its texts; the items come back in their order, each with its vectors.
final class EmbeddingAhead<Item: Sendable> {
  private let texts: BoundedQueue<[String]>
  private let vectors: BoundedQueue<[Vector]>
  private var items: [Item] = []
  private var hasEnded = false

  /// Batches that may be on their way: enough that an embedder goes on while a slow disk holds up the writer.
  private static var capacity: Int { 8 }

  /// Starts the thread. Nobody else may use the embedder as long as this exists.
  init(_ embedder: any Embedder) {
    let texts = BoundedQueue<[String]>(capacity: EmbeddingAhead.capacity, producers: 1)
    let vectors = BoundedQueue<[Vector]>(capacity: EmbeddingAhead.capacity, producers: 1)
    (self.texts, self.vectors) = (texts, vectors)
    let lent = Lent(embedder)
    let thread = Thread {
      do {
        try lent.value.embed(
          { demand in
            guard vectors.isWanted else { throw Abandoned() }
            if demand == .none { return .later }
            if demand == .now { return try texts.next().map(TextSupply.texts) ?? .end }
            let (batch, mayHaveMore) = try texts.nextIfReady()
            return batch.map(TextSupply.texts) ?? (mayHaveMore ? .later : .end)
          },
          { batch in guard vectors.append(batch) else { throw Abandoned() } })
        vectors.finish(nil)
      } catch {
        vectors.finish(error)
      }
    }
    thread.stackSize = 8 << 20
    thread.start()
  }

  deinit {
    vectors.abandon()
    if !hasEnded { texts.finish(Abandoned()) }
    vectors.abandonAndWait()
  }

  /// Thrown into an embedder whose vectors are not wanted any more.
  private struct Abandoned: Error {}

  /// The item that is next to come out.
  var first: Item? { items.first }

  /// Whether nothing is on its way.
  var isEmpty: Bool { items.isEmpty }

  /// Whether something must be taken out before more goes in.
  var isFull: Bool { items.count >= EmbeddingAhead.capacity }

  /// Puts an item in. It must not be full.
  func append(_ item: Item, texts batch: [String]) {
    items.append(item)
    _ = texts.append(batch)
  }

  /// Says that nothing more goes in.
  func end() {
    hasEnded = true
    texts.finish(nil)
  }

  /// Takes the first item out, with the vectors of its texts.
  ///
  /// - Parameter waiting: Whether to wait until it is ready; nil is returned otherwise.
  /// - Throws: What the embedder threw.
  func next(waiting: Bool) throws -> (item: Item, vectors: [Vector])? {
    guard !items.isEmpty else { return nil }
    guard let batch = try waiting ? vectors.next() : vectors.nextIfReady().element else { return nil }
    return (items.removeFirst(), batch)
  }
}
