import Foundation
import TestSupport
import Testing

/// SQL of the user's own whose answer is larger than anybody can want.
@Suite struct LargeAnswersTests {
  @Test(
    "a huge value is an error, in little memory",
    arguments: [
      "SELECT zeroblob(1000000000)", "SELECT randomblob(1000000000)", "SELECT hex(zeroblob(400000000))",
      "SELECT replace(hex(zeroblob(30000000)), '00', 'long') FROM (SELECT 1 UNION SELECT 2 UNION SELECT 3)",
      "SELECT group_concat(hex(zeroblob(1000000))) FROM n100", "SELECT content FROM memories",
      "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT zeroblob(1000000) FROM n",
    ])
  func isBounded(query: String) throws {
    let world = try World()
    #expect(try world.run("-q", "--embedder", "hash", "seed").status == 0)
    try world.folder.sqlite(
      "store.db",
      """
      INSERT INTO memories (user_id, content) VALUES ('u', replace(hex(zeroblob(40000000)), '0', 'x'));
      CREATE TABLE n100 AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 100) SELECT i FROM n;
      """)
    let result = try world.memsh.runShell(
      "ulimit -v 4000000; timeout 60 \"$MEMSH\" -q -d store.db sql \"\(query)\" --limit 100000 | head -c 200")
    #expect(result.errors.contains("error: "), "\(result.output) \(result.errors)")
    #expect(result.errors.contains("too big") || result.errors.contains("too large"), "\(result.errors)")
  }

  @Test("text goes on behind a NUL, and 2,000 columns are shown")
  func isWhole() throws {
    let world = try World()
    #expect(try world.run("-q", "--embedder", "hash", "seed").status == 0)
    #expect(try world.run("-q", "sql", "SELECT 'a' || char(0) || 'b' AS x").output == "x\na\\x00b\n")
    let columns = (0..<2_000).map { "\($0) AS c" }.joined(separator: ", ")
    for format in ["table", "tsv", "json", "vertical"] {
      let wide = try world.run("-q", "--output", format, "sql", "SELECT \(columns)")
      #expect(wide.status == 0 && wide.output.contains("1999"), "\(format): \(wide.errors)")
    }
    let unreadable = try world.run("-q", "sql", "SELECT CAST(x'ff41' AS TEXT) AS x, x'00ff' AS y")
    #expect(unreadable.output == "x\ty\n\u{FFFD}A\tx'00ff'\n")
  }
}
