import Database
import Foundation
import MemoryModel
import TestSupport
import Testing

@testable import MemorySources

/// Folders: what tells one state from another, and what else stands in them.
@Suite struct FolderTests {
  private let folder: TestFolder

  init() throws { folder = try TestFolder() }

  /// A store of Qdrant's local mode whose only point stands in the write-ahead log.
  private func qdrant(_ name: String) throws -> String {
    let program = """
      import base64, json, os, pickle, shutil, sqlite3, sys, types
      module = types.ModuleType("models")
      for name in ["qdrant_client", "qdrant_client.http", "qdrant_client.http.models", "qdrant_client.http.models.models"]:
          sys.modules[name] = module
      class PointStruct:
          def __getstate__(self):
              return {"__dict__": {"id": "u1", "vector": [1.0, 2.0],
                      "payload": {"data": "tea", "hash": "x", "user_id": "ada", "score": float("nan"), "e\\u0301": 1, "\\u00e9": 2}}}
      PointStruct.__module__ = "qdrant_client.http.models.models"; PointStruct.__qualname__ = "PointStruct"
      module.PointStruct = PointStruct
      root, made = sys.argv[1], sys.argv[1] + "-made.db"
      os.makedirs(root + "/collection/a")
      json.dump({"collections": {"a": {}}}, open(root + "/meta.json", "w"))
      db = sqlite3.connect(made)
      db.execute("PRAGMA journal_mode = WAL")
      db.execute("CREATE TABLE points (id TEXT PRIMARY KEY, point BLOB)")
      db.execute("INSERT INTO points VALUES (?, ?)", (base64.b64encode(pickle.dumps("u1")).decode(), pickle.dumps(PointStruct())))
      db.commit()
      for end in ["", "-wal"]: shutil.copy(made + end, root + "/collection/a/storage.sqlite" + end)
      """
    _ = try Python3.run(program, folder.file(name))
    return folder.file(name)
  }

  @Test("a store with a write-ahead log is read, and its point is there")
  func readsLog() throws {
    let path = try qdrant("store")
    let log = path + "/collection/a/storage.sqlite-wal"
    #expect((try FileManager.default.attributesOfItem(atPath: log)[.size] as? NSNumber)?.intValue ?? 0 > 0)
    let source = try ForeignSource.opened(path)
    let rows = try source.allRows()
    #expect(rows.map(\.content) == [.text("tea")])
    #expect(FileManager.default.fileExists(atPath: path + "/collection/a/storage.sqlite-shm"))
    try source.verifyUnchanged()
    // A number that JSON has no form for, and two keys that are equal to Swift but not to the byte.
    #expect(rows[0].fault == nil)
    #expect(rows[0].metadata == .json(try JSONParser.parse("{\"score\":\"nan\",\"e\u{301}\":1,\"\u{e9}\":2}")))
    guard case .json(.object(let members)) = rows[0].metadata else { return }
    #expect(members.count == 3)
    try Data([0]).write(to: URL(fileURLWithPath: log))
    #expect(throws: MemshError.self) { try source.verifyUnchanged() }
  }

  @Test("a list of collections that cannot be read is an error", arguments: ["{\"collections\": {\"a\"", "{}"])
  func refusesList(text: String) throws {
    let path = try qdrant("store")
    try Data(text.utf8).write(to: URL(fileURLWithPath: path + "/meta.json"))
    #expect { try ForeignSource.opened(path) } throws: { error in
      (error as? MemshError)?.code == .sourceUnreadable && (error as? MemshError)?.message.contains("meta.json") == true
    }
  }

  @Test("a note in folders of folders that changes is noticed")
  func noticesDeepChange() throws {
    let inner = folder.file("a/b/c/d/e/f/g")
    try FileManager.default.createDirectory(atPath: inner, withIntermediateDirectories: true)
    try folder.write("- tea\n", to: "a/b/c/d/e/f/g/note.md")
    let source = try ForeignSource.opened(folder.path)
    #expect(try source.allRows().count == 1)
    try folder.write("- tea and milk\n", to: "a/b/c/d/e/f/g/note.md")
    #expect(throws: MemshError.self) { try source.verifyUnchanged() }
  }

  @Test("notes around a store are not read, which is said with the line that reads them")
  func tellsOfNotes() throws {
    _ = try qdrant("store")
    try folder.write("- milk\n", to: "a.md")
    try folder.write("- honey\n", to: "b.md")
    let source = try ForeignSource.opened(folder.path)
    #expect(source.description.kind == "mem0 (Qdrant)")
    let line = "`migrate --from \(folder.path.shellWord) --system Markdown` reads them"
    #expect(
      try source.survey().remarks.contains("the folder also holds 2 Markdown files, which are not read; \(line)"))
    var selection = SourceSelection()
    selection.system = "Markdown"
    #expect(
      try ForeignSource.opened(folder.path, selection).allRows().map(\.content) == [.text("milk"), .text("honey")])
    selection.system = "mem0 (Qdrant)"
    #expect(try !ForeignSource.opened(folder.path, selection).survey().remarks.contains { $0.contains("Markdown") })
  }
}
