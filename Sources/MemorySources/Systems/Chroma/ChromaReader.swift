import MemoryModel

/// Reads the rows of a Chroma store page by page: what the tables say of each, and its vector from wherever it stands.
final class ChromaReader: ForeignReader {
  let system: String
  private(set) var remarks: [String]
  var version: String? { store.version }
  var parts: [String] { store.collections.map(\.name) }

  private let store: ChromaStore
  private let selection: SourceSelection
  private let today = Mem0Payload.today
  /// The numbers of the collections by the segments that mark their rows.
  private let collections: [String: Int]

  /// Where the vectors stand, once somebody has asked; by the number of the collection.
  private var vectors: [ChromaVectors?]?

  /// How many rows are read at a time.
  private static let pageRows = 256

  init(_ store: ChromaStore, _ selection: SourceSelection) throws {
    self.store = store
    self.selection = selection
    collections = Dictionary(
      store.collections.enumerated().map { ($1.metadataSegment, $0) }, uniquingKeysWith: { first, _ in first })
    system = try store.isMem0() ? "mem0 (Chroma)" : "Chroma"
    remarks = try store.remarks()
  }

  func counts() throws -> [RowState: Int64] {
    let rows = try store.database.count("count(*)", from: store.liveRows)
    let expired = try store.database.count(
      "count(*)", from: "\(store.liveRows) AND \(ChromaStore.isMem0) AND \(ChromaStore.isExpired(today))")
    return [.live: rows - expired, .expired: expired]
  }

  func readRows(decodingVectors: Bool, _ body: (SourceRow) throws -> Void) throws {
    try store.database.reading {
      let expected = try store.database.count("count(*)", from: store.liveRows)
      let vectors = decodingVectors ? try foundVectors() : []
      var found: Int64 = 0
      var page = ChromaPage(store, collections)
      while try page.readNext(rows: ChromaReader.pageRows) {
        found += Int64(page.rows.count)
        try page.readMetadata()
        let places = page.rows.map { decodingVectors ? vectors[$0.collection]?.place(of: $0.id) : nil }
        let changes = try queued(places)
        for (row, place) in zip(page.rows, places) {
          var memory = memory(of: row)
          switch place {
          case .element(let place)?:
            if let vector = try vectors[row.collection]?.index?.vector(at: place) {
              memory.embedding = .checked(vector)
            }
          case .change(let number)?: memory.embedding = changes[number] ?? .missing
          case nil:
            guard decodingVectors, let failure = vectors[row.collection]?.failure else { break }
            memory.embedding = .unreadable(reason: failure, value: .null)
          }
          try body(memory)
        }
      }
      guard found == expected else {
        throw store.database.damaged("embeddings", expected: expected, found: found)
      }
    }
  }

  private func foundVectors() throws -> [ChromaVectors?] {
    if let vectors { return vectors }
    let found = try ChromaVectors.all(in: store, collection: selection.collection)
    for (collection, failure) in zip(store.collections, found.map { $0?.failure }) {
      guard let failure else { continue }
      remarks.append(
        "\(failure): the vectors of \(collection.name) are lost; `--embeddings regenerate` makes new ones of its texts")
    }
    vectors = found
    return found
  }

  /// What a row is to memsh, but for its vector.
  private func memory(of row: ChromaPage.Row) -> SourceRow {
    let collection = store.collections[row.collection].name
    var memory = SourceRow(key: RowKey.of(row.id, in: collection), legacyID: row.id)
    memory.collection = collection
    memory.createdAt = row.createdAt
    if row.isMem0 {
      Mem0Payload.fill(&memory, from: .object(row.metadata), today: today)
    } else {
      memory.content = row.document
      memory.metadata = .json(.object(row.metadata))
      memory.nameUserAfterMetadata()
    }
    return memory
  }

  /// The vectors of a page that stand in the queue, by the number of the change.
  private func queued(_ places: [ChromaVectors.Place?]) throws -> [Int64: SourceEmbedding] {
    let changes = places.compactMap { if case .change(let number)? = $0 { number } else { nil } }
    guard !changes.isEmpty else { return [:] }
    var vectors: [Int64: SourceEmbedding] = [:]
    let numbers = changes.map(String.init).joined(separator: ", ")
    try store.database.rows("SELECT seq_id, encoding, vector FROM embeddings_queue WHERE seq_id IN (\(numbers))") {
      row in
      guard case .integer(let number) = try row.value(0) else { return }
      let encoding = try row.value(1).idText ?? "no encoding"
      vectors[number] = try row.withBytes(2) { bytes, isText in
        guard encoding == "FLOAT32", !isText, let vector = Vector(littleEndianBytes: bytes), vector.dimensions > 0
        else {
          return .unreadable(
            reason: "\(bytes.count) bytes of \(encoding) are not a vector of 32-bit floats",
            value: .bytes(Array(bytes), isText: isText))
        }
        return .checked(vector)
      }
    }
    return vectors
  }
}

extension SourceEmbedding {
  /// A vector, or why it is none that a store takes.
  fileprivate static func checked(_ vector: Vector) -> SourceEmbedding {
    vector.isFinite
      ? .vector(vector)
      : .unreadable(
        reason: "it contains NaN or infinity", value: .bytes(vector.littleEndianBytes, isText: false))
  }
}
