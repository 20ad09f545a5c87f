import Database
import Foundation
import MemoryModel
import MemoryServices
import MemoryStore
import TestSupport
import Testing

/// What `doctor --fix all` must not do: it repairs, and neither guesses nor gives anything to anybody else.
@Suite struct DoctorByNameTests {
  private func users(_ world: World) throws -> [String] {
    try world.json("sql", "SELECT user_id || ': ' || content AS line FROM memories ORDER BY id").arrayValue?
      .compactMap { $0[key: "line"]?.stringValue } ?? []
  }

  /// Two people whose ids differ only in case.
  private func twoPeople(_ kind: World.Kind) throws -> World {
    let world = try World(kind)
    #expect(try world.run("-q", "schema", "--create").status == 0)
    for (user, content) in [
      ("aBcD1x", "my salary is 100k"), ("aBcD1x", "my dog is Rex"), ("AbCd1X", "I live in Rome"),
    ] { _ = try world.json("add", content, "--user", user) }
    return world
  }

  @Test("users whose ids differ in case are joined only by name, and are shown before", arguments: World.Kind.allCases)
  func joinsNoUsers(kind: World.Kind) throws {
    let world = try twoPeople(kind)
    let before = try users(world)
    let fixed = try world.run("-q", "doctor", "--fix", "all", "--yes")
    #expect(fixed.status == 0, "\(fixed.errors)")
    #expect(try users(world) == before)
    let finding = try world.json("doctor", "--fix", "all", "--yes")[key: "findings"]?.arrayValue?
      .first { $0[key: "name"] == .string("user_variants") }
    #expect(finding?[key: "state"]?.stringValue?.contains("only by its name, `doctor --fix user_variants`") == true)
    // Whoever asks for it sees whose memories go where, and that this may be wrong.
    let asked = try world.run("-q", "doctor", "--fix", "user_variants")
    #expect(asked.status != 0 && asked.errors.contains("'AbCd1X' (1) → 'aBcD1x' (2)"), "\(asked.errors)")
    #expect(asked.errors.contains("ids may be case-sensitive"), "\(asked.errors)")
    let preview = try world.run("-q", "doctor", "--fix", "user_variants", "--dry-run")
    #expect(preview.output.contains("'AbCd1X' (1) → 'aBcD1x' (2)"), "\(preview.output)")
    #expect(try users(world) == before)
    #expect(try world.run("-q", "doctor", "--fix", "user_variants", "--yes").status == 0)
    #expect(try users(world) == before.map { $0.replacing("AbCd1X", with: "aBcD1x") })
    #expect(try world.run("-q", "undo", "--yes").status == 0)
    #expect(try users(world) == before)
  }

  @Test("what is named besides all is put right, too")
  func takesNamesBesidesAll() throws {
    let world = try twoPeople(.sqlite)
    #expect(try world.run("-q", "doctor", "--fix", "all", "--fix", "user_variants", "--yes").status == 0)
    #expect(Set(try users(world).map { $0.prefix { $0 != ":" } }) == ["aBcD1x"])
  }

  /// A statement that plants what only somebody who knows the application can put right.
  private static let guesses: [(check: Check, sql: String, isError: Bool)] = [
    (.userBlank, "UPDATE memories SET user_id = ' ' WHERE id = 1", true),
    (.contentEmpty, "UPDATE memories SET content = ' ', metadata = '{\"a\":1}' WHERE id = 1", true),
    (.categoryVariants, "UPDATE memories SET category = CASE id WHEN 1 THEN 'Facts' ELSE 'facts' END", false),
    (.importanceRange, "UPDATE memories SET importance_score = id", true),
    (.timestampOrder, "UPDATE memories SET updated_at = '2001-01-01T00:00:00.000000Z' WHERE id = 1", false),
    (.timestampFuture, "UPDATE memories SET updated_at = '2999-01-01T00:00:00.000000Z' WHERE id = 1", false),
    (.exactDuplicates, "UPDATE memories SET content = 'my dog is Rex', category = 'c' || id WHERE id < 3", false),
  ]

  @Test("all leaves what it would have to guess as it is, and says how to ask for it", arguments: guesses.indices)
  func guessesNothing(number: Int) throws {
    let (check, sql, isError) = DoctorByNameTests.guesses[number]
    let world = try twoPeople(.sqlite)
    #expect(try world.run("-q", "sql", "--write", sql).status == 0)
    let rows = "SELECT * FROM memories ORDER BY id"
    let before = try world.json("sql", rows)
    let fixed = try world.run("-q", "doctor", "--fix", "all", "--yes")
    #expect(try world.json("sql", rows) == before)
    #expect(fixed.status == (isError ? 1 : 0), "\(fixed.errors)")
    #expect(!isError || fixed.errors.contains("`doctor --fix \(check.name)` puts it right"), "\(fixed.errors)")
    #expect(try world.run("-q", "doctor", "--fix", check.name, "--yes").status == 0)
    #expect(try world.json("sql", rows) != before)
  }

  @Test("doctor --list says why a fix is not part of all")
  func listsReasons() throws {
    let world = try twoPeople(.sqlite)
    let checks = try world.json("doctor", "--list").arrayValue ?? []
    let named = checks.filter { $0[key: "only_by_name"] != .null }.compactMap { $0[key: "name"]?.stringValue }
    #expect(Set(named) == Set(Check.all.filter { $0.needsNameBecause != nil }.map(\.name)))
    // Whatever deletes or merges memories is among them.
    for check in Check.all where check.table == .memories && check.remedy.losesRows {
      #expect(named.contains(check.name))
    }
  }
}
