import Foundation
import MemoryModel
import TestSupport
import Testing

@testable import MemorySources

/// Folders in which notes in Markdown and stores lie side by side.
@Suite struct NotesBesideStoresTests {
  private static let store = """
    CREATE TABLE store (prefix VARCHAR, key VARCHAR, value VARCHAR, created_at VARCHAR, updated_at VARCHAR, PRIMARY KEY (prefix, key));
    INSERT INTO store VALUES ('memories.ada', 'k', '{"text": "tea"}', NULL, NULL);
    """

  private let folder: TestFolder

  init() throws {
    folder = try TestFolder()
    try FileManager.default.createDirectory(atPath: folder.file("a/b/c"), withIntermediateDirectories: true)
    try folder.write("# About\n\nThis is a project.\n", to: "README.md")
  }

  @Test("a store deeper in a folder with a README wins over the README", arguments: ["x.db", "a/x.db", "a/b/c/x.db"])
  func storeWins(path: String) throws {
    _ = try folder.sqlite(path, NotesBesideStoresTests.store)
    let error = try #require(throws: MemshError.self) { try ForeignSource.opened(folder.path) }
    #expect(error.code == .sourceNotADatabase && error.message.hasSuffix("is a folder with 2 stores in it"), "\(error)")
    #expect(error.hint?.hasSuffix("; `--system Markdown` takes the notes in Markdown") == true, "\(error)")
    guard case .folder(_, let stores) = try SourceCatalog.inspect(path: folder.path, SourceSelection()) else {
      Issue.record("the folder is not taken for one")
      return
    }
    #expect(
      stores == [
        InnerStore(path: folder.file(path), system: "LangGraph"),
        InnerStore(path: folder.path, system: "Markdown", needsName: true),
      ])
    var notes = SourceSelection()
    notes.system = "markdown"
    #expect(try ForeignSource.opened(folder.path, notes).allRows().map(\.content) == [.text("This is a project.")])
  }

  @Test("a database that holds no memories leaves the notes what they are")
  func takesNotes() throws {
    _ = try folder.sqlite("a/x.db", "CREATE TABLE orders (id INTEGER PRIMARY KEY, total INTEGER);")
    try folder.write("{}", to: "settings.json")
    #expect(try ForeignSource.opened(folder.path).allRows().count == 1)
  }
}
