import Database
import MemoryModel
import PostgresClient

/// Finding memories by words: PostgreSQL's full text with an index on an expression, so that `memories` gets no column.
extension PostgresDriver {
  static let textIndex = "memsh_memories_text_idx"

  /// The rows that have words of a text, by ``BM25``.
  ///
  /// Only the index tells in a large table which rows have a word in time: making the words of a row anew takes some 30
  /// microseconds. So all rows found, see ``WantedWords``, are first ranked by which words they have and how long they
  /// are, and the best then by how often they have each. No score depends on how many rows are wanted.
  package func search(_ query: TextQuery, in state: StoreState) throws -> SearchAnswer {
    let (language, hasIndex) = try textLanguage(in: state)
    let plan = SearchPlan(
      "full text", index: hasIndex ? PostgresDriver.textIndex : nil,
      details: [language] + (hasIndex ? [] : ["no index for it: every row is read; `schema --create` builds it"]))
    guard query.limit > 0, let words = try wantedWords(of: query, language, hasIndex, in: state) else {
      return SearchAnswer(hits: [], plan: plan)
    }
    let similarity: SQL =
      query.vector.map { vector -> SQL in "1::float8 - (embedding::vector <=> \(vector))" } ?? "NULL::float8"
    let rows = try self.query(
      """
      WITH \(ranking(words, query, language, hasIndex, in: state))
      SELECT ranked.score, \(similarity), \(raw: PostgresDriver.memoryColumns) FROM ranked JOIN memories USING (id)
      WHERE true\(PostgresDriver.ofKnownPart(query.filter, in: state)) ORDER BY ranked.score DESC, id
      """
    ).rows
    let hits = try rows.map { row in
      SearchHit(
        memory: Memory(id: try row.integer(2) ?? 0, fields: try PostgresDriver.fields(row, from: 3, embedding: nil)),
        similarity: try row.double(1).flatMap { $0.isFinite ? $0 : nil }, score: try row.double(0) ?? 0)
    }
    return SearchAnswer(hits: hits, plan: plan)
  }

  /// The steps of a statement that end with `ranked`: ids and scores, the best.
  private func ranking(
    _ words: WantedWords, _ query: TextQuery, _ language: String, _ hasIndex: Bool, in state: StoreState
  ) -> SQL {
    let document = SQL(raw: PostgresDriver.document(language))
    let conditions = query.filter.conditions()
    func numbers(_ values: [Double]) -> Value { .texts(values.map { "\($0)" }) }
    let likely = BM25.part(times: "greatest(length, 1::float8)", length: "length")
    // Memories may have columns of others of any name, so that each of the statement's own says whose it is.
    let exact = BM25.part(times: "pg_catalog.cardinality(word.positions)::float8", length: "best.length")
    return """
      \(documents(language, conditions, hasIndex || isDistributed)) found AS MATERIALIZED (
        \(found(words, query, language, hasIndex))),
      likely AS MATERIALIZED (
        SELECT id, length, weight * \(likely) AS score
        FROM (SELECT id, weight, characters / greatest(pg_catalog.avg(characters) OVER (), 1::float8) AS length
          FROM found) AS found),
      exact AS MATERIALIZED (
        SELECT best.id, pg_catalog.sum(wanted.column2::float8 * \(exact)\(raw: inOrder("wanted.column1"))) AS score
        FROM (SELECT id, length FROM likely ORDER BY score DESC, id LIMIT \(WantedWords.scoredRows)) AS best
          JOIN memories USING (id)
          CROSS JOIN LATERAL pg_catalog.unnest(\(document)) AS word
          JOIN \(rows: [.texts(words.lexemes), numbers(words.weights)], as: "wanted")
            ON wanted.column1 = word.lexeme
        WHERE true\(PostgresDriver.ofKnownPart(query.filter, in: state)) GROUP BY best.id),
      ranked AS MATERIALIZED (
        SELECT id, COALESCE(exact.score, likely.score) AS score FROM likely LEFT JOIN exact USING (id)
        ORDER BY score DESC, id LIMIT \(query.limit))
      """
  }

  /// The order in which an aggregate adds: the last bit of a sum depends on it, and no plan is to change a score. Shards add
  /// in no order.
  private func inOrder(_ key: String) -> String { isDistributed ? "" : " ORDER BY \(key)" }

