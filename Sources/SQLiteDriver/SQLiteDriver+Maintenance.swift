import Database
import Foundation
import GRDB
import MemoryModel

/// Looking after what the file has beside the rows.
extension SQLiteDriver: Maintaining {
  package func maintenance(of part: MaintainedPart) -> Maintenance? {
    switch part {
    case .nullability: Maintenance(find: columnsRefusingNull) { _ in try self.allowNull() }
    case .indexes:
      Maintenance {
        try self.schema().filter { $0.kind == .index && $0.state == .missing }.map(\.name)
      } mend: {
        _ = try self.buildIndexes(nil, leavingOut: [], $0)
      }
    case .textIndex:
      Maintenance {
        try self.isTextIndexInStep() ? [] : [SearchDDL.textIndex]
      } mend: { _ in
        // The language is read from the index that is there, so it is asked for before that goes.
        try self.rebuild(SearchDDL.text) { SearchDDL.createTextIndex(language: try self.textLanguage()) }
      }
    case .vectorLog:
      Maintenance {
        try self.isVectorLogInStep() ? [] : [SearchDDL.vectorLog]
      } mend: { _ in
        try self.rebuild(SearchDDL.vectors) { SearchDDL.createVectorLog }
      }
    case .vectorFile: Maintenance(find: vectorFileFault) { _ in try self.rebuildVectorFile() }
    case .writeAheadLog:
      Maintenance(find: missingWriteAheadLog) { _ in
        try self.write { _ = try String.fetchOne($0, sql: "PRAGMA journal_mode = WAL") }
      }
    case .vectorLists, .statistics, .deadRows, .hiddenRows, .foreignPartitions, .skewedParts, .silentNodes,
      .nodeVersions,
      .triggersOnNodes:
      nil
    }
  }

  private var hasMemories: Bool {
    get throws { try schema().contains { $0.name == "memories" && $0.state == .present } }
  }

  /// Whether the index of words has every memory's text, and no other.
  private func isTextIndexInStep() throws -> Bool {
    guard try hasMemories else { return true }
    guard try hasTextIndex(in: state()) else { return false }
    return try read { db in
      let isBehind = try Bool.fetchOne(
        db,
        sql: """
          SELECT EXISTS (SELECT 1 FROM memories m LEFT JOIN \(SearchDDL.textIndex) f ON f.rowid = m.id
              WHERE f.rowid IS NULL OR f.content IS NOT m.content)
            OR (SELECT count(*) FROM memories) <> (SELECT count(*) FROM \(SearchDDL.textIndex))
          """)
      return isBehind == false
    }
  }

  /// Whether the log has exactly the memories with an embedding.
  private func isVectorLogInStep() throws -> Bool {
    guard try hasMemories else { return true }
    guard try isWhole(SearchDDL.vectors) else { return false }
    return try read { db in
      let isBehind = try Bool.fetchOne(
        db,
        sql: """
          SELECT EXISTS (SELECT 1 FROM memories WHERE embedding IS NOT NULL
              AND id NOT IN (SELECT id FROM \(SearchDDL.vectorLog)))
            OR EXISTS (SELECT 1 FROM \(SearchDDL.vectorLog) WHERE id NOT IN (
              SELECT id FROM memories WHERE embedding IS NOT NULL))
            OR (SELECT count(*) FROM \(SearchDDL.vectorState)) <> 1
          """)
      return isBehind == false
    }
  }

  private func rebuild(_ parts: SearchDDL.Parts, _ creation: () throws -> String) throws {
    try transaction(.commit) {
      let creation = try creation()
      try write { try $0.execute(sql: parts.drop + creation) }
    }
  }

  /// What is wrong with the file of vectors; nothing when it is good, or not needed.
  private func vectorFileFault() throws -> [String] {
    let path = VectorFile.path(ofStore: path)
    guard FileManager.default.fileExists(atPath: path), let space = try embeddingSpace(),
      try isVectorLogInStep()
    else { return [] }
    let name = URL(fileURLWithPath: path).lastPathComponent
    guard let file = VectorFile(path: path, dimensions: space.dimensions), file.isIntact else {
      return ["\(name): damaged"]
    }
    return try read { db in
      let state = try Int64.fetchOne(db, sql: "SELECT token FROM \(SearchDDL.vectorState)") ?? 0
      let current = try CurrentVectors(file, state: state, db)
      return current.isWorn ? ["\(name): \(current.changes) rows have changed since it was written"] : []
    }
  }

  private func rebuildVectorFile() throws {
    vectors = nil
    try? FileManager.default.removeItem(atPath: VectorFile.path(ofStore: path))
    guard let space = try embeddingSpace() else { return }
    try transaction(.readOnly) { _ = try read { try currentVectors(dimensions: space.dimensions, $0) } }
  }

  private func missingWriteAheadLog() throws -> [String] {
    let mode = try read { try String.fetchOne($0, sql: "PRAGMA journal_mode") ?? "" }
    // Where nothing can be written, the file is opened as if it had none.
    return mode == "wal" || StoreFile.isInWALMode(path) ? [] : ["journal_mode is \(mode)"]
  }

  private func textLanguage() throws -> String {
    let present = try schemaDefinition(of: SearchDDL.textIndex) ?? ""
    let isOther = !present.isEmpty && !present.contains("porter")
    return options.textSearchLanguage ?? (isOther ? "simple" : StoreOptions.defaultLanguage)
  }

  private func schemaDefinition(of name: String) throws -> String? {
    try read { try $0.texts("SELECT sql FROM sqlite_master WHERE name = ?", [name]).first }
  }
}
