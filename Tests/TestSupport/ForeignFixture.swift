import Foundation
import MemoryModel

/// A committed store of another memory system, with what is in it: see Tests/Fixtures/foreign/README.md.
package struct ForeignFixture: Sendable, CustomStringConvertible {
  /// The name of its folder.
  package let name: String
  /// What truth.json says.
  package let truth: JSON

  package var description: String { name }

  /// The folder of all of them.
  package static let folder = Memsh.package + "/Tests/Fixtures/foreign"

  /// All of them, by name.
  package static let all: [ForeignFixture] = ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? [])
    .sorted().compactMap { name in
      guard let data = FileManager.default.contents(atPath: "\(folder)/\(name)/truth.json"),
        let truth = try? JSONParser.parse(String(decoding: data, as: UTF8.self))
      else { return nil }
      return ForeignFixture(name: name, truth: truth)
    }

  /// The file or folder to migrate.
  package var store: String { "\(ForeignFixture.folder)/\(name)/\(truth[key: "store"]?.stringValue ?? "")" }
  /// Whether the store is the text of a PostgreSQL database.
  package var isDump: Bool { store.hasSuffix(".sql") }
  /// How the name begins that memsh gives its system.
  package var system: String { truth[key: "system"]?.stringValue ?? "" }
  /// Options of `migrate`.
  package var options: [String] { truth[key: "options"]?.arrayValue?.compactMap(\.stringValue) ?? [] }
  /// The live memories.
  package var memories: [JSON] { truth[key: "memories"]?.arrayValue ?? [] }
  /// Whether any memory has a vector.
  package var hasVectors: Bool { memories.contains { $0[key: "vector"] != nil } }

  /// Fills a database with a dump.
  package func load(into database: TestDatabase) throws {
    let dump = FileManager.default.contents(atPath: store) ?? Data()
    try database.execute(String(decoding: dump, as: UTF8.self))
  }
}
