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
  fileprivate final class NewMemory {
    let fields: MemoryFields
    let characters: [UInt32]
    let words: [UInt64]
    /// Only asked for where something is alike: the first text takes as long as comparing hundreds.
    private lazy var telling = TellingWords(fields.content)

    init(_ fields: MemoryFields) {
      self.fields = fields
      characters = TextRatio.characters(fields.content)
      words = KeyPhrases.words(fields.content)
    }

    /// Of a text that is too long to be compared as a whole, the beginning says too little.
    var isTooLong: Bool { characters.count >= TextRatio.lengthLimit }

    /// Whether nothing tells it apart from a text that is much like it.
    func saysTheSame(as content: String) -> Bool {
      TellingDifference.between(telling, TellingWords(content)) == nil
    }
  }

  /// The first duplicate that a layer finds, the surest layer first.
  ///
  /// Of a user with many memories only those are compared that an index of words or the vectors find. No duplicate by words
  /// escapes the index as long as its words are written with the same characters, and at most some thousands of texts
  /// share them. Of more those are compared that have the same numbers or, without any, the same words; beside them the
  /// first ones, and the nearest in meaning. By characters one may escape that has an error in nearly every third word;
  /// the vectors mostly find that.
  private func duplicate(of new: NewMemory, _ thresholds: [DuplicateLayer: Double]) throws -> DuplicateMatch? {
    guard !thresholds.isEmpty else { return nil }
    let fields = new.fields
    func match(_ id: Int64, _ layer: DuplicateLayer, _ similarity: Double) throws -> DuplicateMatch? {
      try store.memories([id]).first.map { DuplicateMatch(memory: $0, layer: layer, similarity: similarity) }
    }
    func match(_ closest: ClosestTexts) throws -> DuplicateMatch? {
      if let fuzzy = closest.fuzzy { return try match(fuzzy.id, .fuzzy, fuzzy.similarity) }
      return try closest.words.flatMap { try match($0.id, .keyPhrase, $0.similarity) }
    }
    let readsTexts = Set(thresholds.keys) != [.semantic]
    let screened =
      try readsTexts
      ? store.texts(sharing: RepairService.share(thresholds), of: fields.content, userID: fields.userID) : nil
    if thresholds[.exact] != nil {
      let same =
        try screened.map { screened in
          screened.texts.filter { $0.content.utf8.elementsEqual(fields.content.utf8) }.map(\.id).min()
        } ?? store.memoryIDs(userID: fields.userID, content: fields.content).first
      if let same { return try match(same, .exact, 1) }
    }
    var closest = ClosestTexts(new, thresholds)
    if !closest.isIdle {
      if let screened { closest.compare(screened.texts) } else { try compareAll(&closest, of: fields.userID) }
    }
    if let found = try match(closest) { return found }
    guard let threshold = thresholds[.semantic], let vector = fields.embedding, !vector.isZero else { return nil }
    let isLarge = screened.map { !$0.isWhole } ?? false
    let query = VectorQuery(
      vector: vector, filter: MemoryFilter(userID: fields.userID), limit: RepairService.nearestCompared,
      threshold: threshold, strategy: isLarge ? .automatic : .exact)
    let hits = try store.search(query).hits
    if isLarge {
      closest.compare(hits.map { EmbeddableText(id: $0.memory.id, content: $0.memory.fields.content) })
      if let found = try match(closest) { return found }
    }
    let hit = hits.first { new.saysTheSame(as: $0.memory.fields.content) }
    return try hit.flatMap { try match($0.memory.id, .semantic, $0.score) }
  }

  /// The share of a text's words that a duplicate of these layers has: of one by words it is the threshold; one by
  /// characters is taken to be intact but for an edit in every third word or less.
  private static func share(_ thresholds: [DuplicateLayer: Double]) -> Double {
    let byCharacters = thresholds[.fuzzy].map { max(0.5, 1 - 6 * (1 - $0)) }
    return min(byCharacters ?? 1, thresholds[.keyPhrase] ?? 1)
  }

  /// Compares all texts of a user.
  private func compareAll(_ closest: inout ClosestTexts, of userID: String) throws {
    var last = Int64.min
    while true {
      let texts = try store.texts(
        in: "memories", .matching(MemoryFilter(userID: userID)), behind: last, limit: RepairService.textsAtATime)
      guard let final = texts.last else { return }
      last = final.id
      closest.compare(texts)
    }
  }

  /// The closest texts by characters and by words, of those that are close enough and say the same.
  private struct ClosestTexts {
    typealias Closest = (id: Int64, similarity: Double)

    private let new: NewMemory
    private let fuzzyThreshold: Double?
    private let wordsThreshold: Double?
    private(set) var fuzzy: Closest?
    private(set) var words: Closest?

    init(_ new: NewMemory, _ thresholds: [DuplicateLayer: Double]) {
      self.new = new
      fuzzyThreshold = new.isTooLong ? nil : thresholds[.fuzzy]
      wordsThreshold = new.words.count >= KeyPhrases.wordsMinimum ? thresholds[.keyPhrase] : nil
    }

    /// Whether no text could be close.
    var isIdle: Bool { fuzzyThreshold == nil && wordsThreshold == nil }

    mutating func compare(_ texts: [EmbeddableText]) {
      for text in texts {
        // Whether they say the same is only asked of those that are alike.
        let ratio = fuzzyThreshold.flatMap {
          TextRatio.ratio(new.characters, TextRatio.characters(text.content), atLeast: max($0, fuzzy?.similarity ?? 0))
        }.flatMap { $0 > fuzzy?.similarity ?? 0 ? $0 : nil }
        let jaccard = wordsThreshold.flatMap { threshold -> Double? in
          let jaccard = KeyPhrases.jaccard(new.words, KeyPhrases.words(text.content))
          return jaccard >= threshold && jaccard > words?.similarity ?? 0 ? jaccard : nil
        }
        guard ratio != nil || jaccard != nil, new.saysTheSame(as: text.content) else { continue }
        if let ratio { fuzzy = (text.id, ratio) }
        if let jaccard { words = (text.id, jaccard) }
      }
    }
  }
}
