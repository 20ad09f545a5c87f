import Foundation
import MemoryModel

/// Chroma from 0.4 on, with the collections that LangChain, MemPalace, mem0 and others keep in it.
extension MemorySystem {
  static let chroma = MemorySystem(name: "Chroma") { place, selection in
    guard let database = try chromaTables(place), let store = try ChromaStore(database) else { return nil }
    return try ChromaReader(store, selection)
  }

  private static let chromaFile = "chroma.sqlite3"

  /// The tables in a place: the file itself, in the folder, or in the only one of its folders that has it.
  private static func chromaTables(_ place: SourcePlace) throws -> SQLiteTables? {
    switch place {
    case .tables(let tables): return tables as? SQLiteTables
    case .file: return nil
    case .folder(let folder):
      if folder.has(chromaFile) { return try SQLiteTables(path: folder.inner(chromaFile)) }
      let paths = folder.names.map { folder.inner($0) + "/" + chromaFile }.filter(FileManager.default.fileExists)
      guard paths.count < 2 else {
        throw MemshError(
          .sourceUnsupported, "\(folder.path) holds \(paths.count) stores of Chroma",
          hint: "name one of them: \(paths[0])")
      }
      return try paths.first.map(SQLiteTables.init)
    }
  }
}

extension ChromaStore {
  /// Whether mem0 wrote a row `e`: its texts are metadata, and there is no document.
  static let isMem0 = "NOT \(has("chroma:document")) AND \(has("data")) AND \(has("hash"))"

  /// Whether a row `e` is past the date that mem0 has given it.
  static func isExpired(_ today: String) -> String {
    let day = "[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]"
    return has("expiration_date", "AND m.string_value GLOB '\(day)*' AND substr(m.string_value, 1, 10) < '\(today)'")
  }

  /// Whether a row `e` has a key in its metadata.
  static func has(_ key: String, _ condition: String = "") -> String {
    "EXISTS (SELECT 1 FROM embedding_metadata m WHERE m.id = e.id AND m.key = '\(key)' \(condition))"
  }

  /// Whether the first row is one of mem0's.
  func isMem0() throws -> Bool {
    try database.first(
      "SELECT \(ChromaStore.isMem0) FROM \(liveRows) ORDER BY e.id LIMIT 1", columns: 1) == [.integer(1)]
  }

  /// What a person should know before the rows are read.
  func remarks() throws -> [String] {
    var remarks: [String] = []
    let rows = try database.count("count(*)", from: "embeddings")
    let known =
      "embeddings e WHERE e.segment_id IN (SELECT s.id FROM segments s JOIN collections c ON c.id = s.collection)"
    let orphans = rows - (try database.count("count(*)", from: known))
    if orphans > 0 { remarks.append("left out: \(counted(orphans, "row")) of deleted collections") }
    let empty = try database.count(
      "count(*)",
      from: "\(liveRows) AND NOT \(ChromaStore.has("chroma:document")) AND NOT (\(ChromaStore.isMem0))")
    if empty > 0 { remarks.append("nothing to remember in \(counted(empty, "row")) without a document") }
    let lineBreaks = try database.count(
      "count(*)",
      from:
        "\(liveRows) AND \(ChromaStore.isMem0) AND \(ChromaStore.has("data", "AND instr(m.string_value, char(10)) > 0"))"
    )
    remarks += Mem0Payload.remarks(textsWithLineBreaks: lineBreaks)
    for collection in entityCollections {
      remarks.append("the collection \(collection.name) holds what mem0 found in memories, and is left out")
    }
    for collection in collections
    where collection.indexedUpTo != nil && (try? indexFolder(of: collection)) == .some(nil) {
      remarks.append("the index of the collection \(collection.name) is missing: most of its vectors are lost")
    }
    return remarks
  }
}
