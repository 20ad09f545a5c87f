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
    let (isWhole, words) = try lookup(text, state.textLanguage, filter)
    if isWhole {
      return ScreenedTexts(texts: try embeddable("true\(filter) ORDER BY id"), isWhole: true)
    }
    guard let language = state.textLanguage, ScreenedTexts.hasBlanks(text), words.count >= ScreenedTexts.wordsMinimum
    else { return nil }
    let long = words.filter(\.isLong)
    let looked = long.count > ScreenedTexts.wordsMinimum ? long : words
    var needed = looked.count
    if long.count > ScreenedTexts.wordsMinimum { needed = ScreenedTexts.lookup(long.count, share: share).needed }
    let isPaired = looked.count > needed && needed < PostgresDriver.pairedMaximum
    let wanted = looked.prefix(isPaired ? needed + 1 : needed)
    // Of many texts that are alike those that can still be the same: with all of its numbers, because others say something
    // else, or with all of its words where it has none.
    let numbers = words.map(\.lexeme).filter(ScreenedTexts.isNumber)
    let alike = (numbers.isEmpty ? words.map(\.lexeme) : numbers).map(PostgresDriver.quoted).joined(separator: " & ")
    func matching(_ query: String) throws -> [EmbeddableText] {
      let same = text.replacingNUL
      // Texts that are nearly the same are nearly as long.
      return try embeddable(
        """
        \(raw: PostgresDriver.document(language)) @@ \(query)::tsquery\(filter)
        ORDER BY content::text = \(same) DESC,
          pg_catalog.abs(pg_catalog.length(content::text) - pg_catalog.length(\(same))), id
        LIMIT \(PostgresDriver.textsMaximum)
        """)
    }
    var texts: [EmbeddableText]
    if PostgresDriver.rare(wanted, rows: isPaired ? ScreenedTexts.listedMaximum : PostgresDriver.rowsMaximum)
      == wanted.count
    {
      let lexemes = wanted.map(\.lexeme)
      texts = try matching(isPaired ? PostgresDriver.two(of: lexemes) : PostgresDriver.any(of: lexemes[...]))
      if texts.count == PostgresDriver.textsMaximum {
        let known = Set(texts.map(\.id))
        texts += try matching(alike).filter { !known.contains($0.id) }
      }
    } else {
      let rare = wanted.prefix(PostgresDriver.rare(wanted, rows: PostgresDriver.rowsMaximum)).map(\.lexeme)
      texts = try matching(rare.isEmpty ? alike : "\(PostgresDriver.any(of: rare[...])) | (\(alike))")
    }
    return ScreenedTexts(texts: texts.sorted { $0.id < $1.id }, isWhole: false)
  }

  /// So many texts are compared at the most.
  private static let textsMaximum = 5_000
  /// Rows that have one word of several are all looked at: no more than so many are worth it.
  private static let rowsMaximum = 20_000
  /// Rows that have two words of several are few; but of so many words there are too many pairs.
  private static let pairedMaximum = 16
  /// Of a longer text only the beginning is looked for.
  private static let charactersLookedFor = 4_000

  private func embeddable(_ condition: SQL) throws -> [EmbeddableText] {
    try query("SELECT id, content::text FROM memories WHERE \(condition)").rows.map {
      EmbeddableText(id: try $0.integer(0) ?? 0, content: try $0.text(1) ?? "")
    }
  }

  /// A word of a text as the index has it.
  private struct Lexeme {
    let lexeme: String
    let isLong: Bool
    /// About how many rows have it; 0 where the statistics know it for rare.
    let rows: Double
  }

  /// How many of words, the rarest first, no more than so many rows have one of.
  private static func rare(_ words: ArraySlice<Lexeme>, rows limit: Int) -> Int {
    var rows = 0.0
    return words.prefix { word in
      rows += word.rows
      return rows <= Double(limit)
    }.count
  }

  /// Whether the user has few memories, and the words of a text as the index has them, the rarest first: the server's
  /// statistics know the frequent ones.
  private func lookup(
    _ text: String, _ language: String?, _ filter: SQL
  ) throws -> (isWhole: Bool, words: [Lexeme]) {
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
    // The statistics of a partitioned index stand at the indexes of its partitions.
    let index: SQL = "\(PostgresDriver.textIndex)::regclass::oid"
    let rows = try query(
      """
      SELECT u.rows, w.word, w.is_long, coalesce(f.rows, '0'::float8) FROM (SELECT \(count) AS rows) AS u LEFT JOIN (
        SELECT l.word, pg_catalog.bool_or(length(d.token) >= \(ScreenedTexts.lettersMinimum)
          AND d.token !~ '[0-9]'::text) AS is_long
        FROM pg_catalog.ts_debug(\(language)::regconfig,
          left(\(text.replacingNUL), \(raw: String(PostgresDriver.charactersLookedFor)))) AS d,
          pg_catalog.unnest(d.lexemes) AS l (word)
        GROUP BY l.word) AS w ON true
      LEFT JOIN (
        SELECT e.word, pg_catalog.sum(e.frequency::float8 * greatest(m.reltuples::float8, '0'::float8)) AS rows
        FROM (SELECT \(index) UNION ALL SELECT inhrelid FROM pg_catalog.pg_inherits WHERE inhparent = \(index)) AS i (oid)
        JOIN pg_catalog.pg_class AS c ON c.oid = i.oid JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
        JOIN pg_catalog.pg_index AS x ON x.indexrelid = c.oid JOIN pg_catalog.pg_class AS m ON m.oid = x.indrelid
        JOIN pg_catalog.pg_stats AS s ON s.schemaname = n.nspname AND s.tablename = c.relname,
          unnest(s.most_common_elems::text::text[], s.most_common_elem_freqs) AS e (word, frequency)
        WHERE s.most_common_elems IS NOT NULL GROUP BY e.word) AS f ON f.word = w.word
      ORDER BY f.rows NULLS FIRST, length(w.word) DESC, w.word LIMIT \(TextQuery.wordMaximum)
      """
    ).rows
    return (
      try (rows.first?.integer(0) ?? 0) <= ScreenedTexts.wholeMaximum,
      try rows.compactMap { row in
        guard let lexeme = try row.text(1) else { return nil }
        return Lexeme(lexeme: lexeme, isLong: try row.boolean(2) ?? false, rows: try row.double(3) ?? 0)
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
