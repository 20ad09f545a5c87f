import Foundation
import MemoryModel

/// Notes in Markdown, a memory each paragraph or item of a list: a folder of Letta Code, of Claude Code, of Basic Memory, of
/// anybody, or one file.
extension MemorySystem {
  static let markdown = MemorySystem(name: "Markdown") { place, selection in
    switch place {
    case .tables: return nil
    case .folder(let folder):
      guard !UnreadSystem.claims(folder) else { return nil }
      let files = try MarkdownFiles(in: folder)
      guard !files.paths.isEmpty else { return nil }
      // Text files lie beside everything: a store among them is what is meant, unless somebody says otherwise.
      guard selection.system != nil || InnerStores.among(files.others, in: folder).isEmpty else { return nil }
      return MarkdownReader(folder: folder.path, files.paths, remarks: files.remarks)
    case .file(let document):
      guard MarkdownFiles.isMarkdown(document.name) else { return nil }
      let folder = URL(fileURLWithPath: document.path).deletingLastPathComponent().path
      return MarkdownReader(folder: folder, [document.name], remarks: [])
    }
  }
}

/// Reads Markdown files, one after the other.
final class MarkdownReader: ForeignReader {
  private let folder: String
  private let files: [String]
  private let remarksOnFolder: [String]
  private var known: Contents?

  private static let fileBytesMaximum = 16 << 20
  private static let filesNamed = 3

  init(folder: String, _ files: [String], remarks: [String]) {
    self.folder = folder
    self.files = files
    remarksOnFolder = remarks
  }

  var system: String { "Markdown" }

  var parts: [String] {
    files.count <= MarkdownReader.filesNamed ? files : ["\(files.count) Markdown files"]
  }

  var remarks: [String] { remarksOnFolder + contents.remarks }

  func counts() throws -> [RowState: Int64] { [.live: Int64(contents.memories)] }

  func readRows(decodingVectors: Bool, _ body: (SourceRow) throws -> Void) throws {
    for file in files { _ = try read(file, body) }
  }

  /// What the files hold, and what is not taken over of it.
  private struct Contents {
    var memories = 0
    var relations = 0
    var comments = 0
    var notYAML = 0
    var unreadable: [String] = []

    var remarks: [String] {
      var remarks: [String] = []
      if relations > 0 {
        remarks.append("left out: \(counted(relations, "relation")) between notes, not something remembered")
      }
      if comments > 0 { remarks.append("left out: \(counted(comments, "comment"))") }
      if notYAML > 0 {
        remarks.append(
          "kept as text in metadata.front_matter: front matter of \(counted(notYAML, "file")), not plain YAML")
      }
      return remarks + unreadable
    }
  }

  private var contents: Contents {
    if let known { return known }
    let found = files.reduce(into: Contents()) { contents, file in
      let (summary, note, problem) = read(file) { _ in }
      contents.memories += summary.memories
      contents.relations += summary.relations
      contents.comments += summary.comments
      contents.notYAML += note?.isFrontMatterUnreadable == true ? 1 : 0
      contents.unreadable += problem.map { [$0] } ?? []
    }
    known = found
    return found
  }

  /// Reads a file; one that cannot be read is handed over as one row, which will be rejected.
  private func read(
    _ file: String, _ body: (SourceRow) throws -> Void
  ) rethrows -> (summary: MarkdownNote.Summary, note: MarkdownNote?, problem: String?) {
    let path = folder + "/" + file
    let bytes: [UInt8]
    do throws(MemshError) {
      bytes = try WholeFile.bytes(path, limitBytes: MarkdownReader.fileBytesMaximum, code: .sourceUnreadable)
      if let encoding = TextEncoding(of: bytes) { throw encoding.refusal(of: path, .sourceUnreadable) }
    } catch {
      var row = SourceRow(key: RowKey.of(file), legacyID: nil)
      row.otherColumns = [("file", .text(file)), ("problem", .text(error.message))]
      row.nameUserAfterMetadata()
      try body(row)
      return (MarkdownNote.Summary(memories: 1), nil, error.message)
    }
    let attributes = try? FileManager.default.attributesOfItem(atPath: path)
    let changed = (attributes?[.modificationDate] as? Date)?.timeIntervalSince1970
    let note = MarkdownNote(file: file, bytes: bytes, changed: changed)
    return (try note.read(body), note, nil)
  }
}
