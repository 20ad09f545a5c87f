import Database
import Foundation
import MemoryModel
import MemoryServices
import MemoryStore
import Synchronization

/// What a store holds, for completion: asked for on a thread and a connection of its own, so that typing never waits
/// for a database.
final class StoredValues: Sendable {
  private struct Key: Hashable {
    let kind: StoredValue
    let prefix: String
    let location: String
  }

  private struct State {
    var known: [Key: [StoredChoice]] = [:]
    var asked: Set<Key> = []
    /// Raised when something was written, so that an answer from before is not kept.
    var generation = 0
  }

  private let state = Mutex(State())
  private let open: @Sendable (String) throws -> MemoryStore

  /// A long list need not be complete; numbers with a text beside them fill a screen.
  private func limit(_ kind: StoredValue) -> Int {
    switch kind {
    case .memories, .fragments, .operations, .runs: 20
    default: 1_000
    }
  }
  private static let timeoutSeconds = 2.0

  /// - Parameter open: Describes the store at a location, for reading.
  init(open: @escaping @Sendable (String) throws -> MemoryStore) {
    self.open = open
  }

  /// The values as far as they are known after `milliseconds`; an answer that comes later is there the next time.
  func values(
    _ kind: StoredValue, beginningWith prefix: String, at location: String, waitingMilliseconds milliseconds: Int
  ) -> [StoredChoice] {
    let key = Key(kind: kind, prefix: prefix, location: location)
    let (known, generation, mustAsk) = state.withLock { state in
      (state.known[key], state.generation, state.known[key] == nil && state.asked.insert(key).inserted)
    }
    if let known { return known }
    let isAnswered = DispatchSemaphore(value: 0)
    if mustAsk {
      Thread { [self] in
        ask(key, generation: generation)
        isAnswered.signal()
      }.start()
    }
    _ = isAnswered.wait(timeout: .now() + .milliseconds(milliseconds))
    return state.withLock { $0.known[key] } ?? []
  }

  private func ask(_ key: Key, generation: Int) {
    let values = try? read(key)
    state.withLock { state in
      guard state.generation == generation else { return }
      state.asked.remove(key)
      // A store that cannot answer is asked again the next time.
      if let values { state.known[key] = values }
    }
  }

  private func read(_ key: Key) throws -> [StoredChoice] {
    let store = try open(key.location)
    defer { store.close() }
    var limits = StoreOptions()
    limits.statementTimeoutSeconds = StoredValues.timeoutSeconds
    try store.apply(limits)
    return try store.values(key.kind, beginningWith: key.prefix, limit: limit(key.kind))
  }

  /// Forgets everything.
  func forget() {
    state.withLock { state in
      state.known = [:]
      state.asked = []
      state.generation += 1
    }
  }
}
