import MemoryModel

/// Where the vectors of one collection stand: in its index, or still in the queue of changes in front of it.
struct ChromaVectors {
  /// Where one vector stands.
  enum Place {
    /// The place of an element of the index.
    case element(Int)
    /// The number of a change in the queue.
    case change(Int64)
  }

  /// nil where there is no index yet.
  private(set) var index: ChromaIndex?
  /// Why the index cannot be used, and with it no vector of the collection; nil where it can.
  private(set) var failure: String?
  /// The number of the last change that is in the index.
  private(set) var indexedUpTo: Int64 = 0
  /// By the id of the row: the number of a change, or the place of an element, as its complement.
  private var places: [ExactText: Int64] = [:]

  /// Reads which rows the index of a collection holds.
  init(_ collection: ChromaCollection, in store: ChromaStore) throws {
    do { try readIndex(of: collection, in: store) } catch let error as MemshError where error.code == .sourceUnreadable
    {
      failure = error.message
    }
  }

  private mutating func readIndex(of collection: ChromaCollection, in store: ChromaStore) throws {
    // An index is written when so many changes have come; until then all of them are in the queue.
    guard let folder = try store.indexFolder(of: collection) else { return }
    let index = try ChromaIndex(folder: folder, isScaled: collection.isCosine)
    self.index = index
    let table = try ChromaLabels(path: folder + "/" + ChromaStore.labelFile)
    indexedUpTo = collection.indexedUpTo ?? table.indexedUpTo ?? 0
    let elements = try index.places()
    places.reserveCapacity(table.labels.count)
    for (id, label) in table.labels {
      if let element = elements[label] { places[ExactText(id)] = ~Int64(element) }
    }
  }

  /// Where the vector of a row stands; nil when it has none.
  func place(of id: String) -> Place? {
    places[ExactText(id)].map { $0 < 0 ? .element(Int(~$0)) : .change($0) }
  }

  /// Does what a change in the queue does once Chroma takes it over.
  fileprivate mutating func apply(_ operation: Int64, _ change: Int64, to id: String, hasVector: Bool) {
    let id = ExactText(id)
    let isPresent = places[id] != nil
    switch operation {
    // A row that is there is not added again, and one that is not there is not updated.
    case 0 where !isPresent && hasVector, 1 where isPresent && hasVector, 2 where hasVector: places[id] = change
    case 3: places[id] = nil
    default: break
    }
  }

  /// Finds the vectors of all collections, or of one.
  ///
  /// - Returns: The vectors in the order of the store's collections; nil for those that are left out.
  /// - Throws: `source_unreadable`.
  static func all(in store: ChromaStore, collection wanted: String?) throws -> [ChromaVectors?] {
    var all = try store.collections.map { wanted == nil || $0.name == wanted ? try ChromaVectors($0, in: store) : nil }
    guard let first = all.compactMap({ $0?.indexedUpTo }).min() else { return all }
    // The topic of a change ends in the collection's id.
    var places: [String: Int] = [:]
    for (place, collection) in store.collections.enumerated() where all[place] != nil { places[collection.id] = place }
    try store.database.rows(
      "SELECT seq_id, operation, topic, id, vector IS NOT NULL FROM embeddings_queue WHERE seq_id > \(first) ORDER BY seq_id"
    ) { row in
      guard case .integer(let change) = try row.value(0), case .integer(let operation) = try row.value(1),
        case .text(let topic) = try row.value(2), let id = try row.value(3).idText, change >= 0
      else {
        throw MemshError(
          .sourceUnreadable, "\(store.database.path) is damaged: a change in embeddings_queue cannot be read")
      }
      guard let name = topic.split(separator: "/").last, let place = places[String(name)],
        change > all[place]?.indexedUpTo ?? 0
      else { return }
      all[place]?.apply(operation, change, to: id, hasVector: try row.value(4) == .integer(1))
    }
    return all
  }
}

/// Which label of the index each row has: `index_metadata.pickle`.
private struct ChromaLabels {
  private(set) var labels: [(id: String, label: UInt64)] = []
  /// The number of the last change that is in the index, which 0.4 keeps here.
  let indexedUpTo: Int64?

  /// How many values the file may have: those of two million rows, in three dicts.
  private static let valuesMaximum = 12_000_000
  private static let bytesMaximum = 256 << 20

  init(path: String) throws {
    let file = try RandomAccessFile(path: path)
    guard file.count <= ChromaLabels.bytesMaximum else {
      throw MemshError.chromaIndex(
        path, "it is larger than \(ChromaLabels.bytesMaximum >> 20) MB, the most that is read")
    }
    let bytes = try file.bytes(count: file.count)
    let value: PickleValue
    do {
      value = try bytes.withUnsafeBytes { bytes throws(Pickle.Failure) in
        try Pickle.read(
          bytes, valuesMaximum: ChromaLabels.valuesMaximum, leavingEmpty: ["label_to_id", "id_to_seq_id"])
      }
    } catch { throw MemshError.chromaIndex(path, "\(error)") }
    // Up to 0.5 an object holds what a dict does from 1.0 on.
    let fields = if case .object(_, let state) = value { state } else { value }
    guard case .dict(let pairs)? = fields["id_to_label"] else {
      throw MemshError.chromaIndex(path, "it has no id_to_label")
    }
    labels = try pairs.map { pair in
      guard let id = pair.key.idText, case .int(let label) = pair.value, label >= 0 else {
        throw MemshError.chromaIndex(path, "a label in it is not a number")
      }
      return (id, UInt64(label))
    }
    indexedUpTo = if case .int(let number)? = fields["max_seq_id"] { number } else { nil }
  }
}

extension PickleValue {
  /// A string as an id, as ``SourceValue/idText`` gives it.
  fileprivate var idText: String? {
    switch self {
    case .string(let text): text
    case .bytes(let bytes): SourceValue.bytes(bytes, isText: true).idText
    default: nil
    }
  }
}
