internal import Algorithms
import Database
import MemoryModel
import MemoryStore

/// Where duplicates are looked for, and how alike they must be.
package struct DeduplicationOptions: Sendable, Equatable {
  /// Which memories take part.
  package var filter = MemoryFilter()
  /// The layers in use, each with how alike two memories must be for it.
  package var thresholds: [DuplicateLayer: Double]

  /// All layers with their default thresholds.
  package init() {
    thresholds = Dictionary(uniqueKeysWithValues: DuplicateLayer.allCases.map { ($0, $0.defaultThreshold) })
  }
}

/// What looking for duplicates found, and what was done about it.
package struct DeduplicationReport: ChangeReport, Sendable {
  /// How many memories were looked at.
  package var memories = 0
  /// The groups of memories that say the same, by the one that stays.
  package var groups: [MergePlan] = []
  /// Records written to `memory_duplicates`.
  package var recorded = 0
  /// Memories merged into others.
  package var merged = 0
  /// Rows of other tables that go with them.
  package var losses: [DependentRows] = []
  /// The triggers of others on the memories.
  package var triggers: [String] = []
  package var leftOut: [RowName] = []
  /// Memories whose texts are too long to be compared by their characters: ``TextRatio/lengthLimit`` or more.
  package var tooLong = 0

  /// What an undo does not bring back, each in words.
  package var notUndone: [String] { losses.map(\.description) + RepairReport.effects(of: triggers) }
  /// Its number in the journal; nil when nothing changed.
  package var operation: Int64?

  /// The duplicates that each layer found, a duplicate counted for the surest of its layers.
  package func count(_ layer: DuplicateLayer) -> Int {
    groups.reduce(0) { $0 + $1.removed.count { $0.method == layer.rawValue } }
  }
}

