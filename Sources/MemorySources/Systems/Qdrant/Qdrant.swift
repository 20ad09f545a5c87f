import Foundation
import MemoryModel

extension MemorySystem {
  /// mem0 with its store in Qdrant's local mode, as it comes.
  static let mem0Qdrant = MemorySystem(name: "mem0 (Qdrant)") { place, _ in
    guard let store = try QdrantStore(place), store.collections.contains(where: { $0.form == .mem0 }) else {
      return nil
    }
    return store.reader("mem0 (Qdrant)") { $0 == .mem0 || $0 == .empty }
  }

  /// Other applications' stores in Qdrant's local mode.
  static let qdrant = MemorySystem(name: "Qdrant") { place, selection in
    guard let store = try QdrantStore(place) else { return nil }
    try store.refuseUnknown()
    // Who asks for Qdrant by its name gets mem0's collections, too.
    let takesAll = selection.system != nil
    func isRead(_ form: QdrantCollection.Form) -> Bool {
      switch form {
      case .text, .empty: true
      case .mem0: takesAll
      case .entities, .unknown: false
      }
    }
    guard store.collections.contains(where: { isRead($0.form) }) else { return nil }
    return store.reader("Qdrant", isRead)
  }
}

/// What Qdrant's local mode keeps in a folder: `meta.json`, and of each collection `collection/NAME/storage.sqlite`.
private struct QdrantStore {
  let path: String
  private(set) var collections: [QdrantCollection] = []
  private var remarks: [String] = []

  private static let file = "storage.sqlite"
  private static let keysShown = 12

  /// Opens a store, one of its collections, or the file of one; nil for any other place.
  init?(_ place: SourcePlace) throws {
    path = place.location
    switch place {
    case .file: return nil
    case .tables(let database):
      guard database is SQLiteTables, let collection = try QdrantCollection(QdrantStore.name(of: path), database) else {
        return nil
      }
      collections = [collection]
    case .folder(let folder):
      if folder.has(QdrantStore.file) {
        try add(QdrantStore.name(of: folder.inner(QdrantStore.file)), folder.path)
      } else if let root = try folder.store(of: "Qdrant", { $0.has("meta.json") && $0.has("collection") }) {
        try addAll(root.inner("collection"), list: root.inner("meta.json"))
      } else if URL(fileURLWithPath: folder.path).standardizedFileURL.lastPathComponent == "collection" {
        try addAll(folder.path, list: nil)
      }
      guard !collections.isEmpty || !remarks.isEmpty else { return nil }
    }
  }

  /// The name of the collection that a file belongs to: that of its folder.
  private static func name(of path: String) -> String {
    let url = URL(fileURLWithPath: path).standardizedFileURL
    return url.lastPathComponent == file
      ? url.deletingLastPathComponent().lastPathComponent : url.deletingPathExtension().lastPathComponent
  }

  /// The collections that `meta.json` lists: others are such as Qdrant has deleted.
  ///
  /// - Throws: `source_unreadable`.
  private static func listed(_ path: String) throws -> Set<String> {
    let hint = "name the folder of one collection, which is read without it"
    let document = try SourceDocument.wholeJSON(path, what: "Qdrant's list of collections", instead: hint)
    guard case .object(let members)? = document[key: "collections"] else {
      throw MemshError(.sourceUnreadable, "\(path) does not list the collections", hint: hint)
    }
    return Set(members.map(\.key))
  }

  /// Adds the collections in a folder.
  ///
  /// - Parameter list: The file that lists those which Qdrant knows; nil takes all.
  private mutating func addAll(_ folder: String, list: String?) throws {
    let names = try SourceFolder(path: folder).names.filter {
      FileManager.default.fileExists(atPath: folder + "/" + $0 + "/" + QdrantStore.file)
    }
    // Without a collection this may be anybody's folder.
    guard !names.isEmpty else { return }
    let listed = try list.map(QdrantStore.listed)
    for name in names {
      let inner = folder + "/" + name
      if let listed, !listed.contains(name) {
        remarks.append(
          "the collection \(name) is left out: meta.json does not list it, so that Qdrant does not know it")
      } else {
        try add(name, inner)
      }
    }
  }

  private mutating func add(_ name: String, _ folder: String) throws {
    let database = try SQLiteTables(path: folder + "/" + QdrantStore.file)
    if let collection = try QdrantCollection(name, database) { collections.append(collection) }
  }

  /// Reads the collections of some forms, and says of each other one that it is left out.
  func reader(_ system: String, _ isRead: (QdrantCollection.Form) -> Bool) -> QdrantReader {
    let others = collections.filter { !isRead($0.form) }.map { collection in
      switch collection.form {
      case .entities:
        "the collection \(collection.name) is left out: it holds what mem0 found in the memories, and no memories"
      case .mem0, .text, .empty:
        "the collection \(collection.name) is left out: another application made it; `--system qdrant` reads all"
      case .unknown(let keys):
        "the collection \(collection.name) is left out: its payloads have no text under a known key, but "
          + QdrantStore.shown(keys)
      }
    }
    return QdrantReader(system, collections.filter { isRead($0.form) }, remarks: remarks + others)
  }

  /// - Throws: `source_unsupported` where no collection has a text that could be a memory's.
  func refuseUnknown() throws {
    guard !collections.isEmpty else { return }
    let unknown = collections.compactMap { if case .unknown(let keys) = $0.form { keys } else { nil } }
    guard unknown.count == collections.count else { return }
    throw MemshError(
      .sourceUnsupported,
      "\(path) is a store of Qdrant whose payloads have no text under data, document, text, content or page_content",
      hint: "they have \(QdrantStore.shown(unknown.flatMap { $0 })); write them as JSON lines and `import` these")
  }

  private static func shown(_ keys: [String]) -> String {
    let shown = keys.prefix(keysShown).joined(separator: ", ") + (keys.count > keysShown ? ", …" : "")
    return shown.isEmpty ? "nothing" : shown
  }
}
