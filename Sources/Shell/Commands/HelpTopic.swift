/// What `help` explains beside the commands.
enum HelpTopic: String, CaseIterable {
  case keys, words, settings, scripts, formats, sources, environment
  case exitStatuses = "exit-statuses"

  /// The explanation.
  var text: String {
    switch self {
    case .keys: HelpTopic.keysText
    case .words: HelpTopic.wordsText
    case .settings: HelpTopic.settingsText
    case .scripts: HelpTopic.scriptsText
    case .formats: HelpTopic.formatsText
    case .sources: HelpTopic.sourcesText
    case .environment: HelpTopic.environmentText
    case .exitStatuses: HelpTopic.exitStatusesText
    }
  }

  private static let keysText = """
    KEYS

      Tab              completes commands, options, files, settings, SQL, and what
                       the store holds
      Up, Down         earlier commands that begin like the line
      Ctrl-R, Ctrl-S   search what was typed, backwards and forwards
      Ctrl-C           throws the line away, or cancels the command that runs
      Ctrl-D           leaves
      Ctrl-Z           stops memsh; `fg` goes on

      An open quote, a \\ at the end, <<EOF, and SQL without its ; go on in the
      next line. A * in the prompt tells that a transaction is open (`help begin`).
      The prompt of a store labelled production is red.

      COMMAND | less   gives the result to a program
      COMMAND > FILE   writes it into a file, >> adds it to one
      !COMMAND         runs a command of the system's shell
    """

  /// Which words stand for which command.
  private static var wordsText: String {
    var meanings: [(meaning: String, words: [String])] = []
    var advised: [String] = []
    for word in FamiliarWords.all {
      switch (word.meaning(false, Settings()), word.meaning(true, Settings())) {
      case (.command(let alone), .command(let followed)):
        let meaning = alone == followed ? alone : "\(alone), or \(followed) …"
        if let index = meanings.firstIndex(where: { $0.meaning == meaning }) {
          meanings[index].words.append(word.name)
        } else {
          meanings.append((meaning, [word.name]))
        }
      default: advised.append(word.name)
      }
    }
    let width = 30
    let lines = meanings.map { meaning, words in
      let names = words.joined(separator: "  ")
      return "  " + names + String(repeating: " ", count: max(2, width - names.count)) + meaning
    }
    return """
      WORDS OF OTHER SHELLS

      \(lines.joined(separator: "\n"))

        \(advised.joined(separator: "  "))  say what to type instead.
        SELECT …;  is sql 'SELECT …'.  `alias NAME='COMMAND'` makes a word of your
        own; `alias` lists them.
      """
  }

  /// What each setting is for.
  private static var settingsText: String {
    let lines = Setting.all.map { setting in
      let help = setting.help.split(separator: " ").map(String.init).wrapped(columns: 80, indentation: 24)
      return "  " + setting.name + help.dropFirst(2 + setting.name.count)
    }
    return """
      SETTINGS

      \(lines.joined(separator: "\n"))

        `set` shows what they are, `set NAME VALUE` changes one, `unset NAME`
        restores it. Lines of the start-up file, $XDG_CONFIG_HOME/memsh/rc.memsh,
        set them for every session at the prompt.
      """
  }

  private static let scriptsText = """
    SCRIPTS

      A .memsh file holds commands, one a line, or several with ; between them.
      `memsh FILE.memsh` runs it, `memsh --check FILE.memsh` only checks it,
      `include FILE` runs it from another one. All of a script is checked before
      its first command runs.

      # a comment
      'one word'  "one word"   words are quoted as in a POSIX shell
      search espresso \\        a \\ at the end of a line continues the command
      <<EOF                    the lines up to EOF are one word; <<'EOF' inserts
                               no variables
      ${name}  ${ENV:NAME}     a variable (`set name VALUE`, -v name=VALUE), an
                               environment variable
      ${1}  ${2}               the words behind the script: memsh job.memsh ada
      \\$name  '$name'          the text $name; bare, it is an error
      assert .length > 0       ends the script with status 4 unless it holds for
                               the last result
      begin … commit           stores all that is changed in between, or nothing

      A script stops at its first error, unless it says `set on-error continue`.
      What destroys needs --yes in a script.
    """

  private static let formatsText = """
    FORMATS

      table     aligned columns; the default on a terminal
      tsv       tab-separated, escaped as PostgreSQL's COPY does; the default in
                a pipe
      json      one value, an array of objects or an object, complete
      jsonl     one object a line
      csv       RFC 4180
      markdown  a table for tickets and wikis
      vertical  a line for each value; `set expanded auto` takes it for rows that
                do not fit the terminal

      `output FORMAT` chooses one for the session; --output FORMAT, --json and
      --csv for one command or, before the command, for memsh. Text from the
      database is data: a terminal is shown its control characters, never sent
      them.
    """

  private static let sourcesText = """
    SOURCES

      `migrate --from SOURCE` reads, and never changes:

      a legacy memory file   SQLite with a table of memories; embeddings as JSON
                             text or as float32 or float64 BLOBs
      a memsh store          a SQLite file, or a PostgreSQL URL, with ?schema=NAME
                             the one in that schema: every table, vectors to the bit
      a file or folder of    mem0, Chroma, Qdrant, mcp-memory-service, OpenMemory,
                             LangGraph, Letta, Agno, llm, Memori, PowerMem, txtai,
                             sqlite-vec, the MCP memory server; Markdown notes
      a PostgreSQL URL with  mem0, LangGraph, Letta, Agno, LangChain's PGVector,
                             LlamaIndex
      any other table        with --table and --map
      @NAME                  a named connection (`help connections`)

      `inspect SOURCE` tells what it is, and the `migrate` line to type. Without
      --from: $MEMORY_SQLITE_PATH, else the embedded store. Rows that cannot be
      migrated are written to a reject file as JSON lines, each with its reason;
      --max-rejected says how many of them are no failure.
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
      XDG_CONFIG_HOME       memsh/rc.memsh, the start-up script of the prompt;
                            memsh/connections.json
      XDG_STATE_HOME        memsh/history, memsh/rejects/, memsh/backups/
      XDG_CACHE_HOME        memsh/embeddings.db
      VISUAL, EDITOR        what `edit` and `edit-line` start
      PAGER                 what shows long results; `set pager` wins
      NO_COLOR              no colours

      A .env file in the working directory is read for the first five, and for
      PGHOST, PGPORT, PGUSER, PGDATABASE, PGSSLMODE and PGPASSWORD; the real
      environment wins.
    """

  private static let exitStatusesText = """
    EXIT STATUSES

      0    all done
      1    a command failed
      2    a mistake in the command line or the script; nothing was run
      3    there is no connection, or it was lost
      4    an `assert` did not hold
      130  interrupted by Ctrl-C

      Never 0 after a failure, `set on-error continue` included: then it is the
      status of the first one.
    """
}
