import MemoryModel
import MemorySources
import PostgresDriver
import TestSupport
import Testing

extension ForeignSource {
  /// Opens the foreign system at a path.
  static func opened(_ path: String, _ selection: SourceSelection = SourceSelection()) throws -> ForeignSource {
    guard case .foreign(let source) = try SourceCatalog.open(path: path, selection) else {
      throw MemshError(.usage, "\(path) is a store of memsh")
    }
    return source
  }

  /// All rows that it hands over.
  func allRows(decodingEmbeddings: Bool = true) throws -> [SourceRow] {
    var rows: [SourceRow] = []
    try readRows(batchSize: 100, decodingEmbeddings: decodingEmbeddings) { records in
      rows += records.compactMap { if case .foreign(let row) = $0 { row } else { nil } }
    }
    return rows
  }
}

extension ForeignSource {
  /// Opens the foreign system in a PostgreSQL database.
  static func opened(_ database: TestDatabase, _ selection: SourceSelection = SourceSelection()) throws -> ForeignSource
  {
    let driver = try PostgresDriver(connectionString: database.url, isReadOnly: true)
    guard case .foreign(let source) = try SourceCatalog.open(driver, selection) else {
      throw MemshError(.usage, "\(database.name) is a store of memsh")
    }
    return source
  }
}
