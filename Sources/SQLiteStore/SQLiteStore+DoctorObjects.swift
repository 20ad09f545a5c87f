import Database
import Foundation
import GRDB
import MemoryModel

/// Finding faults in what is no row, and putting it right.
extension SQLiteStore {
  /// How many lines of `integrity_check` are enough to know.
  private static let damageListed = 10

  func examineObjects(_ fault: Fault) throws -> FaultFinding? {
    switch fault {
    case .tablesMissing: return try missing(.table, fault)
    case .triggersMissing: return try missing(.trigger, fault)
    case .indexesMissing: return try missing(.index, fault)
    case .columnsRequired: return FaultFinding(fault, objects: try columnsRefusingNull())
    case .textIndex: return FaultFinding(fault, objects: try isTextIndexInStep() ? [] : [SearchDDL.textIndex])
    case .vectorLog: return FaultFinding(fault, objects: try isVectorLogInStep() ? [] : [SearchDDL.vectorLog])
    case .vectorFile: return FaultFinding(fault, objects: try vectorFileFault().map { [$0] } ?? [])
    case .integrity: return FaultFinding(fault, objects: try damage())
    case .journalMode:
      let mode = try read { try String.fetchOne($0, sql: "PRAGMA journal_mode") ?? "" }
      // Where nothing can be written, the file is opened as if it had none.
      let hasLog = mode == "wal" || StoreFile.isInWALMode(path)
      return FaultFinding(fault, objects: hasLog ? [] : ["journal_mode is \(mode)"])
    default: return nil
    }
  }

  private func missing(_ kind: SchemaObject.Kind, _ fault: Fault) throws -> FaultFinding {
    FaultFinding(fault, objects: try schema().filter { $0.kind == kind && $0.state == .missing }.map(\.name))
  }

  private var hasMemories: Bool {
    get throws { try schema().contains { $0.name == "memories" && $0.state == .present } }
  }

  /// Whether the index of words has every memory's text, and no other.
  private func isTextIndexInStep() throws -> Bool {
    guard try hasMemories else { return true }
    guard try hasTextIndex() else { return false }
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

  /// What is wrong with the file of vectors; nil when it is good, or not needed.
  private func vectorFileFault() throws -> String? {
    let path = VectorFile.path(ofStore: path)
    guard FileManager.default.fileExists(atPath: path), let space = try embeddingSpace(),
      try isVectorLogInStep()
    else { return nil }
    let name = URL(fileURLWithPath: path).lastPathComponent
    guard let file = VectorFile(path: path, dimensions: space.dimensions), file.isIntact else {
      return "\(name): damaged"
    }
    return try read { db in
      let state = try Int64.fetchOne(db, sql: "SELECT token FROM \(SearchDDL.vectorState)") ?? 0
      let current = try CurrentVectors(file, state: state, db)
      return current.isWorn ? "\(name): \(current.changed.count) rows are newer" : nil
    }
  }

  private func damage() throws -> [String] {
    try read { db in
      try db.texts("PRAGMA integrity_check(\(SQLiteStore.damageListed))").filter { $0 != "ok" }
    }
  }

  func mendObjects(_ fault: Fault, _ progress: any ProgressReporter) throws {
    switch fault {
    case .tablesMissing, .triggersMissing, .indexesMissing:
      if let space = try embeddingSpace() { _ = try createSchema(space: space) }
      _ = try buildIndexes(nil, progress)
    case .columnsRequired: try allowNull()
    case .textIndex, .vectorLog:
      let parts = fault == .textIndex ? SearchDDL.text : SearchDDL.vectors
      try transaction(.commit) {
        // The language is read from the index that is there, so it is asked for before that goes.
        let language = try textLanguage()
        try write { db in
          try db.execute(sql: parts.drop)
          try db.execute(
            sql: fault == .textIndex ? SearchDDL.createTextIndex(language: language) : SearchDDL.createVectorLog)
        }
      }
    case .vectorFile:
      vectors = nil
      try? FileManager.default.removeItem(atPath: VectorFile.path(ofStore: path))
      guard let space = try embeddingSpace() else { return }
      try transaction(.readOnly) { _ = try read { try currentVectors(dimensions: space.dimensions, $0) } }
    case .integrity: try write { try $0.execute(sql: "REINDEX") }
    case .journalMode: try write { _ = try String.fetchOne($0, sql: "PRAGMA journal_mode = WAL") }
    default: break
    }
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
