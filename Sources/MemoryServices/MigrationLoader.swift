import Database
import MemoryModel
import MemoryStore

/// Takes the rows of a source, batch by batch, into the store and its ledger.
final class MigrationLoader {
  private let store: MemoryStore
  private let source: SourceDescription
  private let plan: EmbeddingPlan
  private let startedAt: Timestamp
  private let isDryRun: Bool
  /// Whether nothing that is in the store now will be there when the rows arrive.
  private let startsEmpty: Bool
  private let hadRuns: Bool
  /// Whether what is written will be compared with what can be read back.
  private let verifies: Bool
  private var assignment: IDAssignment?
  /// Made when the first row of another store arrives.
  private var present: ContentIndex?
  /// Ids of another store's memories that have another id here.
  private(set) var renumbered: [Int64: Int64] = [:]

  /// Rows that are written but not yet in the ledger; small ones, so that many go at a time.
  private var ledgerRows: [RunRow] = []
  private static let ledgerBatchSize = 5_000

  /// The run's number, once there is a row.
  private(set) var run: Int64?
  /// Where rows go that cannot be migrated.
  let rejects: RejectFile
  /// What has happened so far.
  private(set) var counts = RunCounts()
  /// How many source rows have been looked at.
  private(set) var rowsSeen: Int64 = 0
  /// What embedding would take that a dry run leaves out.
  private(set) var effort = EmbeddingEffort()
  /// Rows on their way to or from the embedder; nil until the first of them.
  private var ahead: EmbeddingAhead<[Candidate]>?
  /// The bytes of the texts and vectors written.
  private(set) var bytesWritten: Int64 = 0
  /// The sum over the memories written.
  private(set) var digest = RowDigest()

  init(
    store: MemoryStore, source: any MemorySource, plan: EmbeddingPlan, rejects: RejectFile,
    startedAt: Timestamp, isDryRun: Bool, ignoresLedger: Bool, verifies: Bool
  ) throws {
    self.verifies = verifies
    self.store = store
    self.source = source.description
    self.plan = plan
    self.rejects = rejects
    self.startedAt = startedAt
    self.isDryRun = isDryRun
    startsEmpty = ignoresLedger
    // A dry run may come before there are tables, and assigns nothing.
    assignment = isDryRun ? nil : try IDAssignment(table: "memories", store: store, source: source)
    hadRuns = try !ignoresLedger && store.hasRuns()
  }

  /// A row on its way into the store.
  private struct Candidate: Sendable {
    let key: String
    let contentHash: String
    /// The id it had in another store.
    let oldID: Int64?
    var fields: MemoryFields
  }

  /// Migrates one batch.
  func load(_ records: [PreparedRecord]) throws {
    rowsSeen += Int64(records.count)
    let known = try knownRows(records)
    var candidates: [Candidate] = []
    for record in records {
      switch record {
      case .accepted(let row):
        do throws(RowNormalizer.Rejection) {
          if let candidate = try candidate(row, known: known[row.source.key] ?? []) { candidates.append(candidate) }
        } catch {
          try reject(row.source, error)
        }
      case .rejected(let row, let reason): try reject(row, reason)
      case .stored(let memory):
        if let candidate = try candidate(memory) { candidates.append(candidate) }
      }
    }
    guard !isDryRun else { return try count(candidates) }
    try embedAndWrite(candidates)
  }

  /// Writes what is still on its way to or from the embedder, and records it.
  func finish() throws {
    ahead?.end()
    while let ahead, let done = try next(from: ahead, waiting: true) { try write(done.item, done.vectors) }
    if let ahead, !ahead.isEmpty { throw MemshError(.embedderFailed, "the embedder gave too few vectors") }
    ahead = nil
    try writeLedger()
  }

  private func reject(_ row: SourceRow, _ rejection: RowNormalizer.Rejection) throws {
    try rejects.append(row, reason: rejection.reason, detail: rejection.detail)
    counts.rejected += 1
  }

