import Foundation
import TestSupport

/// A page of the documentation, taken apart: README, CONTRIBUTING or an article.
struct Document: Sendable {
  /// What is typed or shown, between a pair of ``` lines.
  struct Block: Sendable {
    /// What a comment before it says of running it.
    enum Marking: Sendable, Equatable {
      case sqlite, postgres, both
      /// Why it is not run.
      case notRun(String)
    }

    let language: String
    let text: String
    let marking: Marking
    /// The line that it begins in, from 1.
    let line: Int

    var isRun: Bool {
      if case .notRun = marking { return false }
      return ["sh", "memsh"].contains(language)
    }
  }

  /// Its path below the package's folder.
  let path: String
  /// Its lines outside of blocks, as one text.
  let prose: String
  let blocks: [Block]

  /// The folder that its links start from.
  var folder: String { URL(fileURLWithPath: Memsh.package + "/" + path).deletingLastPathComponent().path }

  /// What stands in backquotes.
  var code: [String] { prose.matches(of: /`([^`\n]+)`/).map { String($0.1) } }

  /// Where its links and pictures lead to.
  var links: [String] {
    prose.matches(of: /\]\(([^)\s]+)\)/).map { String($0.1) }
      + prose.matches(of: /<((?:doc|https?):[^>\s]+)>/).map { String($0.1) }
  }

  /// Its headings.
  var headings: [String] { prose.matches(of: /(?m)^#+ (.+)$/).map { String($0.1) } }

  init(_ path: String) throws {
    self.path = path
    var (prose, blocks, block) = ([Substring](), [Block](), [Substring]())
    var (language, marking) = (nil as String?, Block.Marking.sqlite)
    let text = try String(contentsOfFile: Memsh.package + "/" + path, encoding: .utf8)
    for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
      if let known = language {
        guard line == "```" else {
          block.append(line)
          continue
        }
        blocks.append(
          Block(
            language: known, text: block.joined(separator: "\n") + "\n", marking: marking, line: index - block.count))
        (language, block, marking) = (nil, [], .sqlite)
      } else if line.hasPrefix("```") {
        language = String(line.dropFirst(3))
      } else if let comment = line.wholeMatch(of: /<!-- (not run|run): (.*) -->/) {
        marking =
          switch (comment.1, comment.2) {
          case ("run", "both"): .both
          case ("run", "postgres"): .postgres
          default: .notRun(String(comment.2))
          }
      } else {
        prose.append(line)
      }
    }
    (self.prose, self.blocks) = (prose.joined(separator: "\n"), blocks)
  }

  static let articleFolder = "Sources/memsh/memsh.docc"

  /// The articles.
  static func articles() throws -> [Document] {
    try FileManager.default.contentsOfDirectory(atPath: Memsh.package + "/" + articleFolder)
      .filter { $0.hasSuffix(".md") }.sorted().map { try Document(articleFolder + "/" + $0) }
  }

  /// All pages.
  static func all() throws -> [Document] { try [Document("README.md"), Document("CONTRIBUTING.md")] + articles() }
}
