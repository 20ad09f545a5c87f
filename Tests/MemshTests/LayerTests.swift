import Foundation
import TestSupport
import Testing

/// The table of the layers in the article on the architecture, compared with the manifest and the sources.
@Suite struct LayerTests {
  /// A target of the package.
  private struct Layer {
    let row: Int
    let imports: Set<String>
  }

  /// What the article says.
  private static func documented() throws -> [String: Layer] {
    let article = try Document("\(Document.articleFolder)/Architecture.md")
    let rows = article.prose.matches(of: /(?m)^\| (\d) \| `(\w+)` \|.*\|([^|]*)\|$/)
    return Dictionary(
      uniqueKeysWithValues: rows.map { row in
        (String(row.2), Layer(row: Int(row.1) ?? 0, imports: Set(row.3.matches(of: /`(\w+)`/).map { String($0.1) })))
      })
  }

  /// The dependencies of each target below Sources, of the package's own, as the manifest has them.
  private static func declared() throws -> [String: Set<String>] {
    let manifest = try String(contentsOfFile: Memsh.package + "/Package.swift", encoding: .utf8)
    let names = try FileManager.default.contentsOfDirectory(atPath: Memsh.package + "/Sources")
    let targets = manifest.components(separatedBy: "name: \"").dropFirst()
    return Dictionary(
      uniqueKeysWithValues: names.map { name in
        // The product has the name of a target, and no dependencies.
        let parts = targets.filter { $0.hasPrefix(name + "\"") }
        let lists = parts.compactMap { $0.firstMatch(of: /dependencies: \[([^\]]*)\]/) }.map { String($0.1) }
        let declared = lists.joined(separator: " ").matches(of: /"(\w+)"/).map { String($0.1) }
        return (name, Set(declared).intersection(names))
      })
  }

  /// What the files of a target import, of the package's own.
  private static func imported(by target: String, of names: Set<String>) throws -> Set<String> {
    let folder = Memsh.package + "/Sources/" + target
    var found: Set<String> = []
    for case let file as String in FileManager.default.enumerator(atPath: folder) ?? .init()
    where file.hasSuffix(".swift") {
      let text = try String(contentsOfFile: folder + "/" + file, encoding: .utf8)
      let imports = text.matches(of: /(?m)^(?:@\w+ |package |internal |private |fileprivate )*import (?:\w+ )?(\w+)/)
      found.formUnion(imports.map { String($0.1) })
    }
    return found.intersection(names)
  }

  @Test("the table has every target with exactly what it depends on")
  func isComplete() throws {
    let (documented, declared) = (try Self.documented(), try Self.declared())
    #expect(documented.keys.sorted() == declared.keys.sorted())
    for (name, imports) in declared { #expect(documented[name]?.imports == imports, "\(name)") }
  }

  @Test("no file imports what its target may not, and no target depends on what none of its files imports")
  func importsOnlyWhatItMay() throws {
    let documented = try Self.documented()
    for (name, layer) in documented {
      let imported = try Self.imported(by: name, of: Set(documented.keys).subtracting([name]))
      // C files include headers instead.
      if name != "LazyLibraries" { #expect(imported == layer.imports, "\(name)") }
    }
  }

  @Test("every target imports only what stands below it")
  func pointsDown() throws {
    let documented = try Self.documented()
    for (name, layer) in documented {
      for other in layer.imports {
        #expect((documented[other]?.row ?? .max) < layer.row, "\(name) imports \(other), which does not stand below it")
      }
    }
    // What the table would allow, and the house does not.
    #expect(documented["MemoryModel"]?.imports.isEmpty == true)
    #expect(documented["Database"]?.imports == ["MemoryModel"])
  }
}
