import Foundation
import MemoryModel
import TestSupport
import Testing

@testable import MemorySources

/// What a hostile or a large place costs, and that what cannot be read is said.
@Suite struct SourceLimitTests {
  private let folder: TestFolder

  init() throws { folder = try TestFolder() }

  @Test("the time of comments and lists of tags that end far below is that of their length")
  func readsMarkdownInLittleTime() throws {
    func texts(_ text: String) throws -> [SourceValue] {
      try ForeignSource.opened(folder.write(text, to: "a.md")).allRows().map(\.content)
    }
    let growth = try timeGrowth(over: 5_000...40_000) { size throws in
      let open = String(repeating: "<!--\n\n", count: size)
      #expect(try texts(open + "--> x").count == size + 1)
      // A comment that ends with its line is one comment, whatever stands in it.
      #expect(try texts(open + "-->\n\ntea\n\n<!-- x --> y\n\n<!-- z -->") == [.text("tea"), .text("<!-- x --> y")])
      let tags = (0..<size / 8).map { "tag\($0)" }.joined(separator: ", ")
      let used = (0..<size / 2).map { "#more\($0)" }.joined(separator: " ")
      #expect(try texts("---\npermalink: x\ntags: [\(tags)]\n---\n- [fact] \(used)").count == 1)
    }
    #expect(growth < growthLimit, "\(growth)")
  }

  @Test("a list of Chroma's metadata may have any number of items, and a row any number of lists")
  func readsChromaListsInLittleTime() throws {
    let growth = try timeGrowth(over: 5_000...40_000) { size throws in
      let numbers = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < \(size))"
      let lists = "INSERT INTO embedding_metadata_array (id, key, int_value)"
      let store = try ChromaFixture(
        ChromaFixture.row(1, "a", "tea") + ChromaFixture.row(2, "b", "milk")
          + "INSERT INTO embedding_metadata (id, key, string_value) VALUES (1, 'other', 'value');"
          + "\(lists) \(numbers) SELECT 1, 'items', i FROM n; \(lists) \(numbers) SELECT 2, 'key' || i, i FROM n;"
          + "\(lists) VALUES (1, 'other', 7), (2, 'items', 8);")
      let rows = try ForeignSource.opened(store.folder.path).allRows()
      try #require(rows.count == 2)
      #expect(rows[0].metadata.document?[key: "items"]?.arrayValue == (1...Int64(size)).map(JSON.integer))
      // A value that is not a list is not replaced.
      #expect(rows[0].metadata.document?[key: "other"] == .string("value"))
      #expect(rows[1].metadata.document?[key: "items"] == .array([.integer(8)]))
      #expect(rows[1].metadata.document?[key: "key\(size)"] == .array([.integer(Int64(size))]))
    }
    #expect(growth < growthLimit, "\(growth)")
  }

  @Test("folders of notes that may not be looked at are named")
  func namesUnreadableFolders() throws {
    for name in ["open/a.md", "closed/b.md"] {
      let file = URL(fileURLWithPath: folder.file(name))
      try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
      try Data("tea".utf8).write(to: file)
    }
    chmod(folder.path, 0o755)
    chmod(folder.file("closed"), 0)
    defer { chmod(folder.file("closed"), 0o755) }
    let remarks = try asNobody {
      let source = try ForeignSource.opened(folder.path)
      #expect(try source.allRows().map(\.content) == [.text("tea")])
      return try source.survey().remarks
    }
    #expect(remarks == ["left out, because not readable: 1 entry: closed"])
  }

  /// Does something as a user to whom closed folders are closed: to root they are open.
  private func asNobody<Value>(_ body: () throws -> Value) throws -> Value {
    guard getuid() == 0 else { return try body() }
    // Of all calls this one concerns the calling thread only.
    let program = try #require(dlopen(nil, RTLD_NOW))
    let symbol = try #require(dlsym(program, "setfsuid"))
    let setUser = unsafeBitCast(symbol, to: (@convention(c) (UInt32) -> Int32).self)
    _ = setUser(65_534)
    defer { _ = setUser(0) }
    return try body()
  }

  @Test(
    "a file that would have to be held whole is refused above a limit, with what to do instead",
    arguments: [
      ("answer.json", #"{"results": [{"id": "1", "memory": "tea"}"#, "split the list"),
      ("export.json", #"{"export_metadata": {}, "memories": ["#, "split the list"),
      ("mem0.json", "{", "get_all()"), ("mem0.pkl", "", "get_all()"),
    ])
  func refusesLargeFiles(name: String, head: String, instead: String) throws {
    let path = try folder.write(head, to: name)
    if name.hasPrefix("mem0") { try folder.write("", to: "mem0.faiss") }
    truncate(path, off_t(SourceDocument.wholeBytesMaximum + 1))
    let error = try #require(throws: MemshError.self) { try ForeignSource.opened(path) }
    #expect(error.code == .sourceUnreadable)
    #expect(error.message == "\(path) cannot be read: it is larger than 16 MB, the most that is read")
    #expect(error.hint?.contains(instead) == true, "\(error.hint ?? "no hint")")
  }

  @Test(
    "a JSON file of many small values, which take far more memory than the file, is refused",
    arguments: [
      (#"{"results": [{"id": "1", "memory": "tea", "metadata": "#, "}]}", "split the list"),
      (#"{"export_metadata": {}, "memories": [{"content": "tea", "metadata": "#, "}]}", "split the list"),
    ])
  func refusesManyValues(head: String, end: String, instead: String) throws {
    let values = String(repeating: "[1],", count: SourceDocument.valuesMaximum / 2)
    let path = try folder.write(head + "[" + values + "1]" + end, to: "a.json")
    let error = try #require(throws: MemshError.self) { try ForeignSource.opened(path) }
    #expect(error.code == .sourceUnreadable)
    #expect(error.message == "\(path) cannot be read: it holds more than 1200000 values, the most that are read")
    #expect(error.hint?.contains(instead) == true, "\(error.hint ?? "no hint")")
  }

  @Test("a line of a graph that holds very many values is rejected as such")
  func rejectsManyValues() throws {
    let start = #"{"type":"entity","name":"ada","entityType":"person","observations":["#
    let values = String(repeating: "1,", count: SourceDocument.valuesMaximum)
    let path = try folder.write(start + "\"tea\"]}\n" + start + values + "1]}\n", to: "memory.jsonl")
    let faults = try ForeignSource.opened(path).allRows().map(\.fault)
    #expect(faults == [nil, "line 2 holds more than 1200000 values"])
  }

  @Test("a damaged system beside a store of memsh is said, and takes nothing away")
  func remarksOnDamagedNeighbours() throws {
    let tables = "CREATE TABLE memsh_settings (name TEXT, value TEXT);"
    func inspect(_ sql: String) throws -> (others: [String], remarks: [String]) {
      let store = try ChromaFixture(tables + sql)
      guard
        case .source(.memsh, let beside) = try SourceCatalog.inspect(
          path: store.folder.file("chroma.sqlite3"), SourceSelection())
      else { throw MemshError(.usage, "this is not a store of memsh") }
      return (beside.systems, beside.remarks)
    }
    let sound = try inspect("")
    #expect(sound.others == ["Chroma"])
    #expect(sound.remarks == [])
    let damaged = try inspect("INSERT INTO max_seq_id VALUES ('\(ChromaFixture.segment)', 'x');")
    #expect(damaged.others == [])
    #expect(damaged.remarks.count == 1)
    #expect(damaged.remarks.first?.hasPrefix("memories of Chroma cannot be read: ") == true)
    #expect(damaged.remarks.first?.hasSuffix("is not a number") == true)
  }
}
