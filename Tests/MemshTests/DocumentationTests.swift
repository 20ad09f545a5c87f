import Foundation
import MemoryModel
import Shell
import TestSupport
import Testing

/// What README, CONTRIBUTING and the articles say is there: links, files, commands, options, error codes.
@Suite struct DocumentationTests {
  private func exists(_ path: String) -> Bool { FileManager.default.fileExists(atPath: path) }

  @Test("every link leads to a file, an article or a heading that is there")
  func linksLead() throws {
    let articles = Dictionary(
      uniqueKeysWithValues: try Document.articles().map { article in
        (URL(fileURLWithPath: article.path).deletingPathExtension().lastPathComponent, article)
      })
    var count = 0
    for document in try Document.all() {
      for link in document.links {
        count += 1
        if link.hasPrefix("https://") {
          #expect(URL(string: link)?.host() != nil, "\(document.path): \(link)")
        } else if link.hasPrefix("doc:") {
          let parts = link.dropFirst("doc:".count).split(separator: "#", maxSplits: 1).map(String.init)
          let article = articles[parts.first ?? ""]
          #expect(article != nil, "\(document.path): there is no article \(link)")
          guard parts.count == 2 else { continue }
          let headings = article?.headings.map { $0.replacing(" ", with: "-") } ?? []
          #expect(headings.contains(parts[1]), "\(document.path): there is no heading \(link)")
        } else {
          #expect(exists(document.folder + "/" + link), "\(document.path): there is no \(link)")
        }
      }
    }
    #expect(count > 50, "the links are not found any more")
  }

  @Test("every article stands in the list of articles, and in the README")
  func isListed() throws {
    let (list, readme) = (try Document("\(Document.articleFolder)/memsh.md"), try Document("README.md"))
    for article in try Document.articles() where !article.path.hasSuffix("/memsh.md") {
      let file = URL(fileURLWithPath: article.path).lastPathComponent
      #expect(list.links.contains("doc:" + file.dropLast(".md".count)), "\(file) is not listed")
      #expect(readme.links.contains(article.path), "the README does not lead to \(file)")
    }
  }

  @Test("the keys that the prose on JSON shapes names are in the shapes, where it says")
  func namesKeys() throws {
    let prose = try Document("\(Document.articleFolder)/ScriptsAndAutomation.md").prose
    let start = try #require(prose.range(of: "What the shapes mean where their names do not say it:"))
    let list = prose[start.upperBound...].prefix(while: { $0 != "#" })
    let shapes = try String(
      contentsOfFile: "\(Memsh.package)/\(Document.articleFolder)/JSONShapes.md", encoding: .utf8
    ).components(separatedBy: "\n## ").dropFirst().map { section in
      (command: String(section.prefix { !$0.isNewline }), keys: section.matches(of: /\n *(\w+):/).map { String($0.1) })
    }
    let all = Set(shapes.flatMap(\.keys))
    let named = list.matches(of: /`([a-z]+(_[a-z]+)+)`/).map { String($0.1) }
    #expect(named.count > 5 && named.filter { !all.contains($0) } == [])
    for shape in shapes where shape.keys.contains("operation") || shape.keys.contains("operations") {
      let name = shape.command.prefix { $0 != " " }
      guard !["journal", "show"].contains(name) else { continue }
      let isList = ["doctor", "reembed", "undo"].contains(name)
      #expect(shape.keys.contains(isList ? "operations" : "operation"), "\(shape.command)")
      #expect(shape.keys.last == "dry_run", "\(shape.command)")
    }
  }

  @Test("the README is short, and its pictures are small")
  func isShort() throws {
    let readme = try String(contentsOfFile: Memsh.package + "/README.md", encoding: .utf8)
    #expect(readme.utf8.count <= 7_000)
    let pictures = try Document("README.md").links.filter { $0.hasSuffix(".svg") || $0.hasSuffix(".png") }
    #expect(!pictures.isEmpty)
    let sizes = pictures.map { FileManager.default.contents(atPath: Memsh.package + "/" + $0)?.count ?? .max }
    #expect(sizes.reduce(0, +) < 300_000)
  }

