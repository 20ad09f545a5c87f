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
    fingerprint = SourceFolder.state(of: self.path, depthsLeft: SourceFolder.depthMaximum)
  }

  /// How deep the files of a store lie at most (Qdrant: `collection/NAME/storage.sqlite`).
  private static let depthMaximum = 3

  func has(_ name: String) -> Bool { names.contains(name) }

  /// The path of something in it.
  func inner(_ name: String) -> String { path + "/" + name }

  func verifyUnchanged() throws {
    guard SourceFolder.state(of: path, depthsLeft: SourceFolder.depthMaximum) == fingerprint else {
      throw MemshError.sourceChanged(path)
    }
  }

  /// The sum over the states of all files: their number, size, and last change.
  private static func state(of path: String, depthsLeft: Int) -> String {
    var (files, bytes, changed) = (0, Int64(0), 0.0)
    func visit(_ folder: String, _ depthsLeft: Int) {
      for name in (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? [] {
        let inner = folder + "/" + name
        guard let attributes = try? FileManager.default.attributesOfItem(atPath: inner) else { continue }
        if attributes[.type] as? FileAttributeType == .typeDirectory {
          if depthsLeft > 0 { visit(inner, depthsLeft - 1) }
          continue
        }
        files += 1
        bytes += (attributes[.size] as? NSNumber)?.int64Value ?? 0
        changed = max(changed, (attributes[.modificationDate] as? Date)?.timeIntervalSince1970 ?? 0)
      }
    }
    visit(path, depthsLeft)
    return "\(files) files, \(bytes) bytes, changed \(Timestamp(epoch: changed)?.iso8601 ?? "")"
  }
}
