/// What can be wrong with a store. A raw value is part of the contract with automation: never rename one.
package enum Fault: String, Sendable, CaseIterable {
  // The schema, first: the other checks rely on it.
  case tablesMissing = "tables_missing"
  case triggersMissing = "triggers_missing"
  case columnsRequired = "columns_required"
  case indexesMissing = "indexes_missing"
  case indexesInvalid = "indexes_invalid"
  case textIndex = "text_index"
  case vectorLog = "vector_log"
  case vectorFile = "vector_file"
  case integrity
  case journalMode = "journal_mode"
  case pgvectorVersion = "pgvector_version"
  case extensionOutdated = "extension_outdated"
  case ivfflatLists = "ivfflat_lists"
  case sequencesBehind = "sequences_behind"
  case neverAnalyzed = "never_analyzed"
  case deadTuples = "dead_tuples"
  case rowSecurity = "row_security"

  // Memories.
  case valueType = "value_type"
  case nulText = "nul_text"
  case contentEmpty = "content_empty"
  case userBlank = "user_blank"
  case userVariants = "user_variants"
  case categoryBlank = "category_blank"
  case categoryVariants = "category_variants"
  case importanceRange = "importance_range"
  case accessNegative = "access_negative"
  case metadataInvalid = "metadata_invalid"
  case timestampMalformed = "timestamp_malformed"
  case timestampFuture = "timestamp_future"
  case timestampOrder = "timestamp_order"
  case accessBeforeCreated = "access_before_created"

  // The other tables.
  case fragmentValueType = "fragment_value_type"
  case duplicatesValueType = "duplicates_value_type"
  case analyticsValueType = "analytics_value_type"
  case duplicatesOrphaned = "duplicates_orphaned"
  case duplicatesHash = "duplicates_hash"
  case duplicatesScore = "duplicates_score"
  case analyticsNegative = "analytics_negative"
  case analyticsFuture = "analytics_future"
  case tagsInvalid = "tags_invalid"
  case fragmentContentEmpty = "fragment_content_empty"
  case fragmentEveryAgent = "fragment_every_agent"
  case fragmentDuplicates = "fragment_duplicates"
  case fragmentOrder = "fragment_order"

  // What is compared or computed, last.
  case embeddingNotFinite = "embedding_not_finite"
  case embeddingLength = "embedding_length"
  case embeddingZero = "embedding_zero"
  case embeddingMixed = "embedding_mixed"
  case fragmentEmbeddingInvalid = "fragment_embedding_invalid"
  // Behind the others: it notes only a part of the rows it merges, which they must have noted whole.
  case exactDuplicates = "exact_duplicates"
  case embeddingMissing = "embedding_missing"
  case fragmentEmbeddingMissing = "fragment_embedding_missing"

  /// How bad it is.
  package enum Severity: String, Sendable {
    /// Something gives wrong answers, or fails.
    case error
    /// Something is slower or less useful than it could be, or looks wrong.
    case warning
  }

  /// How it is put right.
  package enum Remedy: Sendable, Equatable {
    /// Rows get other values, which the store knows.
    case values
    /// Rows are deleted.
    case deletion
    /// Rows are merged into the ones they duplicate.
    case merging
    /// Embeddings are taken out, if there are any, and computed anew.
    case embedding
    /// Tables, indexes or the like are made anew; no row changes.
    case rebuilding
  }
}

extension Fault {
  /// So many seconds a memory may have been read before it was created: an application notes the one by its own clock
  /// and leaves the other to the database.
  package static let accessToleranceSeconds = 1

  /// What is known of a fault.
  private typealias Facts = (severity: Severity, table: String?, remedy: Remedy, what: String, fix: String)

  /// How bad it is.
  package var severity: Severity { facts.severity }
  /// The table whose rows have it; nil when it is no matter of rows.
  package var table: String? { facts.table }
  /// How it is put right.
  package var remedy: Remedy { facts.remedy }
  /// What is wrong, for people.
  package var what: String { facts.what }
  /// What `doctor --fix` does about it.
  package var fix: String { facts.fix }

