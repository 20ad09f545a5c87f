import Database
import Foundation
import MemoryModel
import MemoryStore

/// Compares the memories of two places by user and content.
///
/// Reads both once and keeps 48 bytes of each memory; where something differs, reads them a second time for the values.
/// Those of the first place then wait in a temporary file for those of the second.
package struct DiffService {
  private let a: any MemorySource
  private let b: any MemorySource
  private let comparesVectors: Bool
  private let progress: any ProgressReporter
  private let interruption: Interruption

  private static let batchSize = 500
  private static let batchesAhead = 3

  /// Sets comparing up.
  package init(
    _ a: any MemorySource, _ b: any MemorySource, comparesVectors: Bool, progress: any ProgressReporter,
    interruption: Interruption
  ) {
    self.a = a
    self.b = b
    self.comparesVectors = comparesVectors
    self.progress = progress
    self.interruption = interruption
  }

  /// Compares, and hands over differences.
  ///
  /// - Parameters:
  ///   - limit: At most so many differences of each kind are handed over; all are counted.
  ///   - body: Takes them: those of a kind one behind the other, but for rows that only the second place has, which come
  ///     between those that both have.
  /// - Throws: `source_changed` when a place has other memories the second time.
  package func compare(limit: Int, _ body: (MemoryDifference) throws -> Void) throws -> DiffReport {
    var report = DiffReport()
    var handed: [MemoryDifference.Kind: Int] = [:]
    func hand(_ kind: MemoryDifference.Kind, _ difference: () throws -> MemoryDifference) throws {
      guard handed[kind, default: 0] < limit else { return }
      handed[kind, default: 0] += 1
      try body(difference())
    }
    var (left, right) = try read(hand)
    report.memories = (left.entries.count, right.entries.count)
    report.rejected = (left.rejected, right.rejected)
    left.entries.sort(by: DiffEntry.precedes)
    right.entries.sort(by: DiffEntry.precedes)
    let pairing = DiffPairing(left.entries, right.entries, rows: (left.rows, right.rows))
    // The second reading has no need of them.
    (left.entries, right.entries) = ([], [])
    (report.equal, report.onlyA, report.onlyB) = (pairing.equal, pairing.onlyA, pairing.onlyB)
    report.changed = Int(pairing.changed)
    if comparesVectors {
      for comparison in VectorComparison.allCases { report.vectors[comparison] = 0 }
      report.vectors[.equal] = pairing.equalVectors
      report.vectors[VectorComparison.none] = pairing.equal - pairing.equalVectors
    }
    let waiting = try WaitingRows(pairs: Int(pairing.changed))
    try readAgain(a, pairing.a, check: left.order.value) { row, role in
      guard role == DiffRoles.isAlone else { return try waiting.keep(row, pair: role) }
      try hand(.onlyA) {
        MemoryDifference(kind: .onlyA, row)
      }
    }
    try readAgain(b, pairing.b, check: right.order.value) { row, role in
      guard role == DiffRoles.isAlone else {
        let difference = try waiting.difference(of: row, pair: role, comparesVectors: comparesVectors)
        report.count(difference)
        return try hand(.changed) { difference }
      }
      try hand(.onlyB) {
        MemoryDifference(kind: .onlyB, row)
      }
    }
    return report
  }

  // MARK: Reading

  private enum Side: Sendable { case a, b }

  private struct Batch: Sendable {
    let side: Side
    let rows: [Result<DiffEntry, RejectedRow>]
  }

  /// The memories of a place.
  private struct Place {
    var entries: [DiffEntry] = []
    var rows = 0
    var rejected = 0
    /// Over all rows in their order.
    var order = StreamHash()

    mutating func add(_ entry: DiffEntry) {
      entries.append(entry)
      entries[entries.count - 1].number = Int32(clamping: rows)
      order.add(entry.key.low)
      rows += 1
    }
  }

  private var normalizer: RowNormalizer { RowNormalizer(migrationTime: ComparedRow.untold) }

  /// Reads both places at the same time.
  private func read(
    _ hand: (MemoryDifference.Kind, () throws -> MemoryDifference) throws -> Void
  ) throws -> (Place, Place) {
    var (left, right) = (Place(), Place())
    let (surveyA, surveyB) = (try survey(a), try survey(b))
    left.entries.reserve(expecting: surveyA.rows)
    right.entries.reserve(expecting: surveyB.rows)
    try Overlap.run(
      capacity: DiffService.batchesAhead, producers: [producer(.a, a), producer(.b, b)]
    ) { (batch: Batch) in
      try interruption.check()
      for row in batch.rows {
        switch (row, batch.side) {
        case (.success(let entry), .a): left.add(entry)
        case (.success(let entry), .b): right.add(entry)
        case (.failure(let rejected), .a):
          left.rows += 1
          left.rejected += 1
          try hand(.rejectedA) { MemoryDifference(kind: .rejectedA, rejected) }
        case (.failure(let rejected), .b):
          right.rows += 1
          right.rejected += 1
          try hand(.rejectedB) { MemoryDifference(kind: .rejectedB, rejected) }
        }
      }
      progress.progress("Comparing", done: Int64(left.rows + right.rows), total: surveyA.rows + surveyB.rows)
    }
    for source in [a, b] { try source.verifyUnchanged() }
    return (left, right)
  }

  private func survey(_ source: any MemorySource) throws -> SourceSurvey {
    let survey = try source.survey()
    for remark in survey.remarks { progress.report(.sourceRemark(remark)) }
    return survey
  }

  private func producer(_ side: Side, _ source: any MemorySource) -> (_ hand: Overlap.Hand<Batch>) throws -> Void {
    { hand in
      try source.readRows(batchSize: DiffService.batchSize, decodingEmbeddings: comparesVectors) { records in
        try hand(
          Batch(
            side: side,
            rows: records.map { record in
              normalizer.prepare(record).map {
                DiffEntry(ComparedRow($0.withVector), comparesVectors: comparesVectors)
              }
            }))
      }
    }
  }

  /// Reads a place once more and hands over the rows that have a role.
  private func readAgain(
    _ source: any MemorySource, _ roles: DiffRoles, check: UInt64, _ body: (ComparedRow, Int32) throws -> Void
  ) throws {
    guard roles.isNeeded else { return }
    var number: Int32 = 0
    var order = StreamHash()
    try source.readRows(batchSize: DiffService.batchSize, decodingEmbeddings: comparesVectors) { records in
      try interruption.check()
      for record in records {
        defer { number += 1 }
        guard case .success(let prepared) = normalizer.prepare(record) else { continue }
        let row = ComparedRow(prepared.withVector)
        order.add(ContentKey(userID: row.fields.userID, content: row.fields.content).low)
        guard Int(number) < roles.roles.count, roles[number] != 0 else { continue }
        try body(row, roles[number])
      }
    }
    guard order.value == check else {
      throw MemshError(
        .sourceChanged, "another program wrote to \(source.description.location) while it was compared",
        hint: "stop what writes to it, and compare again")
    }
  }
}

