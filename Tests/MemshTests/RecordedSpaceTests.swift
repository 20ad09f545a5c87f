import Database
import Foundation
import MemoryModel
import MemoryServices
import TestSupport
import Testing

/// A store whose record of its embedding space is damaged or forged.
@Suite struct RecordedSpaceTests {
  private static let forged = [
    #"{"provider": "p", "model": "m", "dimensions": 9223372036854775807}"#,
    #"{"provider": "p", "model": "m", "dimensions": 99999999999999999999}"#,
    #"{"provider": "p", "model": "m", "dimensions": -1}"#, #"{"provider": "p", "model": "m", "dimensions": 0}"#,
    #"{"provider": "p", "model": "m", "dimensions": 65536}"#, #"{"provider": "p", "model": "m", "dimensions": 1.5}"#,
    #"{"provider": "p", "model": "m", "dimensions": "16"}"#, #"{"provider": 1, "model": "m", "dimensions": 16}"#,
    #"{"provider": "p", "dimensions": 16}"#, #"[]"#, #"{}"#, #"null"#, #"16"#, #""hash""#,
    String(repeating: "[", count: 500) + String(repeating: "]", count: 500),
  ]

  @Test("a forged space is refused by name in every command, and the hint mends it", arguments: World.Kind.allCases)
  func refusesForgedSpaces(kind: World.Kind) throws {
    let world = try World(kind)
    func run(_ commands: String) throws -> Memsh.Result {
      try world.memsh.run(["-q", "-y", "--embedder", "hash", "-d", world.store, "-c", commands])
    }
    #expect(try run("set dimensions 16; schema --create; add 'Ada likes green tea' --user ada --force").status == 0)
    let commands = [
      "search tea", "list", "add 'more' --user ada --force", "stats", "doctor", "reembed", "recall",
      "export \(world.folder.file("a.jsonl"))", "backup \(world.folder.file("a.db"))", "prompt tea --user ada", "undo",
      "schema", "status",
    ]
    for (number, text) in Self.forged.enumerated() {
      try forge(text, in: world)
      // Every command with the first ones, and some with each.
      for command in number < 3 ? commands : Array(commands.prefix(3)) {
        let result = try run("set dimensions 16; " + command)
        #expect((0...4).contains(result.status), "\(text) \(command): status \(result.status)")
        guard !["schema", "status", "undo"].contains(command), kind == .postgres || text != "null" else { continue }
        #expect(result.errors.contains("embedding space cannot be read"), "\(text) \(command): \(result.errors)")
      }
    }
    let hint = try #require(try run("list").errors.firstMatch(of: /sql --write "([^"]*)"/))
    #expect(try run("sql --write \"\(hint.1)\"; set dimensions 16; schema --create; reembed; search tea").status == 0)
  }

  private func forge(_ text: String, in world: World) throws {
    if let database = world.database {
      try database.execute(
        "UPDATE memsh.settings SET value = '\(text)' WHERE key = 'embedding_space'")
    } else {
      try world.folder.sqlite(
        "store.db", "UPDATE memsh_settings SET value = '\(text)' WHERE key = 'embedding_space'")
    }
  }

  @Test("a space of a length that no vector has is none", arguments: [Int.min, -1, 0, 65_536, Int.max])
  func boundsLengths(dimensions: Int) {
    #expect(EmbeddingSpace(jsonText: #"{"provider": "p", "model": "m", "dimensions": \#(dimensions)}"#) == nil)
  }
}
