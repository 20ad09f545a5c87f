import Foundation
import MemoryModel

extension MemorySystem {
  /// mem0 with its store in FAISS: of each collection an index, `NAME.faiss`, and its documents, `NAME.json` or `NAME.pkl`.
  static let mem0Faiss = MemorySystem(name: "mem0 (FAISS)") { place, _ in
    let collections: [FaissCollection]
    switch place {
    case .tables: return nil
    case .file(let document): collections = try FaissCollection(file: document.path).map { [$0] } ?? []
    case .folder(let folder):
      guard let store = try folder.store(of: "FAISS", { $0.names.contains { $0.hasSuffix(".faiss") } }) else {
        return nil
      }
      collections = try store.names.filter { $0.hasSuffix(".faiss") }.compactMap {
        try FaissCollection(file: store.inner($0))
      }
    }
    guard !collections.isEmpty else { return nil }
    let rows = collections.flatMap { $0.rows.map(\.row) }
    let vectors = collections.flatMap { collection in collection.rows.map { (index: collection.index, place: $0.place) }
    }
    let lineBreaks = zip(rows, vectors).count { row, vector in
      vector.index != nil && row.content.idText?.utf8.contains(0x0A) ?? false
    }
    return HeldRows(
      "mem0 (FAISS)", parts: collections.map(\.name), rows,
      remarks: collections.compactMap(\.remark) + Mem0Payload.remarks(textsWithLineBreaks: Int64(lineBreaks))
    ) { number in
      guard case (let index?, let place?) = vectors[number] else { return .missing }
      return index.vector(place)
    }
  }
}

/// A collection of mem0's in FAISS.
private struct FaissCollection {
  let name: String
  /// The memories, and where their vectors stand in ``index``.
  let rows: [(row: SourceRow, place: Int?)]
  /// nil where nobody can tell which vector is whose.
  let index: FaissIndex?
  let remark: String?

  /// Reads a collection, one of whose files is named; nil where these are not mem0's.
  init?(file: String) throws {
    let url = URL(fileURLWithPath: file)
    guard ["faiss", "json", "pkl"].contains(url.pathExtension) else { return nil }
    let stem = url.deletingPathExtension().path
    guard FileManager.default.fileExists(atPath: stem + ".faiss"), let documents = try FaissDocuments(stem: stem) else {
      return nil
    }
    let name = url.deletingPathExtension().lastPathComponent
    self.name = name
    let today = Mem0Payload.today
    rows = documents.payloads.map { id, payload in
      var row = SourceRow(key: RowKey.of(id, in: name), legacyID: id)
      row.collection = name
      if let payload {
        Mem0Payload.fill(&row, from: payload, today: today)
      } else {
        row.fault = "the payload holds what JSON cannot"
      }
      return (row, documents.places[ExactText(id)])
    }
    do {
      let found = try FaissIndex(path: stem + ".faiss")
      let isSound = found.count == documents.numbered && documents.places.count == documents.numbered
      index = isSound ? found : nil
      remark = isSound ? nil : FaissCollection.remark(name, vectors: found.count, ids: documents.numbered)
    } catch {
      index = nil
      remark = "the vectors of \(name) are left out, because \(stem).faiss cannot be read: \(error)"
    }
  }

  private static func remark(_ name: String, vectors: Int, ids: Int) -> String {
    "the vectors of \(name) are left out: its index holds \(vectors) for \(counted(ids, "memory")), because mem0 up to 1.0 leaves those "
      + "of updated and deleted ones there and numbers the others anew, so that nobody can tell whose they are"
  }
}

/// The file beside an index: what mem0 knows of each vector.
private struct FaissDocuments {
  /// Ids with their payloads; nil where one has no form as JSON.
  var payloads: [(id: String, payload: JSON?)] = []
  /// Where the vector of an id stands in the index.
  var places: [ExactText: Int] = [:]
  /// How many places the file gives.
  var numbered = 0

  private static let instead =
    "save what mem0's get_all() answers for each user as a JSON file, and `migrate --from` these: they come without vectors"

  /// Reads `NAME.json`, else `NAME.pkl`; nil where there is neither, or another program wrote it.
  init?(stem: String) throws {
    if FileManager.default.fileExists(atPath: stem + ".json") {
      try self.init(json: stem + ".json")
    } else if FileManager.default.fileExists(atPath: stem + ".pkl") {
      try self.init(pickle: stem + ".pkl")
    } else {
      return nil
    }
  }

  private init?(json path: String) throws {
    let document = try SourceDocument.wholeJSON(
      path, what: "the documents of a FAISS index", instead: FaissDocuments.instead)
    guard case .object(let payloads)? = document[key: "docstore"],
      case .object(let ids)? = document[key: "index_to_id"]
    else { return nil }
    self.payloads = payloads.map { ($0.key, $0.value) }
    for member in ids { place(member.value.stringValue, Int(member.key)) }
  }

  private init?(pickle path: String) throws {
    let bytes = try SourceDocument.wholeBytes(path, instead: FaissDocuments.instead)
    let value: PickleValue
    do { value = try bytes.withUnsafeBytes { try Pickle.read($0) } } catch let failure as Pickle.Failure {
      throw MemshError(.sourceUnreadable, "\(path) is not a pickle that mem0 writes: \(failure)")
    }
    guard case .tuple(let parts) = value, parts.count == 2, case .dict(let payloads) = parts[0],
      case .dict(let ids) = parts[1]
    else { return nil }
    for pair in payloads {
      guard case .string(let id) = pair.key else { return nil }
      self.payloads.append((id, pair.value.json))
    }
    for pair in ids {
      guard case .int(let number) = pair.key, case .string(let id) = pair.value else { return nil }
      place(id, Int(exactly: number))
    }
  }

  private mutating func place(_ id: String?, _ place: Int?) {
    numbered += 1
    if let id, let place { places[ExactText(id)] = place }
  }
}