extension PreparedRow {
  /// The row with the vector of its source, which a migration would keep; what cannot be read is none.
  fileprivate var withVector: PreparedRow {
    guard case .vector(let vector)? = foreign?.row.embedding else { return self }
    var row = self
    row.fields.embedding = vector
    return row
  }
}

extension MemoryDifference {
  /// A memory that only one place has.
  fileprivate init(kind: Kind, _ row: ComparedRow) {
    self.init(kind: kind)
    (userID, content) = (row.fields.userID, row.fields.content)
    if kind == .onlyA { idA = row.id } else { idB = row.id }
  }

  fileprivate init(kind: Kind, _ rejected: RejectedRow) {
    self.init(kind: kind)
    let row = rejected.source
    (userID, content) = (row.userID.json.stringValue, row.content.json.stringValue)
    if kind == .rejectedA { idA = row.legacyID ?? row.key } else { idB = row.legacyID ?? row.key }
    reason = "\(rejected.rejection.reason): \(rejected.rejection.detail)"
  }
}

extension DiffReport {
  fileprivate mutating func count(_ difference: MemoryDifference) {
    for column in difference.columns { columns[column, default: 0] += 1 }
    guard let comparison = difference.vectors else { return }
    vectors[comparison, default: 0] += 1
    if comparison == .nearly { largestDifference = max(largestDifference, difference.largestDifference ?? 0) }
  }
}
