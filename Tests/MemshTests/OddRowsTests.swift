import Foundation
import TestSupport
import Testing

/// Rows in PostgreSQL that its types allow and memsh never writes: none of them stops a command, or hides the others.
@Suite struct OddRowsTests {
  private let folder: TestFolder
  private let memsh: Memsh
  private let database: TestDatabase

  init() throws {
    folder = try TestFolder()
    memsh = Memsh(in: folder)
    database = try TestDatabase()
  }

  private func run(_ arguments: String...) throws -> Memsh.Result {
    try memsh.run(["-q", "-y", "--embedder", "hash", "-d", database.url] + arguments)
  }

  private func change(_ sql: String) throws { try database.connect().execute(unsafeSQL: sql) }

  @Test(
    "tags of any shape are shown in order, and nothing but them",
    arguments: [
      ("'{{alpha,beta},{gamma,delta}}'", ["alpha", "beta", "gamma", "delta"]),
      ("'{{{alpha}},{{beta}}}'", ["alpha", "beta"]), ("'{NULL,alpha,NULL}'", ["alpha"]),
      ("'[5:6]={alpha,beta}'", ["alpha", "beta"]), ("'{}'", []),
      ("array_fill('x'::text, ARRAY[2000,2])", Array(repeating: "x", count: 4_000)),
    ])
  func showsTags(value: String, expected: [String]) throws {
    #expect(try run("schema", "--create").status == 0)
    #expect(try run("seed").status == 0)
    try change("UPDATE prompt_fragments SET tags = \(value) WHERE id = 1")
    let shown = try run("fragments", "--output", "json")
    #expect(shown.status == 0, "\(shown.errors)")
    let rows = try #require(try JSONSerialization.jsonObject(with: Data(shown.output.utf8)) as? [[String: Any]])
    #expect(rows.count == 7)
    let first = rows.first { $0["id"] as? Int == 1 }
    #expect(
      (first?["tags"] as? String ?? (first?["tags"] as? [String])?.joined(separator: ", "))?
        .split(separator: ", ").map(String.init) == expected)
    let export = folder.file("tags.jsonl")
    #expect(try run("export", export).status == 0)
    let exported = try String(contentsOfFile: export, encoding: .utf8)
    #expect(exported.contains("[" + expected.map { "\"\($0)\"" }.joined(separator: ",") + "]"))
    #expect(try run("backup", folder.file("tags.db")).status == 0)
  }
}
