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
  /// How many collections an error names.
  private static let collectionsShown = 10
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
    let (counts, partRows, remarks, forms) = try place.reading {
      let all = try reader.counts()
      let chosen = try selection.collection.map { try self.counts(of: $0) }
      return (chosen ?? all, try reader.partRows(), try reader.remarks, try reader.vectorForms)
    }
    let dimensions = try sampledDimensions()
    return SourceSurvey(
      table: reader.parts.joined(separator: ", "), rows: selection.states.reduce(0) { $0 + (counts[$1] ?? 0) },
      dimensions: dimensions, model: dimensions.flatMap(reader.model), remarks: remarks + leftOut(counts),
      version: reader.version, parts: reader.parts.map { .init(name: $0, rows: partRows[ExactText($0)]) },
      vectorForms: forms)
  }

  /// What is not read, in a line each: nothing is left out without a word.
  private func leftOut(_ counts: [RowState: Int64]) -> [String] {
    RowState.allCases.compactMap { state in
      guard !selection.states.contains(state), let rows = counts[state], rows > 0 else { return nil }
      let left = "\(counted(rows, "\(state.rawValue) row")) \(rows == 1 ? "is" : "are") left out"
      return state == .live
        ? left : left + "; --include \(state.rawValue) brings \(rows == 1 ? "it" : "them") along"
    }
  }

  /// How many rows of a collection there are in each state.
  ///
  /// - Throws: `source_without_memories` where there is no row of it.
  private func counts(of collection: String) throws -> [RowState: Int64] {
    var counts: [RowState: Int64] = [:]
    var others: [String] = []
    try reader.readRows(decodingVectors: false) { row in
      if row.collection == collection {
        counts[row.state, default: 0] += 1
      } else if let other = row.collection, others.count <= ForeignSource.collectionsShown, !others.contains(other) {
        others.append(other)
      }
    }
    guard counts.isEmpty else { return counts }
    let names = others.prefix(ForeignSource.collectionsShown).joined(separator: ", ")
    throw MemshError(
      .sourceWithoutMemories, "\(place.location) has no memories in a collection '\(collection)'",
      hint: others.isEmpty
        ? "its memories are in no collection: leave --collection out"
        : "its collections are: " + names + (others.count > ForeignSource.collectionsShown ? ", …" : ""))
  }

  private struct Enough: Error {}

  /// The most frequent length of the first vectors that can be read.
  private func sampledDimensions() throws -> Int? {
    guard case .tables(let tables) = place, let database = tables as? PostgresTables else {
      return try sampledDimensions(stops: true)
    }
    // A statement that is stopped ends PostgreSQL's transaction: it gives few rows instead, or all of them.
    database.rowLimit = ForeignSource.sampleSize * 2
    defer { database.rowLimit = nil }
    if let dimensions = try sampledDimensions(stops: false) { return dimensions }
    database.rowLimit = nil
    return try sampledDimensions(stops: false)
  }

  private func sampledDimensions(stops: Bool) throws -> Int? {
    var frequency: [Int: Int] = [:]
    var count = 0
    do {
      try place.reading {
        try readSelected(decodingVectors: true) { row in
          guard count < ForeignSource.sampleSize, case .vector(let vector) = row.embedding else { return }
          frequency[vector.dimensions, default: 0] += 1
          count += 1
          if stops, count == ForeignSource.sampleSize { throw Enough() }
        }
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