  /// What writing the candidates would add to the counts.
  private func count(_ candidates: [Candidate]) throws {
    counts.migrated += Int64(candidates.count)
    let missing = candidates.filter { $0.fields.embedding == nil }
    guard let embedder = plan.embedder else { return counts.missing += Int64(missing.count) }
    counts.generated += Int64(missing.count)
    effort = effort + (try embedder.effort(missing.map(\.fields.content)))
  }

  /// Opens the run in the ledger, if nothing has yet.
  func currentRun() throws -> Int64 {
    if let run { return run }
    let number = try store.beginRun(
      RunStart(
        source: source.location, fingerprint: source.fingerprint, space: plan.space, startedAt: startedAt))
    run = number
    return number
  }

  /// Notes that fragments were written without a vector.
  func countFragments(withoutVectors count: Int) { counts.fragmentsMissing += Int64(count) }

  /// Notes that rows of a side table were written.
  func countSideRows(_ count: Int) { counts.sideRows += Int64(count) }

  private func knownRows(_ records: [PreparedRecord]) throws -> [String: [MigratedRow]] {
    guard hadRuns else { return [:] }
    let keys = records.compactMap { record in
      if case .accepted(let row) = record { row.source.key } else { nil }
    }
    return Dictionary(grouping: try store.migratedRows(sourceKeys: keys), by: \.sourceKey)
  }

  /// The row as it will be written; nil when it is there already.
  private func candidate(
    _ row: PreparedRow, known: [MigratedRow]
  ) throws(RowNormalizer.Rejection) -> Candidate? {
    var fields = row.fields
    // A file that was copied or moved is recognised by its rows; the same number and content for another user is
    // another memory, because many files count from 1.
    let isPresent = known.contains {
      $0.contentHash == row.contentHash && ($0.source == source.location || $0.userID == fields.userID)
    }
    if isPresent {
      counts.alreadyPresent += 1
      return nil
    }
    if known.contains(where: { $0.source == source.location }) {
      throw RowNormalizer.Rejection(
        reason: "changed_since_migrated",
        detail: "an earlier run migrated this row with another content; the store keeps that one")
    }
    fields.embedding = try keptVector(row.source.embedding)
    counts.nulReplaced += Int64(row.nulReplaced)
    return Candidate(key: row.source.key, contentHash: row.contentHash, oldID: nil, fields: fields)
  }

  /// The memory of another store as it will be written; nil when it is there already.
  private func candidate(_ memory: Memory) throws -> Candidate? {
    var index = try present ?? (startsEmpty ? ContentIndex() : ContentIndex(store))
    // The index must not be copied on every change, so it has only one owner at a time.
    present = nil
    defer { present = index }
    let fields = memory.fields.replacingNUL
    if let id = index.take(userID: fields.userID, content: fields.content) {
      counts.alreadyPresent += 1
      if id != memory.id { renumbered[memory.id] = id }
      return nil
    }
    var candidate = Candidate(
      key: "memory:\(memory.id)", contentHash: ContentHash.hex(of: fields.content), oldID: memory.id, fields: fields)
    if !plan.keepsVectors { candidate.fields.embedding = nil }
    if let vector = candidate.fields.embedding, vector.dimensions != plan.space.dimensions {
      throw MemshError(
        .invalidVector,
        "memory \(memory.id) has \(vector.dimensions) numbers; this store's have \(plan.space.dimensions)",
        hint: "use `--embeddings regenerate`")
    }
    if candidate.fields.embedding != nil { counts.kept += 1 }
    return candidate
  }

  private func keptVector(_ embedding: SourceEmbedding) throws(RowNormalizer.Rejection) -> Vector? {
    switch embedding {
    case .missing, .undecoded: return nil
    case .unreadable(let reason, _): throw RowNormalizer.Rejection(reason: "invalid_embedding", detail: reason)
    case .vector(let vector):
      guard vector.dimensions == plan.space.dimensions else {
        throw RowNormalizer.Rejection(
          reason: "wrong_dimensions",
          detail: "the embedding has \(vector.dimensions) numbers; the store's have \(plan.space.dimensions)")
      }
      if vector.isZero { counts.zeroVectors += 1 }
      counts.kept += 1
      return vector
    }
  }