  /// Why `doctor --fix all` leaves it alone, so that its name must be given; nil for a plain repair.
  ///
  /// A plain repair makes anew what can be computed, or replaces what says nothing to anybody. What loses something that
  /// may have a meaning, gives something to somebody else, or decides which of two values is right, is for whoever knows
  /// the application.
  package var needsNameBecause: String? {
    switch self {
    case .userVariants: "ids may be case-sensitive: one person's memories would go to another"
    case .userBlank: "there may be a user 'unknown', who would get them"
    case .categoryVariants: "the application may look for the very form it wrote"
    case .contentEmpty, .fragmentContentEmpty: "the other columns of what is deleted may say something"
    case .exactDuplicates: "their categories and metadata may differ, and only one memory stays"
    case .fragmentDuplicates: "their priorities and tags may differ, and only the first stays"
    case .importanceRange: "the application may use another scale, whose values would all become 0 or 1"
    case .valueType: "what is not a number is replaced by a default"
    case .tagsInvalid: "what there is instead of a list is lost"
    case .timestampMalformed: "the time that takes its place is a guess"
    case .timestampFuture, .analyticsFuture: "the clock of whoever wrote it may be right, or off by its time zone"
    case .timestampOrder, .accessBeforeCreated, .fragmentOrder: "either of the two times may be the wrong one"
    case .embeddingMixed: "a model may well give vectors of any length"
    default: nil
    }
  }

