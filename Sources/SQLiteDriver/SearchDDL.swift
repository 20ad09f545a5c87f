import Database
import GRDB

/// The definitions of what memsh adds to a SQLite store to search it fast: a word index, and a log that tells a file of
/// vectors beside the store which of its rows are still true.
///
/// Triggers keep both, whoever writes, so that neither is ever behind the rows.
enum SearchDDL {
  /// The word index (FTS5). It keeps the text, because an index without it cannot forget a row that was replaced.
  static let textIndex = "memsh_memories_text"
  /// A random number for every vector, drawn anew when the vector changes.
  static let vectorLog = "memsh_vector_log"
  /// One row with a random number, drawn anew at every change of ``vectorLog``.
  static let vectorState = "memsh_vector_state"
  /// The memories whose vectors have changed, the last one last, each with the ``vectorState`` that the change left. Whoever
  /// knows an earlier state reads what has changed since, in place of the whole log.
  static let vectorChanges = "memsh_vector_changes"

  /// FTS5's tokenizer for a language: Porter's stemmer knows English, everything else stays as it is.
  static func tokenizer(language: String) -> String {
    (language == "english" ? "porter " : "") + "unicode61 remove_diacritics 2"
  }

  /// The language that an index was made for.
  static func language(ofIndex definition: String) -> String {
    definition.contains("'\(tokenizer(language: StoreOptions.defaultLanguage))'")
      ? StoreOptions.defaultLanguage : "simple"
  }

  static func createTextIndex(language: String) -> String {
    """
    CREATE VIRTUAL TABLE \(textIndex) USING fts5(
      content, tokenize='\(tokenizer(language: language))');
    INSERT INTO \(textIndex) (rowid, content) SELECT id, content FROM memories;
    CREATE TRIGGER memsh_text_insert AFTER INSERT ON memories BEGIN
      DELETE FROM \(textIndex) WHERE rowid = NEW.id;
      INSERT INTO \(textIndex) (rowid, content) VALUES (NEW.id, NEW.content);
    END;
    CREATE TRIGGER memsh_text_update AFTER UPDATE ON memories
    WHEN NEW.id <> OLD.id OR NEW.content IS NOT OLD.content BEGIN
      DELETE FROM \(textIndex) WHERE rowid IN (OLD.id, NEW.id);
      INSERT INTO \(textIndex) (rowid, content) VALUES (NEW.id, NEW.content);
    END;
    CREATE TRIGGER memsh_text_delete AFTER DELETE ON memories BEGIN
      DELETE FROM \(textIndex) WHERE rowid = OLD.id;
    END;
    """
  }

  /// No `UPDATE OF id`, which would not see `SET rowid`. DELETE and INSERT rather than REPLACE: inside a trigger the conflict clause of the outer statement rules, and an
  /// INSERT OR IGNORE would leave the old number standing.
  static let createVectorLog = """
    CREATE TABLE \(vectorLog) (id INTEGER PRIMARY KEY, token INTEGER NOT NULL);
    CREATE TABLE \(vectorState) (id INTEGER PRIMARY KEY CHECK (id = 1), token INTEGER NOT NULL);
    INSERT INTO \(vectorState) VALUES (1, random());
    INSERT INTO \(vectorLog) SELECT id, random() FROM memories WHERE embedding IS NOT NULL;
    \(createVectorChanges)
    """

  /// The list of changes, empty as yet, and the triggers; those that are there go first: memsh 0.1.0 made them without it.
  static let createVectorChanges =
    vectors.triggers.map { "DROP TRIGGER IF EXISTS \($0); " }.joined() + """
      DROP TABLE IF EXISTS \(vectorChanges);
      CREATE TABLE \(vectorChanges) (number INTEGER PRIMARY KEY, id INTEGER NOT NULL, state INTEGER NOT NULL);
      INSERT INTO \(vectorChanges) (id, state) SELECT 0, token FROM \(vectorState);
      CREATE TRIGGER memsh_vector_insert AFTER INSERT ON memories BEGIN
        DELETE FROM \(vectorLog) WHERE id = NEW.id;
        INSERT INTO \(vectorLog) SELECT NEW.id, random() WHERE NEW.embedding IS NOT NULL;
        UPDATE \(vectorState) SET token = random();
        INSERT INTO \(vectorChanges) (id, state) SELECT NEW.id, token FROM \(vectorState);
        \(forgetOldChanges)
      END;
      CREATE TRIGGER memsh_vector_update AFTER UPDATE ON memories
      WHEN NEW.id <> OLD.id OR NEW.embedding IS NOT OLD.embedding BEGIN
        DELETE FROM \(vectorLog) WHERE id IN (OLD.id, NEW.id);
        INSERT INTO \(vectorLog) SELECT NEW.id, random() WHERE NEW.embedding IS NOT NULL;
        UPDATE \(vectorState) SET token = random();
        INSERT INTO \(vectorChanges) (id, state) SELECT OLD.id, token FROM \(vectorState) WHERE NEW.id <> OLD.id;
        INSERT INTO \(vectorChanges) (id, state) SELECT NEW.id, token FROM \(vectorState);
        \(forgetOldChanges)
      END;
      CREATE TRIGGER memsh_vector_delete AFTER DELETE ON memories BEGIN
        DELETE FROM \(vectorLog) WHERE id = OLD.id;
        UPDATE \(vectorState) SET token = random();
        INSERT INTO \(vectorChanges) (id, state) SELECT OLD.id, token FROM \(vectorState);
        \(forgetOldChanges)
      END;
      """

  /// Reading more of them takes longer than reading the whole log.
  private static let forgetOldChanges = "DELETE FROM \(vectorChanges) WHERE number <= last_insert_rowid() - 100000;"

  /// What the triggers of the word index leave out while they are put aside.
  static let fillText = ["INSERT INTO \(textIndex) (rowid, content) SELECT id, content FROM memories"]
  /// What those of the log leave out. The list of changes begins anew: it must not seem to know what came.
  static let fillVectors = [
    "INSERT INTO \(vectorLog) SELECT id, random() FROM memories WHERE embedding IS NOT NULL",
    "UPDATE \(vectorState) SET token = random()", "DELETE FROM \(vectorChanges)",
    "INSERT INTO \(vectorChanges) (id, state) SELECT 0, token FROM \(vectorState)",
  ]

  /// The definitions as SQLite itself keeps them.
  static func ownDefinitions() throws -> Set<String> {
    var definitions: Set<String> = []
    for language in [StoreOptions.defaultLanguage, "simple"] {
      let queue = try DatabaseQueue()
      definitions.formUnion(
        try queue.write { db in
          try db.execute(sql: "CREATE TABLE memories (id INTEGER PRIMARY KEY, content, embedding)")
          try db.execute(sql: createTextIndex(language: language) + createVectorLog)
          return try String.fetchAll(db, sql: "SELECT sql FROM sqlite_master WHERE sql IS NOT NULL")
        })
    }
    return definitions
  }

  /// Tables, and the triggers without which they are worth nothing.
  struct Parts {
    let tables: [String]
    let triggers: [String]

    var drop: String {
      triggers.map { "DROP TRIGGER IF EXISTS \($0); " }.joined()
        + tables.map { "DROP TABLE IF EXISTS \($0); " }.joined()
    }
  }

  static let text = Parts(
    tables: [textIndex], triggers: ["memsh_text_insert", "memsh_text_update", "memsh_text_delete"])
  static let vectors = Parts(
    tables: [vectorLog, vectorState],
    triggers: ["memsh_vector_insert", "memsh_vector_update", "memsh_vector_delete"])
}