  @Test("every source file, script and option that is named is there")
  func namesWhatIsThere() throws {
    let commands = try CommandTable(World()).commands
    let help = try World().memsh.run(["--help"]).output
    let scripts = try String(contentsOfFile: Memsh.package + "/scripts/postgres", encoding: .utf8)
    let options = Set(commands.flatMap(\.arguments).map(\.option))
    for document in try Document.all() {
      let blocks = document.blocks.map(\.text).joined(separator: "\n")
      for name in (document.prose + blocks).matches(of: /scripts\/[a-z][a-z\/.-]*[a-z]/).map({ String($0.0) }) {
        // `scripts/bench-…` stands for several.
        let isOne = exists(Memsh.package + "/" + name) || name == "scripts/bench"
        #expect(isOne, "\(document.path): there is no \(name)")
      }
      for code in document.code {
        if code.wholeMatch(of: /[A-Za-z]+\/[A-Za-z\/+]+(\.swift)?/) != nil, !code.hasPrefix("scripts/") {
          let places = ["", "/Sources"].map { Memsh.package + $0 + "/" + code }
          let isPath = code.hasSuffix(".swift") || code.hasPrefix("Sources") || code.hasPrefix("Tests")
          #expect(!isPath || places.contains(where: exists), "\(document.path): there is no file \(code)")
        }
        guard !code.hasPrefix("scripts/"), !code.hasPrefix("swift ") else { continue }
        for option in code.matches(of: /(?:^|\s)(--[a-z][a-z-]+)/).map({ String($0.1) }) {
          let isThere =
            options.contains(option.replacing("--no-", with: "--")) || options.contains(option) || help.contains(option)
            || option == "--version"
          #expect(isThere || scripts.contains(option), "\(document.path): there is no option \(option)")
        }
      }
    }
  }

  @Test("every command that is named is one as it stands there")
  func namesCommands() throws {
    let world = try World()
    let commands = try CommandTable(world).commands
    let names = Set(commands.compactMap(\.words.first))
    // Words in capitals stand for something.
    let examples = ["SECONDS": "1", "FORMAT": "json", "COMMAND": "list", "NAME": "x", "FILE": "x", "ID": "1"]
    var lines: [String: String] = [:]
    // The table of commands shows their usage.
    for document in try Document.all() where !document.path.hasSuffix("/Commands.md") {
      for code in document.code {
        let words = code.split(separator: " ").map { examples[String($0)] ?? String($0) }
        guard words.count > 1, names.contains(words[0]), !code.contains("…"), !code.contains("|") else { continue }
        let command = commands.filter { words.starts(with: $0.words) }.max { $0.words.count < $1.words.count }
        let rest = words.dropFirst(command?.words.count ?? 1)
        if let command, rest.allSatisfy({ $0.hasPrefix("--") }) {
          // Options without their values.
          for option in rest { #expect(command.has(option), "\(document.path): \(code)") }
        } else {
          lines[words.joined(separator: " ")] = document.path
        }
      }
    }
    #expect(lines.count > 30, "the commands are not found any more")
    for (line, path) in lines.sorted(by: { $0.key < $1.key }) {
      let result = try world.memsh.run(["-y", "--check", "-c", line])
      #expect(result.status == 0, "\(path): \(line): \(result.errors)")
    }
  }

  @Test("the table of error codes has every code with its exit status")
  func listsErrorCodes() throws {
    let article = try Document("\(Document.articleFolder)/ScriptsAndAutomation.md")
    let rows = article.prose.matches(of: /(?m)^\| `([a-z_]+)` \| (\d+) \| .{10,} \|$/).map { "\($0.1) \($0.2)" }
    #expect(rows == ErrorCode.allCases.map { "\($0.rawValue) \(ExitStatus($0).rawValue)" })
  }

  @Test("what is not run says why, and what is shown as JSON is JSON")
  func isMarked() throws {
    for document in try Document.all() {
      for block in document.blocks {
        let place = "\(document.path):\(block.line)"
        #expect(["sh", "memsh", "json", "text"].contains(block.language), "\(place): \(block.language)")
        if case .notRun(let reason) = block.marking { #expect(reason.count > 5, "\(place) says not why") }
        guard block.language == "json" else { continue }
        #expect(throws: Never.self, "\(place)") { try JSONSerialization.jsonObject(with: Data(block.text.utf8)) }
      }
    }
  }

  private static let guide = Memsh.package + "/../shared/reference/migration-guide.md"

  @Test(
    "every heading of the migration guide can be found",
    .enabled(if: FileManager.default.fileExists(atPath: guide), "needs the migration guide"))
  func hasTheGuidesHeadings() throws {
    let own = Set(try Document.articles().flatMap(\.headings))
    // The first is the one of the page that quotes the guide; the others begin with a picture.
    let headings = try Document("../shared/reference/migration-guide.md").headings.dropFirst().map {
      String($0.drop { !$0.isLetter })
    }
    #expect(headings.count > 25)
    for heading in headings { #expect(own.contains(heading), "no article has the heading \(heading)") }
  }
}
