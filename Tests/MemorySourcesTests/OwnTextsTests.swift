import Database
import Foundation
import MemoryModel
import MemorySources
import TestSupport
import Testing

/// Tables of sqlite-vec that have their texts themselves, beside tables that are not theirs.
@Suite struct OwnTextsTests {
  /// The inner tables of two vectors with the texts `own 1` and `own 2`, as the extension lays them out.
  private func vectors(_ name: String) -> String {
    """
    PRAGMA writable_schema = ON;
    INSERT INTO sqlite_master (type, name, tbl_name, rootpage, sql) VALUES
      ('table', '\(name)', '\(name)', 0, 'CREATE VIRTUAL TABLE \(name) USING vec0(embedding float[2], +content text)');
    PRAGMA writable_schema = OFF;
    CREATE TABLE \(name)_rowids (rowid INTEGER PRIMARY KEY, id, chunk_id INTEGER, chunk_offset INTEGER);
    CREATE TABLE \(name)_chunks (chunk_id INTEGER PRIMARY KEY, size INTEGER, validity BLOB, rowids BLOB);
    CREATE TABLE \(name)_vector_chunks00 (rowid INTEGER PRIMARY KEY, vectors BLOB);
    CREATE TABLE \(name)_auxiliary (rowid INTEGER PRIMARY KEY, value00);
    INSERT INTO \(name)_rowids VALUES (1, NULL, 1, 0), (2, NULL, 1, 1);
    INSERT INTO \(name)_chunks VALUES (1, 8, x'03', zeroblob(64));
    INSERT INTO \(name)_vector_chunks00 VALUES (1, zeroblob(64));
    INSERT INTO \(name)_auxiliary VALUES (1, 'own 1'), (2, 'own 2');
    """
  }

  @Test("their own texts are taken, not those of any table that has the same row numbers")
  func takesOwn() throws {
    let folder = try TestFolder()
    let path = try folder.sqlite(
      "a.db",
      vectors("items")
        + "CREATE TABLE sessions (id INTEGER PRIMARY KEY, title TEXT); INSERT INTO sessions VALUES (1, 'x'), (2, 'y'), (3, 'z');"
    )
    let rows = try ForeignSource.opened(path).allRows()
    #expect(rows.map(\.content) == [.text("own 1"), .text("own 2")])
    #expect(rows.allSatisfy { $0.vector == Vector([0, 0]) })
  }

  @Test("those of the table after which theirs is called come first")
  func takesNamed() throws {
    let folder = try TestFolder()
    let path = try folder.sqlite(
      "a.db",
      vectors("vec_notes")
        + "CREATE TABLE notes (id INTEGER PRIMARY KEY, body TEXT); INSERT INTO notes VALUES (1, 'long 1'), (2, 'long 2');"
    )
    #expect(try ForeignSource.opened(path).allRows().map(\.content) == [.text("long 1"), .text("long 2")])
  }
}
