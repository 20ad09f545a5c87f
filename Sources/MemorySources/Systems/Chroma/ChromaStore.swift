import Foundation
import MemoryModel

/// A folder that Chroma keeps: the tables, and beside them a folder for the index of each collection.
struct ChromaStore {
  let database: SQLiteTables
  /// The folder that the tables stand in.
  let folder: String
  /// Those that hold memories, sorted by their names.
  let collections: [ChromaCollection]
  /// Those in which mem0 keeps the people and places that it finds in memories.
  let entityCollections: [ChromaCollection]
  /// Whether lists in metadata are kept, as from 1.0 on.
  let keepsLists: Bool
  /// Whether metadata have a column for true and false.
  let keepsFlags: Bool
  /// What tells the version.
  let version: String

  /// Looks at the tables; nil when they are not Chroma's.
  ///
  /// - Throws: `source_unreadable`.
  init?(_ database: SQLiteTables) throws {
    let list = try database.tables()
    guard let collections = list.table("collections", with: "id", "name"),
      list.table("segments", with: "id", "type", "scope", "collection") != nil,
      list.table("embeddings", with: "id", "segment_id", "embedding_id", "created_at") != nil,
      let metadata = list.table("embedding_metadata", with: "id", "key", "string_value", "int_value", "float_value"),
      list.table("embeddings_queue", with: "seq_id", "operation", "topic", "id", "vector", "encoding") != nil,
      list.table("max_seq_id", with: "segment_id", "seq_id") != nil
    else { return nil }
    self.database = database
    folder = URL(fileURLWithPath: database.path).deletingLastPathComponent().path
    keepsFlags = metadata.has("bool_value")
    let lists = list.table(
      "embedding_metadata_array", with: "id", "key", "string_value", "int_value", "float_value", "bool_value")
    keepsLists = try lists != nil && database.first("SELECT 1 FROM embedding_metadata_array LIMIT 1", columns: 1) != nil
    version =
      lists != nil
      ? "tables of 1.x" : collections.has("config_json_str") ? "tables of 0.5 or 0.6" : "tables of 0.4"
    var (memories, entities): ([ChromaCollection], [ChromaCollection]) = ([], [])
    for collection in try ChromaCollection.all(collections, in: list, database) {
      if try collection.holdsEntities(database) { entities.append(collection) } else { memories.append(collection) }
    }
    (self.collections, entityCollections) = (memories, entities)
  }

  /// The file of an index that says which row is which; it is written last.
  static let labelFile = "index_metadata.pickle"

  /// The folder of a collection's index; nil when there is none yet.
  ///
  /// - Throws: `source_unreadable` for a name that is none of Chroma's.
  func indexFolder(of collection: ChromaCollection) throws -> String? {
    guard let segment = collection.vectorSegment else { return nil }
    guard segment.utf8.allSatisfy({ $0 == UInt8(ascii: "-") || Character(UnicodeScalar($0)).isHexDigit }) else {
      throw MemshError(.sourceUnreadable, "\(database.path) is damaged: the segment \(segment) is not named by a UUID")
    }
    let path = folder + "/" + segment
    return FileManager.default.fileExists(atPath: path + "/" + ChromaStore.labelFile) ? path : nil
  }

  /// The rows `e` of the collections that are read; a deleted collection may leave rows behind.
  var liveRows: String {
    let segments = entityCollections.map { "AND s.id <> \($0.metadataSegment.quotedLiteral)" }.joined(separator: " ")
    return """
      embeddings e WHERE e.segment_id IN (SELECT s.id FROM segments s JOIN collections c ON c.id = s.collection \
      WHERE s.scope = 'METADATA' \(segments))
      """
  }
}

/// One collection.
struct ChromaCollection {
  let id: String
  /// Its name; with its id where others have the same one.
  let name: String
  /// What its rows are marked with.
  let metadataSegment: String
  /// The folder of its index; nil where it never had one.
  let vectorSegment: String?
  /// The number of the last change that the index holds; nil where the tables do not say.
  let indexedUpTo: Int64?
  /// Whether vectors are compared by their direction, so that the index holds them scaled to length one.
  let isCosine: Bool

