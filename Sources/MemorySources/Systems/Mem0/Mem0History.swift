import Foundation
import MemoryModel

/// mem0's log of changes: it tells neither users nor which collection a memory is in, and has no vectors, so that it is not
/// read. The memories stand in a vector store, often beside it.
enum Mem0History {
  /// What to do with the log at a path.
  static func hint(_ path: String) -> String {
    let folder = URL(fileURLWithPath: path).standardizedFileURL.deletingLastPathComponent().path
    guard let store = store(in: folder, depthsLeft: 1) else {
      return
        "it is mem0's log, not its store: `migrate --from` the vector store that mem0 was set up with, such as /tmp/qdrant or a database"
    }
    return "it is mem0's log, not its store: `migrate --from \(store.shellWord)` reads the memories"
  }

  /// A vector store in a folder, or in a folder in it.
  private static func store(in path: String, depthsLeft: Int) -> String? {
    guard let folder = try? SourceFolder(path: path) else { return nil }
    if folder.has("meta.json"), folder.has("collection") { return path }
    if folder.has("chroma.sqlite3") || folder.names.contains(where: { $0.hasSuffix(".faiss") }) { return path }
    if folder.has("vector_store.db") { return folder.inner("vector_store.db") }
    guard depthsLeft > 0 else { return nil }
    return folder.names.lazy.compactMap { store(in: folder.inner($0), depthsLeft: depthsLeft - 1) }.first
  }
}
