import Foundation
import MemoryModel
import TestSupport
import Testing

/// `schema --space PROVIDER/MODEL`: the embedding space of a store that others made, whose vectors nobody has named.
@Suite struct NamedSpaceTests {
  private static let stores: [SchemaCase] = [.ownOnSQLite, .originalOnPostgres, .trackedOnPostgres]

  /// A store with vectors of the hashing embedder and nothing that says so.
  private func unnamed(_ schema: SchemaCase) throws -> World {
    let world = try schema.filled()
    try world.expect("reembed", "--missing")
    try world.change(
      schema.isSQLite ? "DELETE FROM memsh_settings WHERE key = 'embedding_space'" : "DROP SCHEMA memsh CASCADE")
    return world
  }

  /// A store of the application with vectors of some length, of which nothing is known.
  private func application(dimensions: Int) throws -> World {
    let world = try World(.postgres)
    try world.change(
      """
      \(OriginalSchema.sql(dimensions: dimensions))
      INSERT INTO memories (user_id, content, embedding) SELECT 'ada', 'memory ' || n,
        (SELECT array_agg(sin(n * i)) FROM generate_series(1, \(dimensions)) AS i)::vector FROM generate_series(1, 5) AS n;
      """)
    return world
  }

  private func vectors(_ world: World) throws -> [String] {
    try world.lines("SELECT embedding FROM memories WHERE embedding IS NOT NULL ORDER BY id")
  }

  @Test("after it, a search by text works on the vectors that are there", arguments: stores)
  func searches(schema: SchemaCase) throws {
    let world = try unnamed(schema)
    let (before, made) = (try vectors(world), try world.schemaText())
    #expect(try world.unattended(["search", "green tea", "--mode", "semantic"]).status == 1)
    try world.expect("schema", "--space", "hash/word-ngram-v1")
    let found = try world.unattended([
      "--output", "json", "search", "Likes green tea", "--mode", "semantic", "--limit", "1",
    ])
    #expect(found.status == 0, "\(found.errors)")
    let hit = try JSONParser.parse(found.output).arrayValue?.first
    #expect(hit?[key: "content"] == .string("Likes green tea"), "\(found.output)")
    #expect((hit?[key: "similarity"]?.doubleValue ?? 0) > 0.999, "\(found.output)")
    let space = try world.json("stats")[key: "embeddings"]?[key: "space"]?.text
    #expect(space == #"{"provider":"hash","model":"word-ngram-v1","dimensions":256}"#)
    #expect(try vectors(world) == before)
    #expect(SchemaText.changes(from: made, to: try world.schemaText()) == [])
    for line in ["add 'Collects stamps' --user zoe", "seed", "prompt tea --user ben", "reembed --missing", "dedup"] {
      try world.expect("-c", line)
    }
    // Saying it again changes nothing.
    try world.expect("schema", "--space", "hash/word-ngram-v1")
  }

  @Test("a model whose vectors have another length is refused by name, and nothing is recorded")
  func refusesLengths() throws {
    let world = try application(dimensions: 1536)
    func space() throws -> JSON? { try world.json("stats")[key: "embeddings"]?[key: "space"] }
    let (made, before) = (try world.schemaText(withOwn: true), try space())
    for (space, parts) in [
      ("openai/text-embedding-3-large", ["openai/text-embedding-3-large", "3072", "1536"]),
      ("hash/no-such-model", ["no-such-model"]),
    ] {
      let refused = try world.unattended(["schema", "--space", space])
      #expect(refused.status == 1, "\(space): \(refused.output)")
      for part in parts { #expect(refused.errors.contains(part), "\(space), \(part): \(refused.errors)") }
    }
    for space in ["", "openai", "/", "openai/", "/text-embedding-3-small"] {
      let refused = try world.unattended(["schema", "--space", space])
      #expect(refused.status == 2 && refused.errors.contains("PROVIDER/MODEL"), "'\(space)': \(refused.errors)")
    }
    #expect(try world.schemaText(withOwn: true) == made)
    #expect(try space() == before)
  }

  @Test(
    "a known model whose length fits is recorded",
    arguments: [("text-embedding-3-small", 1536), ("text-embedding-ada-002", 1536), ("text-embedding-3-large", 3072)])
  func records(model: String, dimensions: Int) throws {
    let world = try application(dimensions: dimensions)
    let before = try vectors(world)
    try world.expect("schema", "--space", "openai/\(model)")
    let space = try world.json("stats")[key: "embeddings"]?[key: "space"]?.text
    #expect(space == #"{"provider":"openai","model":"\#(model)","dimensions":\#(dimensions)}"#)
    #expect(try vectors(world) == before)
    // From here on another embedder is refused with both named.
    let refused = try world.unattended(["search", "memory", "--mode", "semantic"])
    #expect(refused.status == 1, "\(refused.output)")
    for part in ["openai/\(model)", "hash/word-ngram-v1"] {
      #expect(refused.errors.contains(part), "\(refused.errors)")
    }
  }

  @Test("status and the error of a search name this way", arguments: stores)
  func namesTheWay(schema: SchemaCase) throws {
    let world = try unnamed(schema)
    let status = try world.memsh.run(["-d", world.store, "status"])
    #expect(status.status == 0)
    let isTold = (status.output + status.errors).contains("schema --space")
    #expect(isTold, "status does not name schema --space")
    for line in [
      "search tea --mode semantic", "add 'Collects stamps' --user zoe", "prompt tea --user ben", "reembed --missing",
    ] {
      let refused = try world.unattended(["-c", line])
      #expect(refused.status == 1, "\(line): \(refused.output)")
      let isNamed = refused.errors.contains("schema --space")
      #expect(isNamed, "\(line): \(refused.errors)")
    }
    // Nobody needs it where the space is known.
    let named = try SchemaCase.ownOnSQLite.filled()
    let text = try named.memsh.run(["-d", named.store, "status"])
    #expect(!(text.output + text.errors).contains("schema --space"))
  }
}
