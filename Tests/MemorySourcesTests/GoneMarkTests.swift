import Database
import Foundation
import MemoryModel
import MemorySources
import PostgresDriver
import TestSupport
import Testing

/// The condition of rows that live, as it is proposed for an unknown table.
@Suite struct GoneMarkTests {
  /// The proposed condition for the only table of a place, and the rows that live by it.
  private func proposed(
    _ place: FoundPlace, _ open: (SourceSelection) throws -> ForeignSource
  ) throws -> (live: String, rows: [String]) {
    guard case .tables(let tables) = place else { throw MemshError(.usage, "it was read") }
    let live = try #require(tables.tables.first?.likely?.live)
    var selection = SourceSelection()
    selection.table = tables.tables[0].name
    selection.mapping = [.content: "fact", .user: "owner"]
    selection.liveCondition = live
    return (live, try open(selection).allRows().compactMap { $0.content.json.stringValue }.sorted())
  }

  @Test("SQLite: every mark counts, and what says nothing is alive")
  func joinsMarks() throws {
    let folder = try TestFolder()
    let path = try folder.sqlite(
      "facts.db",
      """
      CREATE TABLE facts (fact TEXT, owner TEXT, deleted INTEGER, superseded_by TEXT, removed_at DATETIME,
        expires_at TEXT, expiration_date INTEGER);
      INSERT INTO facts VALUES ('a lives', 'ada', NULL, NULL, NULL, NULL, NULL), ('b lives', 'ada', 0, '', NULL, '', NULL),
        ('c lives', 'ada', 0, '', NULL, '2999-01-01T00:00:00Z', 32503680000000), ('deleted', 'ada', 1, NULL, NULL, NULL, NULL),
        ('superseded', 'ada', 0, 'x', NULL, NULL, NULL), ('removed', 'ada', 0, '', '2026-01-01', NULL, NULL),
        ('expired', 'ada', 0, '', NULL, '2020-01-01 00:00:00', NULL), ('over', 'ada', 0, '', NULL, NULL, 1577836800000);
      """)
    let (live, rows) = try proposed(SourceCatalog.inspect(path: path, SourceSelection())) {
      try ForeignSource.opened(path, $0)
    }
    #expect(
      live.hasPrefix(
        """
        COALESCE("deleted", 0) = 0 AND ("superseded_by" IS NULL OR "superseded_by" = '') AND "removed_at" IS NULL AND
        """), "\(live)")
    #expect(rows == ["a lives", "b lives", "c lives"], "\(live)")
  }

  @Test("PostgreSQL: every mark counts, and what says nothing is alive")
  func joinsMarksOfPostgres() throws {
    let database = try TestDatabase()
    try database.execute(
      """
      CREATE TABLE facts (fact text, owner text, deleted boolean, archived int, superseded_by text,
        expires_at timestamptz, expiration_date text);
      INSERT INTO facts VALUES ('a lives', 'ada', NULL, NULL, NULL, NULL, NULL),
        ('b lives', 'ada', false, 0, '', '2999-01-01', '2999-01-01T00:00:00Z'), ('c lives', 'ada', false, 0, '', NULL, ''),
        ('deleted', 'ada', true, 0, '', NULL, NULL), ('archived', 'ada', false, 1, '', NULL, NULL),
        ('superseded', 'ada', false, 0, 'x', NULL, NULL), ('expired', 'ada', false, 0, '', '2020-01-01', NULL),
        ('over', 'ada', false, 0, '', NULL, '2020-01-01');
      """)
    let driver = try PostgresDriver(connectionString: database.url, isReadOnly: true)
    let (live, rows) = try proposed(SourceCatalog.inspect(driver, SourceSelection())) {
      try ForeignSource.opened(database, $0)
    }
    #expect(live.hasPrefix(#""deleted" IS NOT TRUE AND COALESCE("archived", 0) = 0 AND "#), "\(live)")
    #expect(rows == ["a lives", "b lives", "c lives"], "\(live)")
  }
}
