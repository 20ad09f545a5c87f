/// What `help` explains beside the commands.
enum HelpTopic: String, CaseIterable {
  case scripts, formats, environment
  case exitStatuses = "exit-statuses"
  case sources

  /// The explanation.
  var text: String {
    switch self {
    case .scripts: HelpTopic.scriptsText
    case .formats: HelpTopic.formatsText
    case .environment: HelpTopic.environmentText
    case .exitStatuses: HelpTopic.exitStatusesText
    case .sources: HelpTopic.sourcesText
    }
  }

  private static let scriptsText = """
    SCRIPTS

      A .memsh file holds commands, one a line, or several with ; between them. `memsh -f FILE` runs it, `memsh --check
      -f FILE` only checks it, `include FILE` runs it from another one. All of a script is checked before its first
      command runs.

      # a comment
      'one word'  "one word"      words are quoted as in a POSIX shell
      search espresso \\           a backslash at the end of a line continues the command
      <<EOF                       the lines up to EOF are one word; <<'EOF' inserts no variables
      ${name}  ${ENV:NAME}        a variable (`set name VALUE`, -v name=VALUE), an environment variable
      \\$name  '$name'             the text $name; without \\ or quotes it is an error: it looks like a variable
      assert .length > 0          ends the script with status 4 unless it holds for the last result

      A script stops at its first error, unless it says `set on-error continue`. What destroys needs --yes in a script.
    """

  private static let formatsText = """
    FORMATS

      table     aligned columns; the default on a terminal
      tsv       tab-separated, escaped as PostgreSQL's COPY does; the default in a pipe
      json      one value, an array of objects or an object, complete
      jsonl     one object a line
      csv       RFC 4180
      markdown  a table for tickets and wikis
      vertical  a line for each value

      `output FORMAT` chooses one for the session, --output FORMAT for one command or, before the command, for memsh.
      Text from the database is data: a terminal is shown its control characters, never sent them.
    """

  private static let environmentText = """
    ENVIRONMENT

      DATABASE_URL          the store: postgresql://… or a SQLite file
      MEMORY_TYPE           sqlite or postgres: which of the two is active
      MEMORY_SQLITE_PATH    where `migrate` finds its source
      OPENAI_API_KEY        the key of the embedding server
      OPENAI_BASE_URL       an embedding server of your own
      PGHOST, PGSERVICE, PGPASSFILE, PGSSLMODE, …   as libpq reads them
      XDG_DATA_HOME         memsh/memory.db, memsh/models/
      XDG_CONFIG_HOME       memsh/rc.memsh, the start-up script of the prompt
      XDG_STATE_HOME        memsh/history, memsh/rejects/, memsh/backups/
      XDG_CACHE_HOME        memsh/embeddings.db
      VISUAL, EDITOR        what `edit-line` starts
      PAGER                 what shows long results; `set pager` wins
      NO_COLOR              no colours

      A .env file in the working directory is read for the first seven; the real environment wins.
    """

  private static let exitStatusesText = """
    EXIT STATUSES

      0    all done
      1    a command failed
      2    a mistake in the command line or the script; nothing was run
      3    there is no connection, or it was lost
      4    an `assert` did not hold
      130  interrupted by Ctrl-C

      Never 0 after a failure, `set on-error continue` included: then it is the status of the first one.
    """

  private static let sourcesText = """
    SOURCES

      `migrate --from SOURCE` reads, and never changes:

      a legacy memory file      SQLite with a table of memories; embeddings as JSON text or as float32 or float64 BLOBs
      a memsh SQLite store      every table, vectors to the bit
      a PostgreSQL URL          a store of the memory system, with ?schema=NAME the one in that schema

      Without --from: $MEMORY_SQLITE_PATH, else the embedded store. Rows that cannot be migrated are written to a reject
      file as JSON lines, each with its reason.
    """
}
