import Foundation
import MemoryModel

/// The Markdown files of a folder, those of its folders included.
struct MarkdownFiles {
  /// Paths below the folder, sorted.
  private(set) var paths: [String] = []
  /// Paths of the files that are something else.
  private(set) var others: [String] = []
  /// How many symbolic links there are; they are not followed.
  private(set) var links = 0
  /// How many folders lie too deep to be looked into.
  private(set) var tooDeep = 0
  /// Folders and files that may not be looked at.
  private(set) var unreadable: [String] = []

  private static let unreadableNamed = 3

  /// Looks for the files; what is hidden, such as `.git`, is left out.
  ///
  /// - Throws: `source_unreadable` for a folder that holds too much.
  init(in folder: SourceFolder) throws {
    var waiting: [(path: String, depth: Int)] = [("", 0)]
    var entries = 0
    while let (path, depth) = waiting.popLast() {
      guard let names = try? FileManager.default.contentsOfDirectory(atPath: folder.inner(path)) else {
        unreadable.append(path)
        continue
      }
      entries += names.count
      guard entries <= SourceFolder.entriesMaximum else {
        throw MemshError(
          .sourceUnreadable, "\(folder.path) holds more than \(SourceFolder.entriesMaximum) files",
          hint: "name the folder of the notes themselves")
      }
      for name in names where !name.hasPrefix(".") {
        let inner = path.isEmpty ? name : path + "/" + name
        let attributes = try? FileManager.default.attributesOfItem(atPath: folder.inner(inner))
        switch attributes?[.type] as? FileAttributeType {
        case .typeDirectory?:
          if depth < SourceFolder.depthMaximum { waiting.append((inner, depth + 1)) } else { tooDeep += 1 }
        case .typeSymbolicLink?: links += 1
        case .typeRegular? where MarkdownFiles.isMarkdown(name): paths.append(inner)
        case nil: unreadable.append(inner)
        default: others.append(inner)
        }
      }
    }
    paths.sort()
  }

  /// Whether a file is Markdown, by its name.
  static func isMarkdown(_ name: String) -> Bool {
    let name = name.lowercased()
    return name.hasSuffix(".md") || name.hasSuffix(".markdown")
  }

  /// What is left out, in a line each.
  var remarks: [String] {
    var remarks: [String] = []
    if !others.isEmpty { remarks.append("left out: \(counted(others.count, "file")) not in Markdown") }
    if links > 0 { remarks.append("not followed: \(counted(links, "symbolic link"))") }
    if tooDeep > 0 {
      remarks.append("left out: \(counted(tooDeep, "folder")) deeper than \(SourceFolder.depthMaximum) folders")
    }
    if !unreadable.isEmpty {
      let named = unreadable.sorted().prefix(MarkdownFiles.unreadableNamed).joined(separator: ", ")
      let rest = unreadable.count > MarkdownFiles.unreadableNamed ? ", …" : ""
      remarks.append("left out, because not readable: \(counted(unreadable.count, "entry")): \(named)\(rest)")
    }
    return remarks
  }
}
