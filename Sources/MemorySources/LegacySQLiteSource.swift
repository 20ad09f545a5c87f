import Database
import Foundation
internal import GRDB
import MemoryModel

/// Reads the memory files of the legacy system (SQLite), in all the forms that its versions have left behind.
package final class LegacySQLiteSource: MemorySource {
  /// What and where it is.
  package let description: SourceDescription

  private let file: SourceFile
  /// None in a database that is empty.
  private let tables: [LegacyTable]
  private let remarks: [String]
  private var decoder = EmbeddingDecoder()

  /// Whose memories those of a table without users are, as in the migration guide's script.
  private static let defaultUser = "default"
  /// How many vectors a survey looks at in each table.
  private static let sampleSize = 200

  /// Opens a file and finds its memory tables.
  ///
  /// - Throws: `source_not_found`, `source_unreadable`, `source_not_a_database`, `source_unsupported`,
  ///   `source_without_memories`.
  package init(path: String) throws {
    file = try SourceFile(path: path)
    (tables, remarks) = try file.read { try LegacyTable.all(in: $0, path: path) }
    description = SourceDescription(
      kind: "legacy SQLite", location: URL(fileURLWithPath: path).standardizedFileURL.path,
      fingerprint: file.fingerprint)
  }

  /// Counts the rows and looks at the first vectors.
  package func survey() throws -> SourceSurvey {
    try file.read { db in
      let rows = try tables.reduce(0) { try $0 + LegacySQLiteSource.count($1, db) }
      let dimensions = try sampledDimensions(db)
      decoder.expectedDimensions = dimensions ?? 0
      // The legacy system only ever used this model at 1,536 dimensions.
      let model = dimensions == 1_536 ? "text-embedding-3-small" : nil
      let withoutUsers = tables.filter { !$0.has(.userID) }.map {
        "the table \($0.name) has no user_id: its memories are those of the user \(LegacySQLiteSource.defaultUser)"
      }
      return SourceSurvey(
        table: tables.map(\.name).joined(separator: ", "), rows: rows, dimensions: dimensions, model: model,
        remarks: remarks + withoutUsers)
    }
  }

  private static func count(_ table: LegacyTable, _ db: Database) throws -> Int64 {
    let statement = try db.makeStatement(sql: "SELECT count(*) FROM \(table.quotedName)")
    let reader = SQLiteRowReader(statement)
    guard try reader.step(), case .integer(let rows) = reader.value(0) else { return 0 }
    return rows
  }

  /// The most frequent length of the first vectors that can be read.
  private func sampledDimensions(_ db: Database) throws -> Int? {
    var frequency: [Int: Int] = [:]
    for table in tables {
      guard let column = table.quoted(.embedding) else { continue }
      let statement = try db.makeStatement(
        sql: "SELECT \(column) FROM \(table.quotedName) WHERE \(column) IS NOT NULL")
      let reader = SQLiteRowReader(statement)
      var count = 0
      while count < LegacySQLiteSource.sampleSize, try reader.step() {
        let embedding = reader.withBytes(0) { EmbeddingDecoder().decode($0, isText: $1) }
        guard case .vector(let vector) = embedding else { continue }
        frequency[vector.dimensions, default: 0] += 1
        count += 1
      }
    }
    return frequency.max { ($0.value, $0.key) < ($1.value, $1.key) }?.key
  }

  /// Hands over all rows, table by table, in the order of each.
  ///
  /// - Throws: `source_unreadable` when a table gives other than as many rows as it counts: it is damaged.
  package func readRows(
    batchSize: Int, decodingEmbeddings: Bool, _ body: ([SourceRecord]) throws -> Void
  ) throws {
    try file.read { db in
      var batch: [SourceRecord] = []
      // Small at first, so that writing begins at once.
      var limit = min(LegacySQLiteSource.firstBatchSize, batchSize)
      for table in tables {
        let expected = try LegacySQLiteSource.count(table, db)
        let reader = SQLiteRowReader(try db.makeStatement(sql: table.selectStatement))
        var found: Int64 = 0
        while try reader.step() {
          found += 1
          batch.append(.foreign(row(reader, table, decodingEmbeddings: decodingEmbeddings)))
          if batch.count == limit {
            try body(batch)
            batch.removeAll(keepingCapacity: true)
            limit = min(limit * 2, batchSize)
          }
        }
        guard found == expected else { throw damaged(table, expected: expected, found: found) }
      }
      if !batch.isEmpty { try body(batch) }
    }
  }

  private func damaged(_ table: LegacyTable, expected: Int64, found: Int64) -> MemshError {
    MemshError(
      .sourceUnreadable, "\(file.path) is damaged: \(table.name) counts \(expected) rows and gives \(found)",
      hint: "save what can be saved: sqlite3 \(file.path) .recover")
  }

  /// The legacy system had no other tables.
  package func readRows(of table: Table, batchSize: Int, _ body: ([Record]) throws -> Void) throws {}

  /// Columns that memsh does not know go to the metadata.
  package func addedColumns(of table: Table) throws -> [AddedColumn] { [] }

  /// Foreign ids are not kept as ids.
  package func largestID(in table: String, notAbove limit: Int64) throws -> Int64 { 0 }

  /// Nothing is held between two readings.
  package func close() {}

  /// Makes sure that the file was not written to since it was opened.
  package func verifyUnchanged() throws { try file.verifyUnchanged() }

  private func row(_ reader: SQLiteRowReader, _ table: LegacyTable, decodingEmbeddings: Bool) -> SourceRow {
    func value(_ role: LegacyTable.Role) -> SourceValue {
      table.columns.firstIndex { $0.role == role }.map { reader.value(Int32($0)) } ?? .null
    }
    let id = LegacySQLiteSource.text(of: value(.id))
    var row = SourceRow(key: "", legacyID: id)
    row.userID = table.has(.userID) ? value(.userID) : .text(LegacySQLiteSource.defaultUser)
    row.content = value(.content)
    row.metadata = value(.metadata)
    row.category = value(.category)
    row.importanceScore = value(.importanceScore)
    row.accessCount = value(.accessCount)
    row.lastAccessedAt = value(.lastAccessedAt)
    row.createdAt = value(.createdAt)
    row.updatedAt = value(.updatedAt)
    row.embedding = embedding(reader, table, decoding: decodingEmbeddings)
    for (index, column) in table.columns.enumerated() where column.role == nil {
      row.otherColumns.append((column.name, reader.value(Int32(index))))
    }
    row.key =
      table.keyPrefix + (table.idIsUnique ? id.map(LegacySQLiteSource.bounded) ?? row.contentKey : row.contentKey)
    return row
  }

  private func embedding(_ reader: SQLiteRowReader, _ table: LegacyTable, decoding: Bool) -> SourceEmbedding {
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
    case .bytes(let bytes, _): "base64:" + Data(bytes).base64EncodedString()
    }
  }

  /// A key that an index can hold: a long id is replaced by its hash.
  private static func bounded(_ id: String) -> String {
    id.utf8.count <= keyBytesMaximum ? id.replacingNUL : "sha256:" + ContentHash.hex(of: id)
  }

  private static let keyBytesMaximum = 256
  private static let firstBatchSize = 64
}
