/// A memory that says what a new one would.
public struct DuplicateMatch: Sendable, Equatable {
  /// The memory that is there.
  public let memory: Memory
  /// The layer that found it.
  public let layer: DuplicateLayer
  /// How alike they are, from 0 to 1.
  public let similarity: Double
}

/// What adding a memory did, or would do.
public struct AddReport: Sendable, Equatable {
  /// The memory of the same user that says the same; nil when there is none, or nobody looked.
  public var duplicate: DuplicateMatch?
  /// The new memory's id; nil when nothing was added.
  public var id: Int64?
  /// Its number in the journal.
  public var operation: Int64?
  /// Whether it has an embedding.
  public var hasEmbedding = false
}

extension RepairService {
  /// Adds a memory, unless the user has one that says the same.
  ///
  /// - Parameters:
  ///   - thresholds: The layers that look for duplicates; empty to add in any case.
  ///   - embedder: nil leaves the memory without an embedding, and the semantic layer unused.
  /// - Throws: `embedding_space_mismatch` for an embedder of another space than the store's.
  public func add(
    _ fields: MemoryFields, thresholds: [DuplicateLayer: Double], embedder: (() throws -> any Embedder)?, dryRun: Bool
  ) throws -> AddReport {
    guard try store.embeddingSpace() != nil else { throw MemshError.schemaMissing(store.identity) }
    var fields = fields
    // Before the transaction: an embedding server may take its time, and others want to write.
    fields.embedding = try embedding(of: fields.content, embedder)
    return try store.transaction(dryRun ? .readOnly : .commit) {
      var report = AddReport()
      report.hasEmbedding = fields.embedding != nil
      report.duplicate = try duplicate(of: fields, thresholds)
      guard report.duplicate == nil, !dryRun else { return report }
      let operation = Operation(store, author)
      report.id = try operation.inserting(into: "memories") { try store.insert([fields]) }.first
      report.operation = operation.number
      return report
    }
  }

  private static let textsAtATime = 1_000

  /// The first duplicate that a layer finds, the surest layer first.
  private func duplicate(of fields: MemoryFields, _ thresholds: [DuplicateLayer: Double]) throws -> DuplicateMatch? {
    func match(_ id: Int64, _ layer: DuplicateLayer, _ similarity: Double) throws -> DuplicateMatch? {
      try store.memories([id]).first.map { DuplicateMatch(memory: $0, layer: layer, similarity: similarity) }
    }
    if thresholds[.exact] != nil,
      let id = try store.memoryIDs(userID: fields.userID, content: fields.content).first
    {
      return try match(id, .exact, 1)
    }
    let (fuzzy, words) = try closestTexts(fields, thresholds)
    if let fuzzy { return try match(fuzzy.id, .fuzzy, fuzzy.similarity) }
    if let words { return try match(words.id, .keyPhrase, words.similarity) }
    guard let threshold = thresholds[.semantic], let vector = fields.embedding, !vector.isZero else { return nil }
    let query = VectorQuery(
      vector: vector, filter: MemoryFilter(userID: fields.userID), limit: 1, threshold: threshold, strategy: .exact)
    guard let hit = try store.search(query).hits.first else { return nil }
    return try match(hit.memory.id, .semantic, hit.score)
  }

  private typealias Closest = (id: Int64, similarity: Double)

  /// The closest texts of the user by characters and by words, where they are close enough.
  private func closestTexts(
    _ fields: MemoryFields, _ thresholds: [DuplicateLayer: Double]
  ) throws -> (fuzzy: Closest?, words: Closest?) {
    guard thresholds[.fuzzy] != nil || thresholds[.keyPhrase] != nil else { return (nil, nil) }
    let (characters, words) = (TextRatio.characters(fields.content), KeyPhrases.words(fields.content))
    // Of a text that is too long to be compared as a whole, the beginning says too little.
    let fuzzyThreshold = characters.count < TextRatio.lengthLimit ? thresholds[.fuzzy] : nil
    var closest: (fuzzy: Closest?, words: Closest?) = (nil, nil)
    var last = Int64.min
    while true {
      let texts = try store.texts(
        in: "memories", .matching(MemoryFilter(userID: fields.userID)), behind: last, limit: RepairService.textsAtATime)
      guard let final = texts.last else { return closest }
      last = final.id
      for text in texts {
        if let threshold = fuzzyThreshold,
          let ratio = TextRatio.ratio(
            characters, TextRatio.characters(text.content), atLeast: max(threshold, closest.fuzzy?.similarity ?? 0)),
          ratio > closest.fuzzy?.similarity ?? 0
        {
          closest.fuzzy = (text.id, ratio)
        }
        if let threshold = thresholds[.keyPhrase], words.count >= KeyPhrases.wordsMinimum {
          let jaccard = KeyPhrases.jaccard(words, KeyPhrases.words(text.content))
          if jaccard >= threshold, jaccard > closest.words?.similarity ?? 0 { closest.words = (text.id, jaccard) }
        }
      }
    }
  }
}