  /// The statement for the rows with words, and what these weigh together.
  private func found(_ words: WantedWords, _ query: TextQuery, _ language: String, _ hasIndex: Bool) -> SQL {
    let conditions = query.filter.conditions()
    guard !isDistributed else {
      // Shards take no query that depends on another row: each word has one of its own.
      let ofWords = zip(words.queries, words.additions).map { having, addition -> SQL in
        """
        (SELECT id, characters, \(addition) AS addition FROM (
          \(rows(having: "\(having)::tsquery", language, conditions, true, areFew: false))
          LIMIT \(WantedWords.rowsMaximum)) AS one)
        """
      }
      return """
        SELECT r.id, r.characters, \(words.common) + pg_catalog.sum(r.addition) AS weight
        FROM (\(SQL.joined(ofWords, by: " UNION ALL "))) AS r GROUP BY r.id, r.characters
        """
    }
    return """
      SELECT r.id, r.characters, \(words.common) + pg_catalog.sum(column2::float8\(raw: inOrder("column1"))) AS weight
      FROM \(rows: [.texts(words.queries), .texts(words.additions.map { "\($0)" })], as: "word") CROSS JOIN LATERAL (
        \(rows(having: "word.column1::tsquery", language, hasIndex ? conditions : "", hasIndex, areFew: words.areRare))
        LIMIT \(WantedWords.rowsMaximum)) AS r
      GROUP BY r.id, r.characters
      """
  }

  /// The condition, with AND in front, that a memory is of a filter's user, where that tells in which part it stands.
  private static func ofKnownPart(_ filter: MemoryFilter, in state: StoreState) -> SQL {
    guard state.isByUser, let user = filter.userID else { return "" }
    return " AND \(isOf: "\(user)", row: "memories")"
  }

