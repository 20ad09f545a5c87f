import Database
import MemoryModel

/// A memory that says what a new one would.
package struct DuplicateMatch: Sendable, Equatable {
  /// The memory that is there.
  package let memory: Memory
  /// The layer that found it.
  package let layer: DuplicateLayer
  /// How alike they are, from 0 to 1.
  package let similarity: Double
}

/// What adding a memory did, or would do.
package struct AddReport: Sendable, Equatable {
  /// The memory of the same user that says the same; nil when there is none, or nobody looked.
  package var duplicate: DuplicateMatch?
  /// The new memory's id; nil when nothing was added.
  package var id: Int64?
  /// Its number in the journal.
  package var operation: Int64?
  /// Whether it has an embedding.
  package var hasEmbedding = false
  /// Whether it is too long to be compared by its characters: ``TextRatio/lengthLimit`` or more.
  package var isTooLong = false
}

extension RepairService {
  /// Adds a memory, unless the user has one that says the same.
  ///
  /// - Parameters:
  ///   - thresholds: The layers that look for duplicates; empty to add in any case.
  ///   - embedder: nil leaves the memory without an embedding, and the semantic layer unused.
  /// - Throws: `embedding_space_mismatch` for an embedder of another space than the store's.
  package func add(
    _ fields: MemoryFields, thresholds: [DuplicateLayer: Double], embedder: (() throws -> any Embedder)?, dryRun: Bool
  ) throws -> AddReport {
    try store.requireTables()
    var fields = fields
    // Before the transaction: an embedding server may take its time, and others want to write.
    fields.embedding = try embedding(of: fields.content, embedder)
    let new = NewMemory(fields)
    return try store.transaction(dryRun ? .readOnly : .commit) {
      var report = AddReport()
      report.hasEmbedding = fields.embedding != nil
      report.isTooLong = thresholds[.fuzzy] != nil && new.isTooLong
      report.duplicate = try duplicate(of: new, thresholds)
      guard report.duplicate == nil, !dryRun else { return report }
      let operation = Operation(store, author)
      report.id = try operation.inserting(into: "memories") { try store.insert([fields]) }.first
      report.operation = operation.number
      return report
    }
  }

  private static let textsAtATime = 1_000
  /// So many of the memories nearest in meaning are looked at.
  private static let nearestCompared = 200

  /// A memory that is to be added, prepared once for all comparisons.
  private struct NewMemory {
    let fields: MemoryFields
    let characters: [UInt32]
    let words: [UInt64]
    let telling: TellingWords

    init(_ fields: MemoryFields) {
      self.fields = fields
      characters = TextRatio.characters(fields.content)
      words = KeyPhrases.words(fields.content)
      telling = TellingWords(fields.content)
    }

    /// Of a text that is too long to be compared as a whole, the beginning says too little.
    var isTooLong: Bool { characters.count >= TextRatio.lengthLimit }

    /// Whether nothing tells it apart from a text that is much like it.
    func saysTheSame(as content: String) -> Bool {
      TellingDifference.between(telling, TellingWords(content)) == nil
    }
  }

  /// The first duplicate that a layer finds, the surest layer first.
  private func duplicate(of new: NewMemory, _ thresholds: [DuplicateLayer: Double]) throws -> DuplicateMatch? {
    let fields = new.fields
    func match(_ id: Int64, _ layer: DuplicateLayer, _ similarity: Double) throws -> DuplicateMatch? {
      try store.memories([id]).first.map { DuplicateMatch(memory: $0, layer: layer, similarity: similarity) }
    }
    if thresholds[.exact] != nil,
      let id = try store.memoryIDs(userID: fields.userID, content: fields.content).first
    {
      return try match(id, .exact, 1)
    }
    let (fuzzy, words) = try closestTexts(new, thresholds)
    if let fuzzy { return try match(fuzzy.id, .fuzzy, fuzzy.similarity) }
    if let words { return try match(words.id, .keyPhrase, words.similarity) }
    guard let threshold = thresholds[.semantic], let vector = fields.embedding, !vector.isZero else { return nil }
    let query = VectorQuery(
      vector: vector, filter: MemoryFilter(userID: fields.userID), limit: RepairService.nearestCompared,
      threshold: threshold, strategy: .exact)
    let hit = try store.search(query).hits.first { new.saysTheSame(as: $0.memory.fields.content) }
    return try hit.flatMap { try match($0.memory.id, .semantic, $0.score) }
  }

  private typealias Closest = (id: Int64, similarity: Double)

  /// The closest texts of the user by characters and by words, where they are close enough and say the same.
  private func closestTexts(
    _ new: NewMemory, _ thresholds: [DuplicateLayer: Double]
  ) throws -> (fuzzy: Closest?, words: Closest?) {
    guard thresholds[.fuzzy] != nil || thresholds[.keyPhrase] != nil else { return (nil, nil) }
    let fuzzyThreshold = new.isTooLong ? nil : thresholds[.fuzzy]
    var closest: (fuzzy: Closest?, words: Closest?) = (nil, nil)
    var last = Int64.min
    while true {
      let texts = try store.texts(
        in: "memories", .matching(MemoryFilter(userID: new.fields.userID)), behind: last,
        limit: RepairService.textsAtATime)
      guard let final = texts.last else { return closest }
      last = final.id
      for text in texts {
        // Whether they say the same is only asked of those that are alike.
        let ratio = fuzzyThreshold.flatMap {
          TextRatio.ratio(
            new.characters, TextRatio.characters(text.content), atLeast: max($0, closest.fuzzy?.similarity ?? 0))
        }.flatMap { $0 > closest.fuzzy?.similarity ?? 0 ? $0 : nil }
        let jaccard = thresholds[.keyPhrase].flatMap { threshold -> Double? in
          guard new.words.count >= KeyPhrases.wordsMinimum else { return nil }
          let jaccard = KeyPhrases.jaccard(new.words, KeyPhrases.words(text.content))
          return jaccard >= threshold && jaccard > closest.words?.similarity ?? 0 ? jaccard : nil
        }
        guard ratio != nil || jaccard != nil, new.saysTheSame(as: text.content) else { continue }
        if let ratio { closest.fuzzy = (text.id, ratio) }
        if let jaccard { closest.words = (text.id, jaccard) }
      }
    }
  }
}
