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
  private var ahead: EmbeddingAhead<[PreparedRow]>?
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

  /// Migrates one batch.
  func load(_ records: [Result<PreparedRow, RejectedRow>]) throws {
    rowsSeen += Int64(records.count)
    let known = try knownRows(records)
    var rows: [PreparedRow] = []
    for record in records {
      switch record {
      case .failure(let rejected): try reject(rejected.source, rejected.rejection)
      case .success(var row):
        guard let foreign = row.foreign else {
          if try takeFromStore(&row) { rows.append(row) }
          continue
        }
        do throws(RowNormalizer.Rejection) {
          if try takeForeign(&row, foreign.row.embedding, known: known[ExactText(row.key)] ?? []) { rows.append(row) }
        } catch {
          try reject(foreign.row, error)
        }
      }
    }
    guard !isDryRun else { return try count(rows) }
    try embedAndWrite(rows)
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

  /// What writing the rows would add to the counts.
  private func count(_ rows: [PreparedRow]) throws {
    counts.migrated += Int64(rows.count)
    let missing = rows.filter { $0.fields.embedding == nil }
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

  private func knownRows(_ records: [Result<PreparedRow, RejectedRow>]) throws -> [ExactText: [KnownRow]] {
    guard hadRuns else { return [:] }
    let rows = records.compactMap { record in
      if case .success(let row) = record, row.foreign != nil { row } else { nil }
    }
    let found = try store.migratedRows(sourceKeys: rows.map(\.key))
    guard !found.isEmpty else { return [:] }
    let users = Dictionary(rows.map { (ExactText($0.key), $0.fields.userID) }, uniquingKeysWith: { first, _ in first })
    // Only of those that have another user now it matters whether a repair gave it to them.
    let others = found.filter {
      ExactText($0.userID) != users[ExactText($0.sourceKey)].map(ExactText.init) && $0.source == source.location
    }
    let before = try store.usersBeforeRepairs(ofMemories: others.map(\.id))
    return Dictionary(
      grouping: found.map { KnownRow(row: $0, userID: before[$0.id] ?? $0.userID) }, by: { ExactText($0.row.sourceKey) }
    )
  }

  /// A row that an earlier run migrated.
  private struct KnownRow {
    let row: MigratedRow
    /// Whose memory it is, but for repairs.
    let userID: String
  }

  /// Makes the row of another system what will be written; false when it is there already.
  private func takeForeign(
    _ row: inout PreparedRow, _ embedding: SourceEmbedding, known: [KnownRow]
  ) throws(RowNormalizer.Rejection) -> Bool {
    // A file that was copied or moved is recognised by its rows; the same number and content for another user is
    // another memory, because many files count from 1.
    let sameContent = known.filter { $0.row.contentHash == row.contentHash }
    let user = ExactText(row.fields.userID)
    if sameContent.contains(where: { ExactText($0.userID) == user || ExactText($0.row.userID) == user }) {
      counts.alreadyPresent += 1
      return false
    }
    if let other = sameContent.first(where: { $0.row.source == source.location }) {
      throw RowNormalizer.Rejection(
        reason: "changed_since_migrated",
        detail: "an earlier run migrated this row, and the store has it for the user '\(other.row.userID)', not for "
          + "'\(row.fields.userID)'; the store keeps that one")
    }
    if known.contains(where: { $0.row.source == source.location }) {
      throw RowNormalizer.Rejection(
        reason: "changed_since_migrated",
        detail: "an earlier run migrated this row with another content; the store keeps that one")
    }
    row.fields.embedding = try keptVector(embedding)
    counts.nulReplaced += Int64(row.nulReplaced)
    return true
  }

  /// Makes the memory of another store what will be written; false when it is there already.
  private func takeFromStore(_ row: inout PreparedRow) throws -> Bool {
    var index = try present ?? (startsEmpty ? ContentIndex() : ContentIndex(store))
    // The index must not be copied on every change, so it has only one owner at a time.
    present = nil
    defer { present = index }
    if let id = index.take(userID: row.fields.userID, content: row.fields.content) {
      counts.alreadyPresent += 1
      if let old = row.oldID, id != old { renumbered[old] = id }
      return false
    }
    if !plan.keepsVectors, row.fields.embedding != nil {
      row.fields.embedding = nil
      counts.notKept += 1
    }
    if let vector = row.fields.embedding, vector.dimensions != plan.space.dimensions {
      throw MemshError(
        .invalidVector,
        "\(row.key.replacing(":", with: " ")) has \(vector.dimensions) numbers; this store's have \(plan.space.dimensions)",
        hint: "use `--embeddings regenerate`")
    }
    if row.fields.embedding != nil { counts.kept += 1 }
    counts.nulReplaced += Int64(row.nulReplaced)
    return true
  }

  private func keptVector(_ embedding: SourceEmbedding) throws(RowNormalizer.Rejection) -> Vector? {
    switch embedding {
    case .missing: return nil
    case .undecoded:
      counts.notKept += 1
      return nil
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
  private func embedAndWrite(_ rows: [PreparedRow]) throws {
    let texts = rows.indices.compactMap { rows[$0].fields.embedding == nil ? rows[$0].fields.content : nil }
    guard let embedder = plan.embedder, !texts.isEmpty || ahead?.isEmpty == false else {
      counts.missing += Int64(texts.count)
      return try write(rows)
    }
    let ahead = self.ahead ?? EmbeddingAhead(embedder)
    self.ahead = ahead
    ahead.append(rows, texts: texts)
    while let done = try next(from: ahead, waiting: ahead.isFull) { try write(done.item, done.vectors) }
  }

  /// Rows that have come back from the embedder; its error says from which row on there are no vectors.
  private func next(
    from ahead: EmbeddingAhead<[PreparedRow]>, waiting: Bool
  ) throws -> (item: [PreparedRow], vectors: [Vector])? {
    do { return try ahead.next(waiting: waiting) } catch let error as MemshError where error.code != .interrupted {
      let row = ahead.first?.first { $0.fields.embedding == nil }?.key
      let place = row.map { "the rows from \($0) on have no embedding, and nothing was stored" }
      throw MemshError(
        error.code, error.message, hint: error.hint,
        cause: [error.cause, place].compactMap(\.self).joined(separator: "; "))
    }
  }

  private func write(_ rows: [PreparedRow], _ vectors: [Vector]) throws {
    var rows = rows
    let missing = rows.indices.filter { rows[$0].fields.embedding == nil }
    guard missing.count == vectors.count else {
      throw MemshError(.embedderFailed, "the embedder gave \(vectors.count) vectors for \(missing.count) texts")
    }
    for (index, vector) in zip(missing, vectors) { rows[index].fields.embedding = vector }
    counts.generated += Int64(vectors.count)
    try write(rows)
  }

  private func write(_ rows: [PreparedRow]) throws {
    guard !rows.isEmpty else { return }
    let oldIDs = rows.compactMap(\.oldID)
    // A source holds rows of one kind only: all of them bring their ids along, or none does.
    let ids = try store.insert(rows.map(\.fields), ids: oldIDs.isEmpty ? nil : assignment?.assign(oldIDs))
    // By index: a copy of a row counts the references of all that it has.
    for (index, id) in zip(rows.indices, ids) {
      if verifies { digest.add(id: id, rows[index].fields) }
      bytesWritten += Int64(
        rows[index].fields.content.utf8.count + 4 * (rows[index].fields.embedding?.dimensions ?? 0))
      if let old = rows[index].oldID, old != id { renumbered[old] = id }
      ledgerRows.append(
        RunRow(
          table: "memories", sourceKey: rows[index].key, targetID: id, contentHash: rows[index].contentHash))
    }
    if ledgerRows.count >= MigrationLoader.ledgerBatchSize { try writeLedger() }
    counts.migrated += Int64(rows.count)
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
        counts: counts, space: plan.space, spaceNotKept: plan.spaceNotKept, hasEmbedder: plan.embedder != nil,
        cutTexts: plan.embedder?.cutTexts ?? 0, rejectFile: rejects.writtenPath))
  }
}

extension RunCounts {
  /// What a person should know about fragments that have no vector.
  func fragmentEvents(_ space: EmbeddingSpace) -> [WorkEvent] {
    fragmentsMissing == 0 ? [] : [.fragmentsWithoutVectors(fragmentsMissing, space)]
  }
}