  /// The words that a text and a memory have in common, by the parser and the dictionaries of the language in use.
  package func sharedWords(of text: String, with memory: Int64, in state: StoreState) throws -> SharedWords {
    let (language, _) = try textLanguage(in: state)
    let rows = try query(
      """
      WITH document AS MATERIALIZED (
        SELECT pg_catalog.tsvector_to_array(\(raw: PostgresDriver.document(language))) AS lexemes
        FROM memories WHERE id = \(memory))
      SELECT token, COALESCE(lexemes OPERATOR(pg_catalog.&&) (SELECT lexemes FROM document), false)
      FROM pg_catalog.ts_debug(\(language)::regconfig, left(\(text.replacingNUL), 100000))
      WHERE pg_catalog.cardinality(lexemes) > 0 LIMIT \(TextQuery.wordMaximum)
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
    let counted: SQL = """
      SELECT pg_catalog.count(*) AS rows FROM (
        SELECT 1 FROM memories WHERE \(raw: PostgresDriver.document(language))
          @@ plainto_tsquery(\(language)::regconfig, \(word.replacingNUL))
        LIMIT \(SharedWords.rareMaximum + 1)) AS r
      """
    guard !isDistributed else {
      // Shards take no limit that a query computes.
      let rows = try query(counted).first?.integer(0) ?? 0
      guard rows <= SharedWords.rareMaximum else { return false }
      let enough = rows * Int64(SharedWords.rowsForEachRare)
      let all = try query("SELECT pg_catalog.count(*) FROM (SELECT 1 FROM memories LIMIT \(enough)) AS r")
      return try all.first?.integer(0) == enough
    }
    let isRare = try query(
      """
      WITH counted AS MATERIALIZED (\(counted))
      SELECT rows <= \(SharedWords.rareMaximum) AND rows * \(SharedWords.rowsForEachRare) = (
        SELECT pg_catalog.count(*) FROM (
          SELECT 1 FROM memories LIMIT (SELECT rows * \(SharedWords.rowsForEachRare) FROM counted)) AS r)
      FROM counted
      """)
    return try isRare.first?.boolean(0) ?? false
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
  static func document(_ language: String) -> String {
    "to_tsvector('\(language.replacing("'", with: "''"))'::regconfig, left(content, 100000))"
  }

  /// The rows, with ids and lengths, whose words satisfy a query: from the index, or from ``documents(_:_:_:)``.
  ///
  /// - Parameter areFew: Whether so few rows satisfy it that the conditions need no index of their own, which would be
  ///   asked for every word anew.
  private func rows(
    having query: SQL, _ language: String, _ conditions: SQL, _ hasIndex: Bool, areFew: Bool
  ) -> SQL {
    guard hasIndex else {
      return """
        SELECT id, characters FROM documents
        WHERE document @@ \(query) AND id IN (SELECT id FROM memories WHERE true\(conditions))
        """
    }
    return """
      SELECT id, pg_catalog.length(content)::float8 AS characters FROM (
        SELECT id, user_id, content, category, importance_score, metadata, created_at FROM memories
        WHERE \(raw: PostgresDriver.document(language)) @@ \(query)
        \(raw: areFew ? "OFFSET 0" : "")) AS memories
      WHERE true\(conditions)
      """
  }

  /// A step of a statement that makes the words of every row that passes, once; none where there is an index.
  private func documents(_ language: String, _ conditions: SQL, _ hasIndex: Bool) -> SQL {
    guard !hasIndex else { return "" }
    return """
      documents AS MATERIALIZED (
        SELECT id, pg_catalog.length(content)::float8 AS characters, \(raw: PostgresDriver.document(language)) AS document
        FROM memories WHERE true\(conditions)),
      """
  }

  /// The words of a text, and how many rows have each: of all, and of those that pass the filter; nil when none of these
  /// has one.
  ///
  /// Rows are counted in the index, up to ``WantedWords/rowsMaximum``; how many have a more frequent word is for the
  /// statistics of the index to say, which ANALYZE makes. The queries are put together from lexemes, so that nothing in
  /// the text is taken for an operator.
  private func wantedWords(
    of query: TextQuery, _ language: String, _ hasIndex: Bool, in state: StoreState
  ) throws -> WantedWords? {
    if isDistributed { return try wantedWordsOnShards(of: query, language) }
    let maximum = WantedWords.rowsMaximum
    let estimate = state.tables[Table.memories.name]?.rowEstimate ?? 0
    let conditions = query.filter.conditions()
    func count(_ conditions: SQL, areFew: Bool) -> SQL {
      """
      (SELECT pg_catalog.count(*) FROM (
        \(self.rows(having: "words.query::tsquery", language, conditions, hasIndex, areFew: areFew)) LIMIT \(maximum)) AS r)
      """
    }
    // Where few rows pass, how many of them have a word does not matter.
    let passing: SQL =
      query.filter.isEmpty
      ? "(SELECT rows FROM total), NULL::int8"
      : """
      (SELECT rows FROM passing), CASE WHEN (SELECT rows FROM passing) > \(maximum)
        AND (frequent.count > \(maximum)) IS NOT TRUE THEN \(count(conditions, areFew: true)) END
      """
    let rows = try self.query(
      """
      WITH \(documents(language, "", hasIndex)) words AS MATERIALIZED (
          SELECT lexeme, '''' || replace(replace(lexeme, '\\', '\\\\'), '''', '''''') || '''' AS query
          FROM pg_catalog.unnest(tsvector_to_array(
            to_tsvector(\(language)::regconfig, left(\(query.text.replacingNUL), 100000)))) AS lexeme
          LIMIT \(TextQuery.wordMaximum)),
        counted AS MATERIALIZED (
          SELECT pg_catalog.count(*) AS rows FROM (SELECT 1 FROM memories LIMIT \(maximum + 1)) AS r),
        total AS MATERIALIZED (
          SELECT CASE WHEN rows <= \(maximum) THEN rows WHEN \(estimate) > \(maximum) THEN \(estimate)
            ELSE (SELECT pg_catalog.count(*) FROM memories) END AS rows FROM counted),
        frequent AS MATERIALIZED (
          SELECT word, (share::float8 * (SELECT rows FROM total)::float8)::int8 AS count
          FROM pg_catalog.pg_stats CROSS JOIN LATERAL ROWS FROM (
            pg_catalog.unnest(most_common_elems::text::text[]), pg_catalog.unnest(most_common_elem_freqs)) AS e(word, share)
          WHERE \(raw: hasIndex ? "word IS NOT NULL" : "false") AND (schemaname, tablename) = (
            SELECT nspname, relname FROM pg_catalog.pg_class AS c JOIN pg_catalog.pg_namespace AS n ON n.oid = relnamespace
            WHERE c.oid = pg_catalog.to_regclass(\(PostgresDriver.textIndex))::oid)),
        passing AS MATERIALIZED (
          SELECT pg_catalog.count(*) AS rows FROM (SELECT FROM memories WHERE true\(conditions) LIMIT \(maximum + 1)) AS r)
      SELECT lexeme, query, (SELECT rows FROM total),
        CASE WHEN frequent.count > \(maximum) THEN frequent.count ELSE \(count("", areFew: false)) END, \(passing)
      FROM words LEFT JOIN frequent ON word = lexeme
      """
    ).rows
    guard let first = rows.first, let total = try first.integer(2), let passing = try first.integer(4) else {
      return nil
    }
    let words = try rows.compactMap { row -> WantedWords.Word? in
      guard let lexeme = try row.text(0), let query = try row.text(1) else { return nil }
      let having = try row.integer(3) ?? 0
      return WantedWords.Word(
        lexeme: lexeme, query: query, having: Int(having), passing: Int(try row.integer(5) ?? having))
    }
    return WantedWords(words, total: Int(total), passing: Int(passing))
  }

  /// The same where memories stand on other servers, which take no query that depends on another row: the words first, then
  /// how many rows have each.
  private func wantedWordsOnShards(of query: TextQuery, _ language: String) throws -> WantedWords? {
    let words = try self.query(
      """
      SELECT lexeme, '''' || replace(replace(lexeme, '\\', '\\\\'), '''', '''''') || '''' FROM pg_catalog.unnest(tsvector_to_array(
        to_tsvector(\(language)::regconfig, left(\(query.text.replacingNUL), 100000)))) AS lexeme LIMIT \(TextQuery.wordMaximum)
      """
    ).rows.map { (lexeme: try $0.text(0) ?? "", query: try $0.text(1) ?? "") }
    guard !words.isEmpty else { return nil }
    func counts(_ conditions: SQL) throws -> (all: Int, having: [Int64: Int]) {
      let ofWords = words.indices.map { index -> SQL in
        """
        SELECT \(Int64(index)) AS word, pg_catalog.count(*) AS rows FROM (
          \(rows(having: "\(words[index].query)::tsquery", language, conditions, true, areFew: false))
          LIMIT \(WantedWords.rowsMaximum)) AS r
        """
      }
      let all: SQL = "SELECT -1::int8 AS word, pg_catalog.count(*) AS rows FROM memories WHERE true\(conditions)"
      var having: [Int64: Int] = [:]
      for row in try self.query(SQL.joined([all] + ofWords, by: " UNION ALL ")).rows {
        having[try row.integer(0) ?? 0] = Int(try row.integer(1) ?? 0)
      }
      return (having[-1] ?? 0, having)
    }
    let everywhere = try counts("")
    let passing = query.filter.isEmpty ? everywhere : try counts(query.filter.conditions())
    return WantedWords(
      words.enumerated().map { index, word in
        WantedWords.Word(
          lexeme: word.lexeme, query: word.query, having: everywhere.having[Int64(index)] ?? 0,
          passing: passing.having[Int64(index)] ?? 0)
      }, total: everywhere.all, passing: passing.all)
  }

  /// Builds the index of words if it is missing, not valid, or for another language than the one that was chosen.
  func buildTextIndex(mode: String) throws {
    let state = try state()
    let (language, hasIndex) = try textLanguage(in: state)
    guard !hasIndex else { return }
    let index = TableIndex(
      name: PostgresDriver.textIndex, table: Table.memories.name,
      body: "USING gin (\(PostgresDriver.document(language)))")
    let present = state.indexes.first { $0.name == index.name }
    let isPartitioned = state.isPartitioned(index.table)
    // One that was begun for the same language is gone on with.
    let goesOn =
      isPartitioned && present?.isValid == false && present?.definition.contains("'\(language)'::regconfig") == true
    if present != nil, !goesOn { try execute(unsafeSQL: "DROP INDEX \(isPartitioned ? "" : mode)\(index.name)") }
    // Splitting texts into words is work for every core. PostgreSQL looks at the table without its toasted vectors and
    // takes fewer than 8 MB for small; 1 MB keeps both cores busy for 30 ms. Only GIN of 18 and later builds in parallel.
    try execute(unsafeSQL: "SET min_parallel_table_scan_size = '1MB'")
    defer { cleanUp("RESET min_parallel_table_scan_size") }
    try build(index, mode: mode, in: goesOn ? state : self.state())
  }
}
