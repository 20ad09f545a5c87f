/// Takes the rows of a source, batch by batch, into the store and its ledger.
final class MigrationLoader {
  private let store: any MemoryStore
  private let source: SourceDescription
  private let plan: EmbeddingPlan
  private let normalizer: RowNormalizer
  private let startedAt: Timestamp
  private var run: Int64?

  /// Where rows go that cannot be migrated.
  let rejects: RejectFile
  /// What has happened so far.
  private(set) var counts = RunCounts()
  /// How many source rows have been looked at.
  private(set) var rowsSeen: Int64 = 0

  init(
    store: any MemoryStore, source: SourceDescription, plan: EmbeddingPlan, rejects: RejectFile,
    startedAt: Timestamp
  ) {
    self.store = store
    self.source = source
    self.plan = plan
    self.rejects = rejects
    self.startedAt = startedAt
    normalizer = RowNormalizer(migrationTime: startedAt)
  }

  /// A row on its way into the store.
  private struct Candidate {
    let key: String
    let contentHash: String
    var fields: MemoryFields
  }

  /// Migrates one batch.
  func load(_ rows: [SourceRow]) throws {
    rowsSeen += Int64(rows.count)
    let known = try knownRows(rows)
    var candidates: [Candidate] = []
    for row in rows {
      do throws(RowNormalizer.Rejection) {
        if let candidate = try candidate(row, known: known[row.key] ?? []) { candidates.append(candidate) }
      } catch {
        try rejects.append(row, reason: error.reason, detail: error.detail)
        counts.rejected += 1
      }
    }
    try embedMissing(in: &candidates)
    try write(candidates)
  }

  /// Closes the run.
  ///
  /// - Returns: Its number; nil when no row was written.
  func finish() throws -> Int64? {
    if let run { try store.finishRun(run, counts: counts) }
    return run
  }

  private func knownRows(_ rows: [SourceRow]) throws -> [String: [MigratedRow]] {
    Dictionary(grouping: try store.migratedRows(sourceKeys: rows.map(\.key)), by: \.sourceKey)
  }

  /// The row as it will be written; nil when it is there already.
  private func candidate(
    _ row: SourceRow, known: [MigratedRow]
  ) throws(RowNormalizer.Rejection) -> Candidate? {
    var accepted = try normalizer.accept(row)
    let hash = ContentHash.hex(of: accepted.fields.content)
    if known.contains(where: { $0.contentHash == hash }) {
      counts.alreadyPresent += 1
      return nil
    }
    if known.contains(where: { $0.source == source.location }) {
      throw RowNormalizer.Rejection(
        reason: "changed_since_migrated",
        detail: "an earlier run migrated this row with another content; the store keeps that one")
    }
    accepted.fields.embedding = try keptVector(row.embedding)
    counts.nulReplaced += Int64(accepted.nulReplaced)
    return Candidate(key: row.key, contentHash: hash, fields: accepted.fields)
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

  private func embedMissing(in candidates: inout [Candidate]) throws {
    let missing = candidates.indices.filter { candidates[$0].fields.embedding == nil }
    guard let embedder = plan.embedder, !missing.isEmpty else {
      counts.missing += Int64(missing.count)
      return
    }
    let vectors = try embedder.embed(missing.map { candidates[$0].fields.content })
    for (index, vector) in zip(missing, vectors) { candidates[index].fields.embedding = vector }
    counts.generated += Int64(missing.count)
  }

  private func write(_ candidates: [Candidate]) throws {
    guard !candidates.isEmpty else { return }
    let ids = try store.insert(candidates.map(\.fields))
    let rows = zip(candidates, ids).map { candidate, id in
      RunRow(sourceKey: candidate.key, memoryID: id, contentHash: candidate.contentHash)
    }
    try store.record(rows, run: try currentRun())
    counts.migrated += Int64(candidates.count)
  }

  private func currentRun() throws -> Int64 {
    if let run { return run }
    let number = try store.beginRun(
      RunStart(
        source: source.location, fingerprint: source.fingerprint, space: plan.space, startedAt: startedAt))
    run = number
    return number
  }

  /// What a person should know about the rows.
  var summaryLines: [String] {
    var lines = [
      "✅ Migrated \(counts.migrated) memories, \(counts.alreadyPresent) already present"
        + " (embeddings: \(counts.kept) kept, \(counts.generated) generated, \(counts.missing) missing)"
    ]
    if counts.missing > 0, plan.embedder == nil {
      lines.append("⚠️ \(counts.missing) memories have no embedding: no embedder of \(plan.space) is configured")
    }
    if counts.nulReplaced > 0 { lines.append("⚠️ \(counts.nulReplaced) NUL characters replaced by U+FFFD") }
    if counts.zeroVectors > 0 { lines.append("⚠️ \(counts.zeroVectors) embeddings are zero: no search finds them") }
    if let path = rejects.writtenPath { lines.append("⚠️ \(counts.rejected) rows rejected, written to \(path)") }
    return lines
  }
}