/// Finds memories of the same user that say the same, in up to four layers, without comparing all pairs.
///
/// One pass over the store leaves a sketch of each memory; sketches that meet are pairs worth comparing; only those are
/// read again and compared for real: they must be alike, and no ``TellingDifference`` between them. Pairs join to groups.
package struct DeduplicationService {
  private let store: MemoryStore
  private let author: RepairAuthor
  private let progress: any ProgressReporter
  private let interruption: Interruption

  private static let batchSize = 4_000
  private static let comparedAtATime = 2_000
  /// Of texts that are compared at a time; what they take in memory is several times that.
  private static let bytesAtATime = 8 << 20

  /// Sets it up.
  package init(
    store: MemoryStore, author: RepairAuthor, progress: any ProgressReporter, interruption: Interruption
  ) {
    self.store = store
    self.author = author
    self.progress = progress
    self.interruption = interruption
  }

  /// What is to be done with the duplicates found.
  package enum Action: Sendable { case show, record, merge }

  /// Finds duplicates, and plans to record or merge them. Looking takes its time, so that it only reads, and others may
  /// write.
  ///
  /// - Parameter cascade: Whether rows of other tables may go with the memories that are merged into others.
  /// - Throws: `confirmation_required` when rows of other tables would go.
  package func plan(
    _ options: DeduplicationOptions, _ action: Action, cascade: Bool = false
  ) throws -> ChangePlan<DeduplicationReport> {
    try store.requireTables()
    let report = try store.transaction(.readOnly) {
      var report = try find(options)
      try count(action, cascade: cascade, &report)
      return report
    }
    return ChangePlan(report, .rows(report.merged, of: "memories")) {
      guard action != .show, !report.groups.isEmpty else { return report }
      return try store.transaction(.commit) {
        try act(on: report, action, Operation(store, author, allowsLosses: cascade))
      }
    }
  }

  /// Counts what recording or merging the groups will do.
  private func count(_ action: Action, cascade: Bool, _ report: inout DeduplicationReport) throws {
    let merging = MergeService(store: store)
    switch action {
    case .show: break
    case .record: report.recorded = try report.groups.reduce(0) { try $0 + merging.missingRecords($1).count }
    case .merge:
      let removed = report.groups.flatMap { $0.removed.map(\.memory.id) }
      report.merged = removed.count
      report.triggers = try store.foreignTriggers(on: "memories")
      report.losses = try store.losses(deleting: removed, from: "memories", allowed: cascade)
    }
  }

  /// Records or merges the groups of a plan.
  private func act(
    on plan: DeduplicationReport, _ action: Action, _ operation: Operation
  ) throws -> DeduplicationReport {
    let merging = MergeService(store: store)
    var report = plan
    (report.groups, report.recorded, report.merged) = ([], 0, 0)
    for batch in plan.groups.chunks(ofCount: DeduplicationService.mergedAtATime) {
      try interruption.check()
      let (groups, leftOut) = try merging.refreshed(Array(batch))
      report.leftOut += leftOut
      report.groups += groups.map(\.withoutEmbeddings)
      for group in groups {
        if action == .record {
          report.recorded += try merging.missingRecords(group).count
          try merging.record(group, operation)
        } else {
          report.merged += group.removed.count
          try merging.merge(group, operation)
        }
      }
      progress.progress("Merging", done: Int64(batch.endIndex), total: Int64(plan.groups.count))
    }
    report.operation = operation.number
    report.losses = operation.losses
    return report
  }

  /// Merges groups of memories with the same content, as they are now.
  func merge(_ groups: [MergePlan], _ operation: Operation) throws {
    let merging = MergeService(store: store)
    for batch in groups.chunks(ofCount: DeduplicationService.mergedAtATime) {
      for group in try merging.current(Array(batch)) { try merging.merge(group, operation) }
    }
  }

  private static let mergedAtATime = 200

  // MARK: Finding

  /// Why two memories are duplicates.
  private struct Match {
    let layer: DuplicateLayer
    let similarity: Double
  }

  func find(_ options: DeduplicationOptions) throws -> DeduplicationReport {
    var sketches = try sketches(options)
    var report = DeduplicationReport()
    report.memories = sketches.count
    report.tooLong = sketches.tooLong
    var sets = UnionFind(count: sketches.count)
    var found: Set<Int32> = []
    let members = exact(sketches, options, &sets, &found)
    sketches.forget(.exact)
    try compare(pairs(&sketches, members, options), sketches, options, &sets, &found)
    report.groups = try groups(sketches, &sets, found, options)
    return report
  }

  /// The pairs that are worth comparing in the layers in use. What a layer no longer needs of the sketches goes.
  private func pairs(
    _ sketches: inout Sketches, _ members: [Int], _ options: DeduplicationOptions
  ) throws -> PairTable {
    let count = sketches.count
    var table = PairTable(lengths: sketches.lengths)
    let pairs = CandidatePairs(
      groups: MemberGroups(sketches.circles, members: members), interruption: interruption
    ) { layer, share in
      progress.progress(
        DeduplicationService.stages[layer] ?? "Screening", done: Int64(count * share / 1_000), total: Int64(count))
    }
    if options.thresholds[.fuzzy] != nil { try pairs.fuzzy(sketches, into: &table) }
    sketches.forget(.fuzzy)
    if let threshold = options.thresholds[.keyPhrase] {
      sketches.sortWordsByRarity()
      try pairs.keyPhrases(sketches, threshold: threshold, into: &table)
    }
    sketches.forget(.keyPhrase)
    if let threshold = options.thresholds[.semantic] {
      try pairs.semantic(sketches, threshold: threshold, into: &table)
    }
    sketches.forget(.semantic)
    return table
  }

  /// What progress is called while the pairs of a layer are looked for.
  private static let stages: [DuplicateLayer: String] = [
    .fuzzy: "Screening texts", .keyPhrase: "Screening words", .semantic: "Screening vectors",
  ]

  /// What is read of a memory to compare it.
  private static let comparedColumns: [Column] = [.userID, .content, .embedding]

  /// Reads every memory once; sketches are computed on all cores.
  private func sketches(_ options: DeduplicationOptions) throws -> Sketches {
    let layers = Set(options.thresholds.keys)
    let angular = AngularHash(dimensions: try store.embeddingSpace()?.dimensions ?? 0)
    let total = Int64(try store.count(options.filter))
    var sketches = Sketches(expecting: total, layers)
    try store.readMemories(
      options.filter, only: DeduplicationService.comparedColumns, batchSize: DeduplicationService.batchSize
    ) { memories in
      try interruption.check()
      for entry in memories.concurrentMap({ Sketches.Entry($0, layers, angular) }) { sketches.append(entry) }
      progress.progress("Reading", done: Int64(sketches.count), total: total)
    }
    return sketches
  }

  /// Joins equal contents of a user.
  ///
  /// - Returns: The first of each, which stand for the others in the layers that follow.
  private func exact(
    _ sketches: Sketches, _ options: DeduplicationOptions, _ sets: inout UnionFind, _ found: inout Set<Int32>
  ) -> [Int] {
    let sorted = sketches.contents.indices.map { index in
      (sketches.contents[index].high, sketches.contents[index].low, Int32(index))
    }.sorted { $0 < $1 }
    var members: [Int] = []
    for (number, (high, low, index)) in sorted.enumerated() {
      guard number > 0, sorted[number - 1].0 == high, sorted[number - 1].1 == low else {
        members.append(Int(index))
        continue
      }
      guard options.thresholds[.exact] != nil, let first = members.last else { continue }
      sets.join(first, Int(index))
      found.formUnion([Int32(first), index])
    }
    return members
  }

  /// Compares the texts and vectors of pairs for real, some memories at a time and on all cores, and joins those that are
  /// duplicates; the memories that are in sets are noted in `duplicates`.
  private func compare(
    _ table: PairTable, _ sketches: Sketches, _ options: DeduplicationOptions, _ sets: inout UnionFind,
    _ duplicates: inout Set<Int32>
  ) throws {
    let sorted = table.sorted
    var start = 0
    while start < sorted.count {
      var wanted: Set<Int32> = []
      var pairs: [CandidatePair] = []
      var bytes = 0
      while start < sorted.count, wanted.count < DeduplicationService.comparedAtATime,
        bytes < DeduplicationService.bytesAtATime
      {
        let pair = sorted[start]
        start += 1
        // What is in one set already need not be compared: what is merged in the end is compared anew.
        guard sets.root(Int(pair.left)) != sets.root(Int(pair.right)) else { continue }
        pairs.append(pair)
        for place in [pair.left, pair.right] where wanted.insert(place).inserted {
          bytes += Int(sketches.lengths[Int(place)])
        }
      }
      try interruption.check()
      let memories = try store.memories(
        wanted.map { sketches.ids[Int($0)] }.sorted(), only: DeduplicationService.comparedColumns)
      let found = Dictionary(uniqueKeysWithValues: memories.map { ($0.id, ComparedMemory($0)) })
      let areSame = pairs.concurrentMap { pair in
        guard !interruption.isRaised, let left = found[sketches.ids[Int(pair.left)]],
          let right = found[sketches.ids[Int(pair.right)]]
        else { return false }
        return match(left, right, table[pair], options) != nil
      }
      try interruption.check()
      for (pair, isSame) in zip(pairs, areSame) where isSame {
        sets.join(Int(pair.left), Int(pair.right))
        duplicates.formUnion([pair.left, pair.right])
      }
      progress.progress("Comparing", done: Int64(start), total: Int64(sorted.count))
    }
  }

  private func match(
    _ left: ComparedMemory, _ right: ComparedMemory, _ layers: DuplicateLayers, _ options: DeduplicationOptions
  ) -> Match? {
    guard let match = likeness(left, right, layers, options) else { return nil }
    return TellingDifference.between(left.telling, right.telling) == nil ? match : nil
  }

  /// The surest layer for which two memories are alike.
  private func likeness(
    _ left: ComparedMemory, _ right: ComparedMemory, _ layers: DuplicateLayers, _ options: DeduplicationOptions
  ) -> Match? {
    if layers.contains(.fuzzy), let threshold = options.thresholds[.fuzzy], !left.isCut, !right.isCut,
      let ratio = TextRatio.ratio(
        left.characters, right.characters, atLeast: threshold, interruption: interruption)
    {
      return Match(layer: .fuzzy, similarity: ratio)
    }
    if layers.contains(.keyPhrase), let threshold = options.thresholds[.keyPhrase],
      min(left.words.count, right.words.count) >= KeyPhrases.wordsMinimum,
      case let jaccard = KeyPhrases.jaccard(left.words, right.words), jaccard >= threshold - 1e-9
    {
      return Match(layer: .keyPhrase, similarity: jaccard)
    }
    guard layers.contains(.semantic), let threshold = options.thresholds[.semantic],
      let first = left.embedding, let second = right.embedding, let cosine = first.cosine(to: second),
      cosine >= threshold
    else { return nil }
    return Match(layer: .semantic, similarity: min(1, cosine))
  }

  /// What is to be kept and merged of each group: pairs make chains, whose ends may have nothing in common, so only what
  /// is like the memory that is kept goes; the rest makes groups of its own.
  private func groups(
    _ sketches: Sketches, _ sets: inout UnionFind, _ found: Set<Int32>, _ options: DeduplicationOptions
  ) throws -> [MergePlan] {
    var places: [Int: [Int]] = [:]
    for place in found { places[sets.root(Int(place)), default: []].append(Int(place)) }
    var plans: [MergePlan] = []
    for batch in places.keys.sorted().chunks(ofCount: DeduplicationService.groupsAtATime) {
      try interruption.check()
      let ids = batch.flatMap { places[$0] ?? [] }.map { sketches.ids[$0] }.sorted()
      let memories = Dictionary(uniqueKeysWithValues: try store.memories(ids).map { ($0.id, $0) })
      for root in batch {
        let members = (places[root] ?? []).sorted().compactMap { memories[sketches.ids[$0]] }
        plans += try self.plans(members, options)
      }
    }
    return plans
  }

  private static let groupsAtATime = 200
  /// A chain is cut into so many groups at the most; what is left is for the next run.
  private static let plansPerChain = 50

  private func plans(_ members: [Memory], _ options: DeduplicationOptions) throws -> [MergePlan] {
    var rest = members.map { (memory: $0, compared: ComparedMemory($0)) }
    var plans: [MergePlan] = []
    for _ in 0..<DeduplicationService.plansPerChain {
      guard rest.count > 1, let (kept, reason) = MergePlan.best(rest.map(\.memory)),
        let keptCompared = rest.first(where: { $0.memory.id == kept.id })?.compared
      else { break }
      var removed: [(memory: Memory, similarity: Double, method: String)] = []
      rest = try rest.filter { entry in
        try interruption.check()
        guard entry.memory.id != kept.id else { return false }
        let match =
          options.thresholds[.exact] != nil && entry.compared.hasContent(of: keptCompared)
          ? Match(layer: .exact, similarity: 1) : match(entry.compared, keptCompared, .all, options)
        guard let match else { return true }
        removed.append((entry.memory, match.similarity, match.layer.rawValue))
        return false
      }
      if !removed.isEmpty { plans.append(MergePlan(kept: kept, removed: removed, reason: reason).withoutEmbeddings) }
    }
    return plans
  }
}

extension MergePlan {
  /// The plan without the embeddings of its memories, for keeping many.
  fileprivate var withoutEmbeddings: MergePlan {
    MergePlan(
      kept: kept.withoutEmbedding, removed: removed.map { ($0.memory.withoutEmbedding, $0.similarity, $0.method) },
      reason: reason)
  }
}

extension Memory {
  /// The memory with its embedding left out, for keeping many.
  fileprivate var withoutEmbedding: Memory {
    var fields = fields
    fields.embedding = nil
    return Memory(id: id, fields: fields)
  }
}

extension Vector {
  /// The cosine of the angle to another vector; nil when one has no direction, or they differ in length.
  func cosine(to other: Vector) -> Double? {
    guard dimensions == other.dimensions else { return nil }
    return values.withUnsafeBufferPointer { left in
      other.values.withUnsafeBufferPointer { Cosine.similarityOrNil(left, $0) }
    }
  }
}
