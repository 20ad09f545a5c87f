import Foundation
import MemoryModel

/// A Markdown file: its front matter, and the memories in it.
struct MarkdownNote {
  /// The path below the folder.
  let file: String
  /// What stands between the lines `---` at its beginning, without the times.
  private(set) var frontMatter = JSON.object([])
  /// Whether there is front matter that is not YAML; it is kept as text.
  private(set) var isFrontMatterUnreadable = false

  private let lines: MarkdownLines
  private var firstLine = 0
  private var created: String?
  private var updated: String?

  private static let frontMatterBytesMaximum = 65_536
  private static let createdKeys = ["created", "created_at", "date"]
  private static let updatedKeys = ["updated", "updated_at", "modified"]

  /// Reads a file's front matter.
  ///
  /// - Parameters:
  ///   - changed: When the file was written, in seconds since the epoch.
  init(file: String, bytes: [UInt8], changed: Double?) {
    self.file = file
    lines = MarkdownLines(bytes)
    readFrontMatter()
    created = takeTime(MarkdownNote.createdKeys)
    updated = takeTime(MarkdownNote.updatedKeys) ?? changed.flatMap(Timestamp.init(epoch:))?.iso8601
  }

  private mutating func readFrontMatter() {
    guard lines.count > 0, lines[0].isWords("---") else { return }
    var (text, last) = ([UInt8](), 1)
    while last < lines.count, !lines[last].isWords("---"), !lines[last].isWords("...") {
      text += lines[last].bytes + [.newline]
      // What has no end is a line across the page, and text.
      guard text.count <= MarkdownNote.frontMatterBytesMaximum else { return }
      last += 1
    }
    guard last < lines.count else { return }
    let yaml = String(decoding: text, as: UTF8.self)
    switch try? YAML.json(yaml) {
    case .object(let members)?: frontMatter = .object(members)
    case .null?: break
    case nil:
      isFrontMatterUnreadable = true
      frontMatter = .object([JSON.Member("front_matter", .string(yaml.trimmed))])
    default: return
    }
    firstLine = last + 1
  }

  /// Takes the first of the named members that is a time out of the front matter.
  private mutating func takeTime(_ keys: [String]) -> String? {
    for key in keys {
      guard let text = frontMatter[key: key]?.stringValue, let moment = Timestamp(parsing: text),
        Timestamp.storable.contains(moment), let rest = frontMatter.taking([key])?.rest
      else { continue }
      frontMatter = rest
      return text
    }
    return nil
  }

  /// What was read of a note.
  struct Summary {
    var memories = 0
    var comments = 0
    var relations = 0
  }

  /// Hands over its memories, in their order.
  func read(_ body: (SourceRow) throws -> Void) rethrows -> Summary {
    var summary = Summary()
    var occurrences: [Int: Int] = [:]
    var blocks = MarkdownBlocks(lines, from: firstLine)
    let isBasicMemory = BasicMemory.wrote(frontMatter)
    while let block = blocks.next() {
      guard let text = String(validating: block.text, as: UTF8.self) else {
        summary.memories += 1
        var row = row(block, key: "line:" + block.text.hexadecimal)
        row.content = .bytes(block.text, isText: true)
        try body(row)
        continue
      }
      if isBasicMemory, block.isItem, block.isDone == nil, BasicMemory.isRelation(text) {
        summary.relations += 1
        continue
      }
      summary.memories += 1
      let occurrence = occurrences[text.hashValue, default: 0]
      occurrences[text.hashValue] = occurrence + 1
      var row = row(block, key: "\(ContentHash.hex(of: text))/\(occurrence)")
      row.content = .text(text)
      if isBasicMemory, block.isItem, block.isDone == nil { MarkdownNote.takeObservation(text, into: &row) }
      try body(row)
    }
    summary.comments = blocks.comments
    return summary
  }

  private func row(_ block: MarkdownBlock, key: String) -> SourceRow {
    var row = SourceRow(key: RowKey.of("\(file)#\(key)"), legacyID: nil)
    row.metadata = .json(frontMatter)
    row.createdAt = created.map(SourceValue.text) ?? .null
    row.updatedAt = updated.map(SourceValue.text) ?? .null
    row.otherColumns = [("file", .text(file))]
    if !block.headings.isEmpty {
      row.otherColumns.append(("heading", .text(block.headings.joined(separator: " > "))))
    }
    if let isDone = block.isDone { row.otherColumns.append(("done", .json(.bool(isDone)))) }
    row.nameUserAfterMetadata()
    return row
  }

  private static func takeObservation(_ text: String, into row: inout SourceRow) {
    let observation = BasicMemory.observation(text)
    row.content = .text(observation.text)
    if let category = observation.category { row.category = .text(category) }
    if let context = observation.context { row.otherColumns.append(("context", .text(context))) }
    guard !observation.tags.isEmpty else { return }
    let tags = observation.tags.map(JSON.string)
    let ofNote = row.metadata.document?[key: "tags"]
    if let ofNote = ofNote?.arrayValue, let metadata = row.metadata.document {
      let known = Set(ofNote)
      row.metadata = .json(metadata.setting("tags", to: .array(ofNote + tags.filter { !known.contains($0) })))
    } else {
      row.otherColumns.append((ofNote == nil ? "tags" : "observation_tags", .json(.array(tags))))
    }
  }
}
