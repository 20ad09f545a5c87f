import Database
import MemoryModel
import MemoryServices
import MemoryStore
import Testing

/// Rows that go and come again under the same ids, for tables in which a row's user says on which server it stands.
@Suite struct ReplacedRowsTests {
  @Test func everythingElseStays() throws {
    let fixture = try Fixture.filled(.postgres)
    let (store, database) = (fixture.store, try #require(fixture.database))
    try database.execute(
      """
      ALTER TABLE memories ADD "no te" varchar(20) DEFAULT 'kept', ADD twice int8 GENERATED ALWAYS AS (id * 2) STORED
      """)
    let before = try store.memories([3, 4, 5])
    let text =
      #"SELECT string_agg(concat_ws('|', id, "no te", twice, embedding, metadata), ';' ORDER BY id) FROM memories"#
    let rest = try database.value(text)
    try store.transaction(.commit) {
      let values: [String: SQL] = ["user_id": "\("cleo")", "category": "NULL"]
      try store.replace([3, 4], of: "memories", with: values, "changed")
    }
    let after = try store.memories([3, 4, 5])
    #expect(after.map(\.fields.userID) == ["cleo", "cleo", before[2].fields.userID])
    #expect(after.map(\.fields.category) == [nil, nil, before[2].fields.category])
    for (old, new) in zip(before, after) {
      var fields = new.fields
      (fields.userID, fields.category) = (old.fields.userID, old.fields.category)
      #expect(fields == old.fields && new.id == old.id)
    }
    #expect(try database.value(text) == rest)
  }

  @Test func aRowThatATriggerKeepsIsNamed() throws {
    let fixture = try Fixture.filled(.postgres)
    try #require(fixture.database).connect().execute(
      unsafeSQL: """
        CREATE FUNCTION keep() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';
        CREATE TRIGGER keep BEFORE DELETE ON memories FOR EACH ROW WHEN (OLD.id = 4) EXECUTE FUNCTION keep()
        """)
    let error = #expect(throws: MemshError.self) {
      try fixture.store.transaction(.commit) {
        try fixture.store.replace([3, 4], of: "memories", with: ["user_id": "\("cleo")"], "changed")
      }
    }
    #expect(error?.message.contains("row 4 of memories cannot be changed") == true)
    #expect(try fixture.store.memories([3])[0].fields.userID != "cleo")
  }
}
