import Database
import MemoryModel
import PostgresClient

/// Finding the memories that a new text may say again, without sending all of a large user.
extension PostgresDriver {
  /// The memories with a text's rarest words, as the index of words finds them: one question for the words and how frequent
  /// they are, one for the texts.
  package func texts(
    sharing share: Double, of text: String, userID: String, in state: StoreState
  ) throws -> ScreenedTexts? {
    let filter = MemoryFilter(userID: userID).conditions()
    let language = state.textLanguage
    let (isWhole, words) = try lookup(text, language, filter)
    if isWhole {
      return ScreenedTexts(texts: try embeddable("true\(filter) ORDER BY id"), isWhole: true)
    }
    guard let language, ScreenedTexts.hasBlanks(text), words.count >= ScreenedTexts.wordsMinimum else { return nil }
    let long = words.filter(\.isLong).map(\.lexeme)
    let needed = ScreenedTexts.lookup(long.count, share: share).needed
    let query: String
    if long.count <= ScreenedTexts.wordsMinimum {
      query = PostgresDriver.any(of: words.map(\.lexeme)[...])
    } else if long.count > needed {
      query = PostgresDriver.two(of: Array(long.prefix(needed + 1)))
    } else {
      query = PostgresDriver.any(of: long.prefix(needed))
    }
    let same = text.replacingNUL
    // Texts that are nearly the same are nearly as long.
    let texts = try embeddable(
      """
      \(raw: PostgresDriver.document(language)) @@ \(query)::tsquery\(filter)
      ORDER BY content::text = \(same) DESC, pg_catalog.abs(pg_catalog.length(content::text) - pg_catalog.length(\(same))), id
      LIMIT \(PostgresDriver.textsMaximum)
      """)
    return ScreenedTexts(texts: texts.sorted { $0.id < $1.id }, isWhole: false)
  }

  /// So many texts are compared at the most.
  private static let textsMaximum = 5_000
  /// Of a longer text only the beginning is looked for.
  private static let charactersLookedFor = 4_000

  private func embeddable(_ condition: SQL) throws -> [EmbeddableText] {
    try query("SELECT id, content::text FROM memories WHERE \(condition)").rows.map {
      EmbeddableText(id: try $0.integer(0) ?? 0, content: try $0.text(1) ?? "")
    }
  }

  /// Whether the user has few memories, and the words of a text as the index has them, the rarest first: the server's
  /// statistics know the frequent ones.
  private func lookup(
    _ text: String, _ language: String?, _ filter: SQL
  ) throws -> (isWhole: Bool, words: [(lexeme: String, isLong: Bool)]) {
    var count: SQL = """
      (SELECT pg_catalog.count(*) FROM
        (SELECT 1 FROM memories WHERE true\(filter) LIMIT \(ScreenedTexts.wholeMaximum + 1)) AS few)
      """
    guard let language else {
      let rows = try query("SELECT \(count)").first?.integer(0) ?? 0
      return (rows <= ScreenedTexts.wholeMaximum, [])
    }
    // Shards and the server's own statistics are no matter for one statement.
    if isDistributed { count = "\(try query("SELECT \(count)").first?.integer(0) ?? 0)" }
    let rows = try query(
      """
      SELECT u.rows, w.word, w.is_long FROM (SELECT \(count) AS rows) AS u LEFT JOIN (
        SELECT l.word, pg_catalog.bool_or(length(d.token) >= \(ScreenedTexts.lettersMinimum)
          AND d.token !~ '[0-9]'::text) AS is_long
        FROM pg_catalog.ts_debug(\(language)::regconfig,
          left(\(text.replacingNUL), \(raw: String(PostgresDriver.charactersLookedFor)))) AS d, unnest(d.lexemes) AS l (word)
        GROUP BY l.word) AS w ON true
      LEFT JOIN (
        SELECT e.word, e.frequency FROM pg_catalog.pg_class AS c
        JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
        JOIN pg_catalog.pg_stats AS s ON s.schemaname = n.nspname AND s.tablename = c.relname,
          unnest(s.most_common_elems::text::text[], s.most_common_elem_freqs) AS e (word, frequency)
        WHERE c.oid = \(PostgresDriver.textIndex)::regclass::oid AND s.most_common_elems IS NOT NULL) AS f
        ON f.word = w.word
      ORDER BY f.frequency NULLS FIRST, length(w.word) DESC, w.word LIMIT \(TextQuery.wordMaximum)
      """
    ).rows
    return (
      try (rows.first?.integer(0) ?? 0) <= ScreenedTexts.wholeMaximum,
      try rows.compactMap { row in
        guard let lexeme = try row.text(1) else { return nil }
        return (lexeme, try row.boolean(2) ?? false)
      }
    )
  }

  /// A tsquery that a text with two of some words satisfies. The index puts the words together, so that only such rows are
  /// looked at.
  private static func two(of words: [String]) -> String {
    words.indices.dropLast().map { index in
      "(\(quoted(words[index])) & (\(any(of: words[(index + 1)...]))))"
    }.joined(separator: " | ")
  }

  /// A tsquery that a text with one of some words satisfies.
  private static func any(of words: ArraySlice<String>) -> String { words.map(quoted).joined(separator: " | ") }

  private static func quoted(_ word: String) -> String {
    "'\(word.replacing("\\", with: "\\\\").replacing("'", with: "''"))'"
  }
}
