import Foundation
import MemoryModel

/// The Markdown files of a folder, those of its folders included.
struct MarkdownFiles {
  /// Paths below the folder, sorted.
  private(set) var paths: [String] = []
  /// How many files are something else.
  private(set) var others = 0
  /// How many symbolic links there are; they are not followed.
  private(set) var links = 0
  /// How many folders lie too deep to be looked into.
  private(set) var tooDeep = 0

  /// Looks for the files; what is hidden, such as `.git`, is left out.
  ///
  /// - Throws: `source_unreadable` for a folder that holds too much.
  init(in folder: SourceFolder) throws {
    var waiting: [(path: String, depth: Int)] = [("", 0)]
    var entries = 0
    while let (path, depth) = waiting.popLast() {
      let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path + "/" + path)) ?? []
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
        default: others += 1
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
    [
      others.counted("file is not Markdown and is left out", "files are not Markdown and are left out"),
      links.counted("symbolic link is not followed", "symbolic links are not followed"),
      tooDeep.counted(
        "folder lies deeper than \(SourceFolder.depthMaximum) folders and is left out",
        "folders lie deeper than \(SourceFolder.depthMaximum) folders and are left out"),
    ].compactMap { $0 }
  }
}

extension Int {
  /// The number with what it counts; nil for none.
  func counted(_ one: String, _ several: String) -> String? {
    self == 0 ? nil : "\(self) \(self == 1 ? one : several)"
  }
}