  /// Reads all of them.
  ///
  /// - Throws: `source_unreadable`.
  static func all(
    _ table: TableList.Table, in list: TableList, _ database: SQLiteTables
  ) throws -> [ChromaCollection] {
    let segments = try segments(database)
    let indexed = try sequence(database)
    let spaces = try spaces(in: list, database)
    let settings = ["schema_str", "config_json_str"].map { table.has($0) ? $0 : "NULL" }.joined(separator: ", ")
    var found: [(id: String, name: String, settings: [SourceValue])] = []
    try database.rows("SELECT id, name, \(settings) FROM collections ORDER BY name, id") { row in
      guard let id = try row.value(0).idText, let name = try row.value(1).idText else { return }
      found.append((id, name, [try row.value(2), try row.value(3)]))
    }
    let names = Dictionary(found.map { ($0.name, 1) }, uniquingKeysWith: +)
    return found.compactMap { collection in
      guard let metadata = segments[.init(collection: collection.id, scope: "METADATA")] else { return nil }
      let vector = segments[.init(collection: collection.id, scope: "VECTOR")]
      // A collection's own metadata can be replaced later, those of its index cannot.
      let space =
        vector.flatMap { spaces[$0] } ?? spaces[collection.id]
        ?? collection.settings.lazy.compactMap { $0.document?.chromaSpace }.first
      return ChromaCollection(
        id: collection.id,
        name: names[collection.name] == 1 ? collection.name : "\(collection.name) (\(collection.id))",
        metadataSegment: metadata, vectorSegment: vector, indexedUpTo: vector.flatMap { indexed[$0] },
        isCosine: space == "cosine")
    }
  }

  /// Whether these are what mem0 has found in memories, and not memories.
  fileprivate func holdsEntities(_ database: SQLiteTables) throws -> Bool {
    guard name.hasSuffix("_entities") else { return false }
    let isEntity = "\(ChromaStore.has("entity_type")) AND \(ChromaStore.has("data"))"
    return try database.first(
      "SELECT \(isEntity) FROM embeddings e WHERE e.segment_id = \(metadataSegment.quotedLiteral) LIMIT 1", columns: 1)
      == [.integer(1)]
  }

  private struct SegmentKey: Hashable {
    let collection: String
    let scope: String
  }

  private static func segments(_ database: SQLiteTables) throws -> [SegmentKey: String] {
    var segments: [SegmentKey: String] = [:]
    try database.rows("SELECT id, collection, scope FROM segments ORDER BY id") { row in
      guard let id = try row.value(0).idText, let collection = try row.value(1).idText,
        let scope = try row.value(2).idText
      else { return }
      segments[SegmentKey(collection: collection, scope: scope)] = id
    }
    return segments
  }

  /// The number of the last change that each segment holds.
  private static func sequence(_ database: SQLiteTables) throws -> [String: Int64] {
    var numbers: [String: Int64] = [:]
    try database.rows("SELECT segment_id, seq_id FROM max_seq_id") { row in
      guard let segment = try row.value(0).idText else { return }
      guard let number = try row.value(1).chromaSequence else {
        throw MemshError(
          .sourceUnreadable, "\(database.path) is damaged: the seq_id of the segment \(segment) is not a number")
      }
      numbers[segment] = number
    }
    return numbers
  }

  /// How vectors are compared, by the ids of collections and segments that say so in their metadata.
  private static func spaces(in list: TableList, _ database: SQLiteTables) throws -> [String: String] {
    var spaces: [String: String] = [:]
    for (table, column) in [("collection_metadata", "collection_id"), ("segment_metadata", "segment_id")] {
      guard list.table(table, with: column, "key", "str_value") != nil else { continue }
      try database.rows("SELECT \(column), str_value FROM \(table) WHERE key = 'hnsw:space'") { row in
        if let id = try row.value(0).idText, let space = try row.value(1).idText { spaces[id] = space }
      }
    }
    return spaces
  }
}

extension SourceValue {
  /// The number of a change: eight bytes with the highest first up to 0.5, and a number from 1.0 on.
  var chromaSequence: Int64? {
    switch self {
    case .integer(let number): number
    case .bytes(let bytes, _) where bytes.count == 8: Int64(exactly: bytes.reduce(UInt64(0)) { $0 << 8 | UInt64($1) })
    default: nil
    }
  }
}

extension JSON {
  /// How vectors are compared, in the settings of a collection: of 1.x, of 1.0, and of 0.5.
  fileprivate var chromaSpace: String? {
    let config = self[key: "keys"]?[key: "#embedding"]?[key: "float_list"]?[key: "vector_index"]?[key: "config"]
    return (config ?? self[key: "hnsw"] ?? self[key: "hnsw_configuration"])?[key: "space"]?.stringValue
  }
}
