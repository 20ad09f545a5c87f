import Database
import MemoryModel

/// A foreign memory system as the source of a migration: selects among the rows that its reader gives.
package final class ForeignSource: MemorySource {
  /// What and where it is.
  package let description: SourceDescription

  private let place: SourcePlace
  private let reader: any ForeignReader
  private let selection: SourceSelection

  /// How many vectors a survey looks at.
  private static let sampleSize = 200
  /// Small at first, so that writing begins at once.
  private static let firstBatchSize = 64

  init(_ reader: any ForeignReader, at place: SourcePlace, selection: SourceSelection) {
    self.reader = reader
    self.place = place
    self.selection = selection
    description = SourceDescription(kind: reader.system, location: place.location, fingerprint: place.fingerprint)
  }

  /// Counts the rows and looks at the first vectors.
  package func survey() throws -> SourceSurvey {
    try place.reading {
      let counts = try reader.counts()
      let rows = selection.states.reduce(0) { $0 + (counts[$1] ?? 0) }
      let dimensions = try sampledDimensions()
      let partRows = try reader.partRows()
      return SourceSurvey(
        table: reader.parts.joined(separator: ", "), rows: try selection.collection == nil ? rows : countSelected(),
        dimensions: dimensions, model: dimensions.flatMap(reader.model), remarks: reader.remarks + leftOut(counts),
        version: reader.version, parts: reader.parts.map { .init(name: $0, rows: partRows[$0]) })
    }
  }

  /// What is not read, in a line each: nothing is left out without a word.
  private func leftOut(_ counts: [RowState: Int64]) -> [String] {
    RowState.allCases.compactMap { state in
      guard !selection.states.contains(state), let rows = counts[state], rows > 0 else { return nil }
      return state == .live
        ? "\(rows) live rows are left out"
        : "\(rows) \(state.rawValue) rows are left out; --include \(state.rawValue) brings them along"
    }
  }

  private func countSelected() throws -> Int64 {
    var rows: Int64 = 0
    try readSelected(decodingVectors: false) { _ in rows += 1 }
    return rows
  }

  private struct Enough: Error {}

  /// The most frequent length of the first vectors that can be read.
  private func sampledDimensions() throws -> Int? {
    var frequency: [Int: Int] = [:]
    var count = 0
    do {
      try readSelected(decodingVectors: true) { row in
        guard case .vector(let vector) = row.embedding else { return }
        frequency[vector.dimensions, default: 0] += 1
        count += 1
        if count == ForeignSource.sampleSize { throw Enough() }
      }
    } catch is Enough {}
    return frequency.max { ($0.value, $0.key) < ($1.value, $1.key) }?.key
  }

  private func readSelected(decodingVectors: Bool, _ body: (SourceRow) throws -> Void) throws {
    try reader.readRows(decodingVectors: decodingVectors) { row in
      guard selection.states.contains(row.state) else { return }
      if let collection = selection.collection, row.collection != collection { return }
      try body(row)
    }
  }

  /// Hands over the selected rows, in the order of the store.
  package func readRows(
    batchSize: Int, decodingEmbeddings: Bool, _ body: ([SourceRecord]) throws -> Void
  ) throws {
    var batch: [SourceRecord] = []
    var limit = min(ForeignSource.firstBatchSize, batchSize)
    try place.reading {
      try readSelected(decodingVectors: decodingEmbeddings) { row in
        batch.append(.foreign(row))
        guard batch.count == limit else { return }
        try body(batch)
        batch.removeAll(keepingCapacity: true)
        limit = min(limit * 2, batchSize)
      }
      if !batch.isEmpty { try body(batch) }
    }
  }

  /// Foreign systems have no such tables.
  package func readRows(of table: Table, batchSize: Int, _ body: ([Record]) throws -> Void) throws {}

  /// Columns that memsh does not know go to the metadata.
  package func addedColumns(of table: Table) throws -> [AddedColumn] { [] }

  /// Foreign ids are not kept as ids.
  package func largestID(in table: String, notAbove limit: Int64) throws -> Int64 { 0 }

  /// Makes sure that nobody wrote to the place since it was opened.
  package func verifyUnchanged() throws { try place.verifyUnchanged() }

  /// Gives back connections.
  package func close() { place.close() }
}
