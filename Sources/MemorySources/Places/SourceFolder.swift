import Foundation
import MemoryModel

/// A folder that a memory system keeps.
struct SourceFolder {
  let path: String
  /// The names of what it holds, sorted.
  let names: [String]
  /// The state of its files at the first look.
  let fingerprint: String

  /// Looks at a folder.
  ///
  /// - Throws: `source_unreadable`.
  init(path: String) throws {
    self.path = path.count > 1 && path.hasSuffix("/") ? String(path.dropLast()) : path
    do { names = try FileManager.default.contentsOfDirectory(atPath: path).sorted() } catch {
      throw MemshError(.sourceUnreadable, "the folder \(path) cannot be read", cause: "\(error.localizedDescription)")
    }
    fingerprint = SourceFolder.state(of: self.path)
  }

  /// How deep the files of a store lie at most: notes in folders of folders.
  static let depthMaximum = 16
  /// The most files and folders that are looked at.
  static let entriesMaximum = 200_000

  func has(_ name: String) -> Bool { names.contains(name) }

  /// The path of something in it.
  func inner(_ name: String) -> String { path + "/" + name }

  func verifyUnchanged() throws {
    guard SourceFolder.state(of: path) == fingerprint else {
      throw MemshError.sourceChanged(path)
    }
  }

  /// The sum over the states of all files: their number, size, and last change.
  ///
  /// The index of a write-ahead log does not count: SQLite makes it for whoever reads.
  private static func state(of path: String) -> String {
    var (files, bytes, changed, entries) = (0, Int64(0), 0.0, 0)
    var waiting: [(path: String, depth: Int)] = [(path, 0)]
    while let (folder, depth) = waiting.popLast(), entries < entriesMaximum {
      let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
      for name in names where !name.hasSuffix("-shm") {
        entries += 1
        let inner = folder + "/" + name
        guard let attributes = try? FileManager.default.attributesOfItem(atPath: inner) else { continue }
        if attributes[.type] as? FileAttributeType == .typeDirectory {
          if depth < depthMaximum { waiting.append((inner, depth + 1)) }
          continue
        }
        files += 1
        bytes += (attributes[.size] as? NSNumber)?.int64Value ?? 0
        changed = max(changed, (attributes[.modificationDate] as? Date)?.timeIntervalSince1970 ?? 0)
      }
    }
    return "\(files) files, \(bytes) bytes, changed \(Timestamp(epoch: changed)?.iso8601 ?? "")"
  }
}
