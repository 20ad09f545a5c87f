import Database
import MemoryModel
import PostgresClient

/// Finding memories by words: PostgreSQL's full text with an index on an expression, so that `memories` gets no column.
extension PostgresDriver {
  static let textIndex = "memsh_memories_text_idx"

  /// The rows that have words of a text, by `ts_rank`, which the length of a text dampens.
  package func search(_ query: TextQuery, in state: StoreState) throws -> SearchAnswer {
    let (language, hasIndex) = try textLanguage(in: state)
    let plan = SearchPlan(
      "full text", index: hasIndex ? PostgresDriver.textIndex : nil,
      details: [language] + (hasIndex ? [] : ["no index for it: every row is read; `schema --create` builds it"]))
    guard query.limit > 0, let words = try words(of: query.text, language) else {
      return SearchAnswer(hits: [], plan: plan)
    }
    let document = SQL("\(raw: PostgresDriver.document(language))")
    let similarity: SQL =
      query.vector.map { vector -> SQL in "1::float8 - (embedding::vector <=> \(vector))" } ?? "NULL::float8"
    let rows = try self.query(
      """
      WITH best AS MATERIALIZED (
        SELECT id, pg_catalog.ts_rank(\(document), \(words)::tsquery, 1)::float8 AS rank FROM memories
        WHERE \(document) @@ \(words)::tsquery\(query.filter.conditions())
        ORDER BY rank DESC, id LIMIT \(query.limit))
      SELECT rank, \(similarity), \(raw: PostgresDriver.memoryColumns) FROM best JOIN memories USING (id)
      ORDER BY rank DESC, id
      """
    ).rows
    let hits = try rows.map { row in
      SearchHit(
        memory: Memory(id: try row.integer(2) ?? 0, fields: try PostgresDriver.fields(row, from: 3, embedding: nil)),
        similarity: try row.double(1).flatMap { $0.isFinite ? $0 : nil }, score: try row.double(0) ?? 0)
    }
    return SearchAnswer(hits: hits, plan: plan)
  }

  /// The words that a text and a memory have in common, by the parser and the dictionaries of the language in use.
  package func sharedWords(of text: String, with memory: Int64, in state: StoreState) throws -> SharedWords {
    let (language, _) = try textLanguage(in: state)
    let rows = try query(
      """
      WITH document AS MATERIALIZED (
        SELECT pg_catalog.tsvector_to_array(\(raw: PostgresDriver.document(language))) AS lexemes
        FROM memories WHERE id = \(memory))
      SELECT token, COALESCE(lexemes && (SELECT lexemes FROM document), false)
      FROM pg_catalog.ts_debug(\(language)::regconfig, left(\(text.replacingNUL), 100000))
      WHERE lexemes <> '{}' LIMIT \(TextQuery.wordMaximum)
      """
    ).rows
    var words = SharedWords(telling: [], shared: [])
    var seen: Set<String> = []
    for row in rows {
      guard let word = try row.text(0), seen.insert(word.lowercased()).inserted else { continue }
      words.telling.append(word)
      if try row.boolean(1) ?? false { words.shared.append(word) }
    }
    return words
  }

  /// Whether few of the rows have a word, counted in the index and no further than needed.
  package func isRare(_ word: String, in state: StoreState) throws -> Bool {
    let (language, hasIndex) = try textLanguage(in: state)
    guard hasIndex else { return false }
    func count(_ sql: SQL) throws -> Int {
      Int(try query("SELECT pg_catalog.count(*) FROM (\(sql)) r").first?.integer(0) ?? 0)
    }
    let having = try count(
      """
      SELECT 1 FROM memories
      WHERE \(raw: PostgresDriver.document(language)) @@ plainto_tsquery(\(language)::regconfig, \(word.replacingNUL))
      LIMIT \(SharedWords.rareMaximum + 1)
      """)
    guard having <= SharedWords.rareMaximum else { return false }
    let needed = having * SharedWords.rowsForEachRare
    return try count("SELECT 1 FROM memories LIMIT \(needed)") == needed
  }

  package func hasTextIndex(in state: StoreState) throws -> Bool { try textLanguage(in: state).hasIndex }

  /// The language in use: the one that was chosen, else that of the index.
  private func textLanguage(in state: StoreState) throws -> (language: String, hasIndex: Bool) {
    let indexed = state.textLanguage
    guard let chosen = options.textSearchLanguage, chosen != indexed else {
      return (indexed ?? StoreOptions.defaultLanguage, indexed != nil)
    }
    let known = try query("SELECT cfgname::text FROM pg_ts_config ORDER BY 1").rows.compactMap { try $0.text(0) }
    guard known.contains(chosen) else {
      throw MemshError(
        .usage, "this server has no text search configuration '\(chosen)'",
        hint: "`set text-search-language` takes \(known.joined(separator: ", "))")
    }
    return (chosen, false)
  }

  /// What is indexed. A tsvector holds a megabyte at most, and an index that refuses longer ones would refuse the row:
  /// so only so much of a memory can be found by its words.
  private static func document(_ language: String) -> String {
    "to_tsvector('\(language.replacing("'", with: "''"))'::regconfig, left(content, 100000))"
  }

  /// The words of a text as a tsquery that any of them satisfies; nil when there are none.
  ///
  /// It is put together from lexemes, so that nothing in the text is taken for an operator.
  private func words(of text: String, _ language: String) throws -> String? {
    try query(
      """
      SELECT pg_catalog.string_agg('''' || replace(replace(lexeme, '\\', '\\\\'), '''', '''''') || '''', ' | ')
      FROM (SELECT lexeme FROM pg_catalog.unnest(tsvector_to_array(
        to_tsvector(\(language)::regconfig, left(\(text.replacingNUL), 100000)))) AS lexeme LIMIT \(TextQuery.wordMaximum)) w
      """
    ).first?.text(0)
  }

  /// Builds the index of words if it is missing, not valid, or for another language than the one that was chosen.
  func buildTextIndex(mode: String) throws {
    let state = try state()
    let (language, hasIndex) = try textLanguage(in: state)
    guard !hasIndex else { return }
    if state.indexes.contains(where: { $0.name == PostgresDriver.textIndex }) {
      try execute(unsafeSQL: "DROP INDEX \(mode)\(PostgresDriver.textIndex)")
    }
    try execute(
      unsafeSQL: "CREATE INDEX \(mode)\(PostgresDriver.textIndex) ON memories USING gin ("
        + PostgresDriver.document(language) + ")")
  }
}
