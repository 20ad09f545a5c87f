import MemoryModel
import TestSupport
import Testing

/// Fragments that the application and memsh write for each other: NULL is every agent.
@Suite struct ApplicationFragmentTests {
  /// The application's question for the fragments of an agent.
  private static func fragments(of agent: String) -> String {
    "SELECT category FROM prompt_fragments WHERE (agent_type = '\(agent)' OR agent_type IS NULL) AND is_active ORDER BY 1"
  }

  @Test("a fragment that the application inserts without an agent is in every prompt", arguments: SchemaCase.allCases)
  func prompts(schema: SchemaCase) throws {
    let world = try schema.empty()
    try world.change(
      """
      INSERT INTO prompt_fragments (category, priority, content, agent_type, context_tier)
        VALUES ('everyone', 9, 'Be brief.', NULL, 'core'), ('sellers', 9, 'Ask what they want.', 'sales', 'core');
      INSERT INTO prompt_fragments (category, content) VALUES ('unsaid', 'Say nothing twice.');
      """)
    for (options, expected) in [
      (["--agent", "sales", "--tier", "full"], ["everyone", "sellers", "unsaid"]),
      (["--agent", "support", "--tier", "full"], ["everyone", "unsaid"]), (["--tier", "core"], ["everyone"]),
    ] {
      let prompt = try world.json(["prompt", "anything", "--user", "ada"] + options)
      let found = (prompt[key: "fragments"]?.arrayValue ?? []).compactMap { $0[key: "category"]?.stringValue }
      #expect(found.sorted() == expected, "\(options): \(prompt.text)")
    }
  }

  @Test("the application's question finds memsh's defaults", arguments: SchemaCase.allCases)
  func finds(schema: SchemaCase) throws {
    let world = try schema.empty()
    try world.expect("seed")
    #expect(try world.lines("SELECT count(*) FROM prompt_fragments") == ["7"])
    #expect(try world.lines("SELECT count(*) FROM prompt_fragments WHERE agent_type IS NULL") == ["3"])
    #expect(try world.lines("SELECT count(*) FROM prompt_fragments WHERE agent_type = 'all'") == ["0"])
    let agents = try world.lines("SELECT DISTINCT agent_type FROM prompt_fragments WHERE agent_type IS NOT NULL")
    for agent in agents + ["sales", "nobody"] {
      let own = agents.contains(agent)
      let count = try world.lines(Self.fragments(of: agent)).count
      #expect(own ? count > 3 : count == 3, "\(agent): \(count)")
    }
  }
}
