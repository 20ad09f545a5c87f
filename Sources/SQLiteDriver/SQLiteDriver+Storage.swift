import Database
import Foundation
import MemoryModel

extension SQLiteDriver {
  /// The files of the store: how large each table is, SQLite tells only by reading all of them.
  package func storage() throws -> [StorageEntry] {
    let names = [
      (path, "the store"), (path + "-wal", "not yet in the store"), (VectorFile.path(ofStore: path), "copy"),
    ]
    return names.compactMap { file, state in
      let size = try? FileManager.default.attributesOfItem(atPath: file)[.size] as? NSNumber
      return size.map {
        StorageEntry(
          name: URL(fileURLWithPath: file).lastPathComponent, kind: "file", state: state, bytes: $0.int64Value)
      }
    }
  }
}
