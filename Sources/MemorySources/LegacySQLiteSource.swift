import Foundation
internal import GRDB
import MemoryCore

/// Reads the memory files of the legacy system (SQLite), in all the forms that its versions have left behind.
public final class LegacySQLiteSource: MemorySource {
  /// What and where it is.
  public let description: SourceDescription

  private let file: SourceFile
  private let table: LegacyTable
  private var decoder = EmbeddingDecoder()

  /// How many vectors a survey looks at.
  private static let sampleSize = 200

  /// Opens a file and finds its memory table.
  ///
  /// - Throws: `source_not_found`, `source_unreadable`, `source_empty`, `source_not_a_database`,
  ///   `source_without_memories`.
  public init(path: String) throws {
    file = try SourceFile(path: path)
    table = try file.read { try LegacyTable(in: $0, path: path) }
    description = SourceDescription(
      kind: "legacy SQLite", location: URL(fileURLWithPath: path).standardizedFileURL.path,
      fingerprint: file.fingerprint)
  }

  /// Counts the rows and looks at the first vectors.
  public func survey() throws -> SourceSurvey {
    try file.read { db in
      let rows = try Int64.fetchOne(db, sql: "SELECT count(*) FROM \(table.quotedName)") ?? 0
      let dimensions = try sampledDimensions(db)
      decoder.expectedDimensions = dimensions ?? 0
      // The legacy system only ever used this model at 1,536 dimensions.
      let model = dimensions == 1_536 ? "text-embedding-3-small" : nil
      return SourceSurvey(table: table.name, rows: rows, dimensions: dimensions, model: model)
    }
  }

  private func sampledDimensions(_ db: Database) throws -> Int? {
    guard let column = table.quoted(.embedding) else { return nil }
    let statement = try db.makeStatement(
      sql:
        "SELECT \(column) FROM \(table.quotedName) WHERE \(column) IS NOT NULL LIMIT \(LegacySQLiteSource.sampleSize)")
    let reader = SQLiteRowReader(statement)
    var frequency: [Int: Int] = [:]
    while try reader.step() {
      let embedding = reader.withBytes(0) { EmbeddingDecoder().decode($0, isText: $1) }
      if case .vector(let vector) = embedding { frequency[vector.dimensions, default: 0] += 1 }
    }
    return frequency.max { ($0.value, $0.key) < ($1.value, $1.key) }?.key
  }

  /// Hands over all rows in the order of the table.
  public func readRows(
    batchSize: Int, decodingEmbeddings: Bool, _ body: ([SourceRecord]) throws -> Void
  ) throws {
    try file.read { db in
      let statement = try db.makeStatement(sql: table.selectStatement)
      let reader = SQLiteRowReader(statement)
      var batch: [SourceRecord] = []
      // Small at first, so that writing begins at once.
      var limit = min(LegacySQLiteSource.firstBatchSize, batchSize)
      while try reader.step() {
        batch.append(.foreign(row(reader, decodingEmbeddings: decodingEmbeddings)))
        if batch.count == limit {
          try body(batch)
          batch.removeAll(keepingCapacity: true)
          limit = min(limit * 2, batchSize)
        }
      }
      if !batch.isEmpty { try body(batch) }
    }
  }

  /// The legacy system had no other tables.
  public func readRows(of table: SideTable, batchSize: Int, _ body: ([SideRow]) throws -> Void) throws {}

  /// Foreign ids are not kept as ids.
  public func largestID(in table: String, notAbove limit: Int64) throws -> Int64 { 0 }

  /// Nothing is held between two readings.
  public func close() {}

  /// Makes sure that nobody wrote to the file since it was opened.
  public func verifyUnchanged() throws { try file.verifyUnchanged() }

  private func row(_ reader: SQLiteRowReader, decodingEmbeddings: Bool) -> SourceRow {
    func value(_ role: LegacyTable.Role) -> SourceValue {
      table.columns.firstIndex { $0.role == role }.map { reader.value(Int32($0)) } ?? .null
    }
    let id = LegacySQLiteSource.text(of: value(.id))
    var row = SourceRow(key: "", legacyID: id)
    row.userID = table.has(.userID) ? value(.userID) : .text("default")
    row.content = value(.content)
    row.metadata = value(.metadata)
    row.category = value(.category)
    row.importanceScore = value(.importanceScore)
    row.accessCount = value(.accessCount)
    row.lastAccessedAt = value(.lastAccessedAt)
    row.createdAt = value(.createdAt)
    row.updatedAt = value(.updatedAt)
    row.embedding = embedding(reader, decoding: decodingEmbeddings)
    for (index, column) in table.columns.enumerated() where column.role == nil {
      row.otherColumns.append((column.name, reader.value(Int32(index))))
    }
    row.key = table.idIsUnique && id != nil ? LegacySQLiteSource.bounded(id ?? "") : row.contentKey
    return row
  }

  private func embedding(_ reader: SQLiteRowReader, decoding: Bool) -> SourceEmbedding {
    guard let index = table.columns.firstIndex(where: { $0.role == .embedding }), !reader.isNull(Int32(index))
    else { return .missing }
    guard decoding else { return .undecoded(reader.value(Int32(index))) }
    return reader.withBytes(Int32(index)) { decoder.decode($0, isText: $1) }
  }

  private static func text(of value: SourceValue) -> String? {
    switch value {
    case .null: nil
    case .integer(let number): String(number)
    case .real(let number): "\(number)"
    case .text(let text): text
    case .bytes(let bytes, _): "base64:" + Base64.encode(bytes)
    }
  }

  /// A key that an index can hold: a long id is replaced by its hash.
  private static func bounded(_ id: String) -> String {
    id.utf8.count <= keyBytesMaximum ? id.replacingNUL : "sha256:" + ContentHash.hex(of: id)
  }

  private static let keyBytesMaximum = 256
  private static let firstBatchSize = 64
}
