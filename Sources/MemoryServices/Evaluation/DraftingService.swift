import Database
import MemoryModel
import MemoryStore

/// Drafts queries whose answers are known from the memories of a store: a memory's rarer words, which should find it.
///
/// A store gives the same draft each time, and nearly the same when some memories have come or gone.
package struct DraftingService {
  private let store: MemoryStore
  private let progress: any ProgressReporter
  private let interruption: Interruption

  /// The most words of a query.
  private static let wordsMaximum = 3
  /// Shorter words of Latin script are mostly grammar; longer ones are no words.
  private static let wordLengths = 3...40
  private static let batchSize = 200

  /// Sets drafting up.
  package init(store: MemoryStore, progress: any ProgressReporter, interruption: Interruption) {
    self.store = store
    self.progress = progress
    self.interruption = interruption
  }

  /// Drafts queries.
  ///
  /// - Parameters:
  ///   - count: How many; fewer where the store has no more memories with words.
  ///   - userID: Whose memories they are about; nil for those of all.
  package func draft(_ count: Int, userID: String?) throws -> [EvaluationQuery] {
    try store.requireTables()
    return try store.transaction(.readOnly) {
      let memories = try chosen(count, MemoryFilter(userID: userID))
      let (counts, twins) = try lookThrough(memories)
      return memories.map { memory in
        let rarest = memory.words.enumerated().sorted {
          let (left, right) = (rank($0.element, counts), rank($1.element, counts))
          return left != right ? left < right : $0.offset < $1.offset
        }
        let words = rarest.prefix(DraftingService.wordsMaximum).sorted { $0.offset < $1.offset }.map(\.element)
        return EvaluationQuery(
          words.joined(separator: " "), userID: memory.userID, ids: (twins[memory.key] ?? []).sorted())
      }
    }
  }

  /// A user's memory, by what it says.
  private struct Key: Hashable {
    let userID: ExactText
    let content: ExactText
  }

  private struct Chosen {
    let userID: String
    let key: Key
    /// The different words of its content, in their order.
    let words: [String]
  }

  /// Memories with words, drawn by their ids; one of those that say the same.
  private func chosen(_ count: Int, _ filter: MemoryFilter) throws -> [Chosen] {
    let ids = try store.memoryIDs(matching: filter)
      .map { (id: $0, order: Mixer.finish(Mixer.adding(UInt64(bitPattern: $0), to: Mixer.start))) }
      .sorted { ($0.order, $0.id) < ($1.order, $1.id) }.map(\.id)
    var (chosen, seen): ([Chosen], Set<Key>) = ([], [])
    for start in stride(from: 0, to: ids.count, by: DraftingService.batchSize) {
      try interruption.check()
      let batch = ids[start..<min(start + DraftingService.batchSize, ids.count)]
      let memories = Dictionary(
        try store.memories(Array(batch)).map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
      for memory in batch.compactMap({ memories[$0] }) {
        guard chosen.count < count else { return chosen }
        let fields = memory.fields
        let key = Key(userID: ExactText(fields.userID), content: ExactText(fields.content))
        let words = DraftingService.words(of: fields.content)
        guard !words.isEmpty, seen.insert(key).inserted else { continue }
        chosen.append(Chosen(userID: fields.userID, key: key, words: words))
      }
    }
    return chosen
  }

  /// How many memories of the store have each word, and the ids of those that say the same.
  private func lookThrough(_ chosen: [Chosen]) throws -> (counts: [String: Int], twins: [Key: [Int64]]) {
    var counts = Dictionary(
      chosen.flatMap(\.words).map { ($0.lowercased(), 0) }, uniquingKeysWith: { first, _ in first })
    var twins = Dictionary(chosen.map { ($0.key, [Int64]()) }, uniquingKeysWith: { first, _ in first })
    var done: Int64 = 0
    guard !chosen.isEmpty else { return (counts, twins) }
    try store.readMemoryKeys { id, userID, content in
      done += 1
      if done.isMultiple(of: 500) {
        try interruption.check()
        progress.progress("Counting words", done: done, total: 0)
      }
      for word in DraftingService.words(of: content) {
        let word = word.lowercased()
        if let count = counts[word] { counts[word] = count + 1 }
      }
      twins[Key(userID: ExactText(userID), content: ExactText(content))]?.append(id)
    }
    return (counts, twins)
  }

  /// Rarer words come first, but those that no other memory has only behind the others: they would find it in any case.
  private func rank(_ word: String, _ counts: [String: Int]) -> Int {
    let count = counts[word.lowercased()] ?? 0
    return count > 1 ? count : .max
  }

  /// The different words of a text, in their order.
  static func words(of text: String) -> [String] {
    var seen: Set<String> = []
    return text.split { !$0.isLetter && !$0.isNumber }.map(String.init).filter { word in
      let isLong = word.count >= wordLengths.lowerBound || !word.utf8.allSatisfy { $0 < 0x80 }
      return isLong && word.count <= wordLengths.upperBound && seen.insert(word.lowercased()).inserted
    }
  }
}