  private var facts: Facts {
    let (memories, fragments) = ("memories", Table.fragments.name)
    let (duplicates, analytics) = (Table.duplicates.name, Table.analytics.name)
    return switch self {
    case .tablesMissing: (.error, nil, .rebuilding, "tables of the memory system are missing", "create them")
    case .triggersMissing:
      (.error, nil, .rebuilding, "triggers that keep updated_at are missing or disabled", "create or enable them")
    case .columnsRequired:
      (
        .error, nil, .rebuilding, "columns of tables that memsh 0.1.0 made refuse NULL, which applications write",
        "let them take it"
      )
    case .indexesMissing: (.warning, nil, .rebuilding, "indexes are missing", "build them")
    case .indexesInvalid: (.error, nil, .rebuilding, "indexes are INVALID: a build has failed", "build them anew")
    case .textIndex: (.warning, nil, .rebuilding, "the index of words is missing or out of step", "build it anew")
    case .vectorLog:
      (.error, nil, .rebuilding, "the log of changed vectors is missing or out of step", "build it anew")
    case .vectorFile:
      (.warning, nil, .rebuilding, "the file of quantised vectors is damaged or far behind", "write it anew")
    case .integrity: (.error, nil, .rebuilding, "SQLite's integrity_check finds damage", "REINDEX")
    case .journalMode:
      (.warning, nil, .rebuilding, "the file has no write-ahead log: writing keeps readers out", "turn it on")
    case .pgvectorVersion:
      (.warning, nil, .rebuilding, "pgvector before 0.8.4 can damage hnsw and ivfflat indexes", "update the extension")
    case .extensionOutdated:
      (.warning, nil, .rebuilding, "the server has a newer pgvector than this database", "update the extension")
    case .ivfflatLists:
      (.warning, nil, .rebuilding, "the lists of an ivfflat index no longer fit the rows", "build it anew")
    case .sequencesBehind:
      (.error, nil, .rebuilding, "a sequence is behind the largest id: the next insert fails", "move it on")
    case .neverAnalyzed: (.warning, nil, .rebuilding, "tables were never analyzed: plans are guesses", "ANALYZE")
    case .deadTuples: (.warning, nil, .rebuilding, "more than a fifth of a table's rows are dead", "VACUUM")
    case .rowSecurity:
      (
        .warning, nil, .rebuilding, "row-level security hides rows from this role: the checks see only the others",
        "nothing: connect as a role that sees every row"
      )
    case .valueType:
      (
        .error, memories, .values, "values of another type than their column's, or text that is not UTF-8",
        "convert them, or set the default"
      )
    case .fragmentValueType:
      (
        .error, fragments, .values, "fragments with values of another type than their column's",
        "convert them, or set the default"
      )
    case .duplicatesValueType:
      (
        .error, duplicates, .values, "recorded duplicates with values of another type than their column's",
        "convert them, or set NULL"
      )
    case .analyticsValueType:
      (
        .error, analytics, .values, "searches with values of another type than their column's",
        "convert them, or set NULL"
      )
    case .nulText:
      (.warning, memories, .values, "text with a NUL, which PostgreSQL cannot hold", "replace each by U+FFFD")
    case .contentEmpty: (.error, memories, .deletion, "the content is empty or white space", "delete the memories")
    case .userBlank: (.error, memories, .values, "the user id is empty or white space", "set it to 'unknown'")
    case .userVariants:
      (.warning, memories, .values, "user ids differ only in case or spaces", "use the most frequent form")
    case .categoryBlank: (.warning, memories, .values, "the category is empty or white space", "take it away")
    case .categoryVariants:
      (.warning, memories, .values, "categories differ only in case or spaces", "use the most frequent form")
    case .importanceRange:
      (.error, memories, .values, "the importance is not from 0 to 1", "move it to the nearer end; NaN becomes 0.5")
    case .accessNegative: (.error, memories, .values, "the access count is negative", "set it to 0")
    case .metadataInvalid:
      (.error, memories, .values, "the metadata is no JSON object", "put what there is under the key \"value\"")
    case .timestampMalformed:
      (.error, memories, .values, "a time cannot be read, or is infinite", "take the nearest one that is known")
    case .timestampFuture: (.warning, memories, .values, "a time is in the future", "set it to now")
    case .timestampOrder: (.warning, memories, .values, "updated before it was created", "set updated_at to created_at")
    case .accessBeforeCreated:
      (.warning, memories, .values, "read before it was created", "set last_accessed_at to created_at")
    case .duplicatesOrphaned:
      (.error, duplicates, .deletion, "recorded duplicates of memories that are gone", "delete the records")
    case .duplicatesHash:
      (
        .warning, duplicates, .deletion, "recorded hashes are none, or not that of the original any more",
        "delete the records"
      )
    case .duplicatesScore:
      (.warning, duplicates, .values, "a similarity is not from 0 to 1", "move it to the nearer end")
    case .analyticsNegative: (.warning, analytics, .values, "a count or time is negative", "set it to 0")
    case .analyticsFuture: (.warning, analytics, .values, "searches in the future", "set the time to now")
    case .tagsInvalid: (.error, fragments, .values, "the tags are no list of words", "take them away")
    case .fragmentContentEmpty: (.error, fragments, .deletion, "fragments without content", "delete them")
    case .fragmentEveryAgent:
      (
        .error, fragments, .values, "fragments for the agent 'all': to applications NULL means every agent",
        "set their agent to NULL"
      )
    case .fragmentDuplicates: (.warning, fragments, .deletion, "the same fragment more than once", "keep the first")
    case .fragmentOrder:
      (.warning, fragments, .values, "fragments updated before they were created", "set updated_at to created_at")
    case .exactDuplicates:
      (.warning, memories, .merging, "the same content of the same user more than once", "merge, as dedup does")
    case .embeddingNotFinite: (.error, memories, .embedding, "embeddings with NaN or infinity", "compute them anew")
    case .embeddingLength:
      (.error, memories, .embedding, "embeddings of another length than the store's", "compute them anew")
    case .embeddingZero:
      (.warning, memories, .embedding, "embeddings that are zero: no search finds them", "compute them anew")
    case .embeddingMixed:
      (
        .warning, memories, .embedding,
        "embeddings not of length one, where nearly all are: they may be of another model", "compute them anew"
      )
    case .fragmentEmbeddingInvalid:
      (
        .error, fragments, .embedding, "fragments whose embedding has another length or no direction",
        "compute them anew"
      )
    case .embeddingMissing:
      (.warning, memories, .embedding, "memories without an embedding: search by meaning misses them", "compute them")
    case .fragmentEmbeddingMissing: (.warning, fragments, .embedding, "fragments without an embedding", "compute them")
    }
  }
}

/// What a check found.
package struct FaultFinding: Sendable, Equatable {
  /// The fault.
  package let fault: Fault
  /// The rows that have it; empty where it is no matter of rows.
  package let ids: [Int64]
  /// The objects that have it: names of indexes, and what is wrong with them.
  package let objects: [String]
  /// What a fix does to which values, each with how many rows have it, where that says more than the rows' ids.
  package var values: [String] = []

  /// How many rows or objects have it.
  package var count: Int { ids.count + objects.count }

  /// A finding in rows.
  package init(_ fault: Fault, ids: [Int64]) {
    (self.fault, self.ids, objects) = (fault, ids, [])
  }

  /// A finding in anything else.
  package init(_ fault: Fault, objects: [String]) {
    (self.fault, self.objects, ids) = (fault, objects, [])
  }
}
