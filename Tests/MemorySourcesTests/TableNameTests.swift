import MemoryModel
import TestSupport
import Testing

@testable import MemorySources

/// What `--table` and `--map` take for a name: as it is, as SQL writes it, and as a screen shows it.
@Suite struct TableNameTests {
  private static func selection(_ table: String, _ content: String) -> SourceSelection {
    var selection = SourceSelection()
    selection.table = table
    selection.mapping = [.content: content]
    return selection
  }

  @Test(
    "a table of PostgreSQL in a schema with a space",
    arguments: ["S ch.mem 0", #""S ch"."mem 0""#, #""S ch".mem 0"#, #""mem 0""#, "mem 0", #""s CH".MEM 0"#])
  func findsQuoted(name: String) throws {
    let database = try TestDatabase()
    try database.execute(
      """
      CREATE SCHEMA "S ch"; CREATE TABLE "S ch"."mem 0" (body text); INSERT INTO "S ch"."mem 0" VALUES ('tea');
      """)
    let rows = try ForeignSource.opened(database, TableNameTests.selection(name, "body")).allRows()
    #expect(rows.map(\.content) == [.text("tea")])
  }

  @Test(
    "names with characters that a screen cannot show",
    arguments: [("a\nb\u{1B}c", "x\ty"), (#"a\nb\x1bc"#, #"x\ty"#)])
  func findsShown(table: String, column: String) throws {
    let folder = try TestFolder()
    let path = try folder.sqlite(
      "a.db", "CREATE TABLE \"a\nb\u{1B}c\" (\"x\ty\" TEXT); INSERT INTO \"a\nb\u{1B}c\" VALUES ('tea');")
    let rows = try ForeignSource.opened(path, TableNameTests.selection(table, column)).allRows()
    #expect(rows.map(\.content) == [.text("tea")])
  }

  @Test("a name that is really written so comes first")
  func prefersExact() throws {
    let folder = try TestFolder()
    let path = try folder.sqlite(
      "a.db", "CREATE TABLE \"a\nb\" (x TEXT); CREATE TABLE \"a\\nb\" (x TEXT); INSERT INTO \"a\\nb\" VALUES ('tea');")
    #expect(try ForeignSource.opened(path, TableNameTests.selection(#"a\nb"#, "x")).allRows().count == 1)
    #expect(try ForeignSource.opened(path, TableNameTests.selection("a\nb", "x")).allRows().isEmpty)
  }
}
