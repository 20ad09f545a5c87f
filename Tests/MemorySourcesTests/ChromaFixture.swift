import Foundation
import TestSupport

/// A small Chroma store, made as its library makes it: tables, and an index of some of the vectors.
struct ChromaFixture {
  /// A vector of the index under an id.
  struct Element {
    let id: String
    let values: [Float]
    var isDeleted = false
  }

  static let collection = "11111111-2222-3333-4444-555555555555"
  static let segment = "aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee"

  let folder: TestFolder
  /// The folder of the index.
  var index: String { folder.file(ChromaFixture.segment) }

  /// Makes the tables of 1.x with a collection `notes`.
  ///
  /// - Parameter sql: Further statements, such as rows.
  init(space: String = "l2", _ sql: String = "") throws {
    folder = try TestFolder()
    try folder.sqlite(
      "chroma.sqlite3",
      """
      CREATE TABLE collections (id TEXT PRIMARY KEY, name TEXT NOT NULL, dimension INTEGER, database_id TEXT,
        config_json_str TEXT, schema_str TEXT);
      CREATE TABLE segments (id TEXT PRIMARY KEY, type TEXT NOT NULL, scope TEXT NOT NULL, collection TEXT);
      CREATE TABLE collection_metadata (collection_id TEXT, key TEXT, str_value TEXT, int_value INTEGER,
        float_value REAL, bool_value INTEGER, PRIMARY KEY (collection_id, key));
      CREATE TABLE segment_metadata (segment_id TEXT, key TEXT, str_value TEXT, int_value INTEGER, float_value REAL,
        bool_value INTEGER, PRIMARY KEY (segment_id, key));
      CREATE TABLE embeddings (id INTEGER PRIMARY KEY, segment_id TEXT NOT NULL, embedding_id TEXT NOT NULL,
        seq_id BLOB NOT NULL, created_at TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP, UNIQUE (segment_id, embedding_id));
      CREATE TABLE embedding_metadata (id INTEGER, key TEXT NOT NULL, string_value TEXT, int_value INTEGER,
        float_value REAL, bool_value INTEGER, PRIMARY KEY (id, key));
      CREATE TABLE embedding_metadata_array (id INTEGER NOT NULL, key TEXT NOT NULL, string_value TEXT, int_value INTEGER,
        float_value REAL, bool_value INTEGER);
      CREATE TABLE max_seq_id (segment_id TEXT PRIMARY KEY, seq_id INTEGER);
      CREATE TABLE embeddings_queue (seq_id INTEGER PRIMARY KEY, created_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP,
        operation INTEGER NOT NULL, topic TEXT NOT NULL, id TEXT NOT NULL, vector BLOB, encoding TEXT, metadata TEXT);
      INSERT INTO collections (id, name, dimension) VALUES ('\(ChromaFixture.collection)', 'notes', 2);
      INSERT INTO segments VALUES ('\(ChromaFixture.segment)', 'hnsw', 'VECTOR', '\(ChromaFixture.collection)'),
        ('meta', 'sqlite', 'METADATA', '\(ChromaFixture.collection)');
      INSERT INTO segment_metadata (segment_id, key, str_value) VALUES ('\(ChromaFixture.segment)', 'hnsw:space', '\(space)');
      \(sql)
      """)
  }

  /// The statements of a row with a document.
  static func row(_ number: Int, _ id: String, _ document: String, segment: String = "meta") -> String {
    """
    INSERT INTO embeddings (id, segment_id, embedding_id, seq_id) VALUES (\(number), '\(segment)', '\(id)', \(number));
    INSERT INTO embedding_metadata (id, key, string_value) VALUES (\(number), 'chroma:document', '\(document)');
    """
  }

  /// The statement of a change in the queue; 0 adds, 1 updates, 2 does either, 3 deletes.
  static func change(
    _ number: Int, _ operation: Int, _ id: String, _ values: [Float]? = nil, collection: String = collection
  ) -> String {
    let vector = values.map { "X'" + bytes($0).map { String(format: "%02x", $0) }.joined() + "'" } ?? "NULL"
    return """
      INSERT INTO embeddings_queue (seq_id, operation, topic, id, vector, encoding) VALUES (\(number), \(operation),
        'persistent://default/default/\(collection)', '\(id)', \(vector), \(values == nil ? "NULL" : "'FLOAT32'"));
      """
  }

  /// Writes the four files of an index of 2-dimensional vectors, scaled to length one with their lengths beside them.
  func writeIndex(_ elements: [Element], upTo sequence: Int? = nil) throws {
    try FileManager.default.createDirectory(atPath: index, withIntermediateDirectories: true)
    let (linkBytes, size) = (12, 12 + 8 + 8)
    let numbers = [0, elements.count + 10, elements.count, size, linkBytes + 8, linkBytes]
    try write("header.bin", bytes([Int32(1)]) + bytes(numbers.map(UInt64.init)) + [UInt8](repeating: 0, count: 48))
    var (level, lengths): ([UInt8], [Float]) = ([], [])
    for (place, element) in elements.enumerated() {
      level += [0, 0, element.isDeleted ? 1 : 0] + [UInt8](repeating: 0, count: linkBytes - 3)
      level += bytes(element.values) + bytes([label(place)])
      lengths.append(2)
    }
    try write("data_level0.bin", level)
    try write("length.bin", bytes(lengths))
    try write("index_metadata.pickle", pickle(elements, upTo: sequence))
  }

  /// Writes one file of the index.
  func write(_ name: String, _ bytes: [UInt8]) throws {
    try Data(bytes).write(to: URL(fileURLWithPath: index + "/" + name))
  }

  /// Reads one file of the index.
  func read(_ name: String) throws -> [UInt8] { Array(try Data(contentsOf: URL(fileURLWithPath: index + "/" + name))) }

  /// The labels are not the places.
  private func label(_ place: Int) -> UInt64 { UInt64(place + 7) }

  private func pickle(_ elements: [Element], upTo sequence: Int?) -> [UInt8] {
    func text(_ text: String) -> [UInt8] { [0x8C, UInt8(text.utf8.count)] + Array(text.utf8) }
    func number(_ number: UInt32) -> [UInt8] { [0x4A] + bytes([number]) }
    var pickle: [UInt8] = [0x80, 4, 0x7D, 0x28]
    pickle += text("max_seq_id") + (sequence.map { number(UInt32($0)) } ?? [0x4E])
    pickle += text("id_to_label") + [0x7D, 0x28]
    for (place, element) in elements.enumerated() { pickle += text(element.id) + number(UInt32(label(place))) }
    pickle += [0x75] + text("label_to_id") + [0x7D, 0x28]
    for (place, element) in elements.enumerated() { pickle += number(UInt32(label(place))) + text(element.id) }
    return pickle + [0x75, 0x75, 0x2E]
  }

  private func bytes<Number>(_ numbers: [Number]) -> [UInt8] { ChromaFixture.bytes(numbers) }

  private static func bytes<Number>(_ numbers: [Number]) -> [UInt8] { numbers.withUnsafeBytes(Array.init) }
}
