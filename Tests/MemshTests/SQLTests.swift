import TestSupport
import Testing

/// SQL of the user's own, on both backends.
@Suite struct SQLTests {
  @Test("without --write nothing can be changed, by whatever statement", arguments: World.Kind.allCases)
  func onlyReads(kind: World.Kind) throws {
    let world = try World(kind)
    #expect(try world.run("-q", "--embedder", "hash", "seed").status == 0)
    let statements = [
      "DELETE FROM prompt_fragments", "UPDATE prompt_fragments SET priority = 0", "CREATE TABLE x (i int)",
      "/* x */ COPY (SELECT 1) TO PROGRAM 'true'", "-- x\nCOMMIT", "(/* /* */ COPY x */ DELETE FROM prompt_fragments",
      "PRAGMA busy_timeout = 0", "PRAGMA locking_mode(EXCLUSIVE)", "COMMIT", "ROLLBACK", "BEGIN",
      "PRAGMA query_only = OFF", "ATTACH 'x.db' AS x",
      "SELECT 1; DELETE FROM prompt_fragments", "COMMIT; DELETE FROM prompt_fragments", "selec", "",
    ]
    for statement in statements {
      let result = try world.run("sql", statement)
      #expect(result.status == 1 || result.status == 2, "\(statement): \(result.output)")
      #expect(result.errors.contains("error:"))
    }
    let twice = try world.run("--output", "table", "sql", "SELECT 1 AS n, 2 AS n")
    #expect(twice.output.hasPrefix("n │ n_2\n──┼────\n1 │   2\n"), "\(twice.output)")
    let small = try world.run("--output", "table", "sql", "SELECT 1e-10 * 1e0 AS n")
    #expect(small.output.contains("1e-10") || small.output.contains("0.0000000001"), "\(small.output)")
    let count = try world.run("--output", "json", "sql", "SELECT count(*) AS n, NULL AS unknown FROM prompt_fragments")
    #expect(count.output.filter { !$0.isWhitespace } == #"[{"n":7,"unknown":null}]"#)
    #expect(try world.memsh.runShell("ls").output.contains("x.db") == false)
  }

  @Test("--write changes, and --limit says that there is more", arguments: World.Kind.allCases)
  func writes(kind: World.Kind) throws {
    let world = try World(kind)
    #expect(try world.run("-q", "--embedder", "hash", "seed").status == 0)
    let changed = try world.run("sql", "--write", "DELETE FROM prompt_fragments WHERE priority > 8")
    #expect(changed.status == 0 && changed.errors.contains("2 rows changed"), "\(changed.errors)")
    let rows = try world.run("sql", "SELECT priority FROM prompt_fragments ORDER BY priority", "--limit", "2")
    #expect(rows.output == "priority\n5\n6\n")
    #expect(rows.errors.contains("more rows than --limit 2"))
  }
}