  /// Lets the embedder work ahead, and writes what is ready; rows stay in their order.
  private func embedAndWrite(_ candidates: [Candidate]) throws {
    let texts = candidates.filter { $0.fields.embedding == nil }.map(\.fields.content)
    guard let embedder = plan.embedder, !texts.isEmpty || ahead?.isEmpty == false else {
      counts.missing += Int64(texts.count)
      return try write(candidates)
    }
    let ahead = self.ahead ?? EmbeddingAhead(embedder)
    self.ahead = ahead
    ahead.append(candidates, texts: texts)
    while let done = try next(from: ahead, waiting: ahead.isFull) { try write(done.item, done.vectors) }
  }

  /// Rows that have come back from the embedder; its error says from which row on there are no vectors.
  private func next(
    from ahead: EmbeddingAhead<[Candidate]>, waiting: Bool
  ) throws -> (item: [Candidate], vectors: [Vector])? {
    do { return try ahead.next(waiting: waiting) } catch let error as MemshError where error.code != .interrupted {
      let row = ahead.first?.first { $0.fields.embedding == nil }?.key
      let place = row.map { "the rows from \($0) on have no embedding, and nothing was stored" }
      throw MemshError(
        error.code, error.message, hint: error.hint,
        cause: [error.cause, place].compactMap(\.self).joined(separator: "; "))
    }
  }

  private func write(_ candidates: [Candidate], _ vectors: [Vector]) throws {
    var candidates = candidates
    let missing = candidates.indices.filter { candidates[$0].fields.embedding == nil }
    guard missing.count == vectors.count else {
      throw MemshError(.embedderFailed, "the embedder gave \(vectors.count) vectors for \(missing.count) texts")
    }
    for (index, vector) in zip(missing, vectors) { candidates[index].fields.embedding = vector }
    counts.generated += Int64(vectors.count)
    try write(candidates)
  }

  private func write(_ candidates: [Candidate]) throws {
    guard !candidates.isEmpty else { return }
    let oldIDs = candidates.compactMap(\.oldID)
    // A source holds rows of one kind only: all of them bring their ids along, or none does.
    let ids = try store.insert(candidates.map(\.fields), ids: oldIDs.isEmpty ? nil : assignment?.assign(oldIDs))
    for (candidate, id) in zip(candidates, ids) {
      if verifies { digest.add(id: id, candidate.fields) }
      bytesWritten += Int64(candidate.fields.content.utf8.count + 4 * (candidate.fields.embedding?.dimensions ?? 0))
      if let old = candidate.oldID, old != id { renumbered[old] = id }
    }
    ledgerRows += zip(candidates, ids).map { candidate, id in
      RunRow(table: "memories", sourceKey: candidate.key, targetID: id, contentHash: candidate.contentHash)
    }
    if ledgerRows.count >= MigrationLoader.ledgerBatchSize { try writeLedger() }
    counts.migrated += Int64(candidates.count)
  }

  /// Records what has been written since it was last called.
  private func writeLedger() throws {
    guard !ledgerRows.isEmpty else { return }
    try store.record(ledgerRows, run: try currentRun())
    ledgerRows.removeAll(keepingCapacity: true)
  }

  /// What was done with the rows.
  var summary: WorkEvent {
    .migrated(
      MigrationSummary(
        counts: counts, space: plan.space, hasEmbedder: plan.embedder != nil, cutTexts: plan.embedder?.cutTexts ?? 0,
        rejectFile: rejects.writtenPath))
  }
}

extension RunCounts {
  /// What a person should know about fragments that have no vector.
  func fragmentEvents(_ space: EmbeddingSpace) -> [WorkEvent] {
    fragmentsMissing == 0 ? [] : [.fragmentsWithoutVectors(fragmentsMissing, space)]
  }
}

extension MemoryFields {
  /// The same memory with every NUL replaced, for databases whose text cannot hold one.
  package var replacingNUL: MemoryFields {
    var fields = self
    fields.userID = userID.replacingNUL
    fields.content = content.replacingNUL
    fields.category = category?.replacingNUL
    if let metadata, metadata.nulCount > 0 { fields.metadata = metadata.replacingNUL }
    fields.added = added.map { AddedValue(column: $0.column, value: $0.value.replacingNUL) }
    return fields
  }
}
