import Foundation
import PostgresClient
import TestSupport
import Testing

/// What a role that may only create in a schema of the search path can put in memsh's way.
///
/// The schema is filled with operators and functions that have the names of the system's and fit other types better. The
/// role that memsh works as may not execute them, so that a statement which picks one fails when it is planned, whether
/// there are rows or not.
@Suite struct HostileObjectsTests {
  private let folder: TestFolder
  private let memsh: Memsh
  private let database: TestDatabase
  /// A role that owns the database and is no superuser: superusers may execute everything.
  private static let role = "memsh_test_owner"

  init() throws {
    folder = try TestFolder()
    memsh = Memsh(in: folder)
    database = try TestDatabase()
    try change(
      """
      DO $$ BEGIN CREATE ROLE \(Self.role) LOGIN; EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$;
      ALTER DATABASE \(database.url.split(separator: "/").last ?? "") OWNER TO \(Self.role);
      CREATE EXTENSION vector; GRANT ALL ON SCHEMA public TO \(Self.role);
      """)
  }

  private func change(_ sql: String) throws { try database.execute(sql) }

  /// The URL of the role that memsh works as.
  private func url(schema: String?) -> String {
    database.url.replacing("postgres@", with: Self.role + "@") + (schema.map { "?schema=\($0)" } ?? "")
  }

  /// Every word that stands in front of a parenthesis in the store's statements: the system's functions among them.
  private static func calledNames() throws -> Set<String> {
    let sources = Memsh.package + "/Sources/PostgresDriver/"
    return try FileManager.default.contentsOfDirectory(atPath: sources).reduce(into: []) { names, file in
      let text = try String(contentsOfFile: sources + file, encoding: .utf8)
      for match in text.matches(of: /([a-z_0-9]+)\(/) { names.insert(String(match.1)) }
    }
  }

  /// Defines, in `public`, an operator for each pair of types and functions for one and two of them.
  private static func hostileObjects() throws -> String {
    let names = try calledNames().sorted().joined(separator: ",")
    return """
      DO $do$
      DECLARE
        t text; u text; o text; f text;
        types text[] := string_to_array('text,varchar,name,int4,int8,float8,numeric,timestamp,timestamptz,jsonb,oid,'
          'regclass,text[],public.vector', ',');
        few text[] := string_to_array('text,varchar,name,int4,int8,float8,text[]', ',');
        operators text[] := string_to_array('= <> < > <= >= ~~ !~~ ~ !~ @@ @> <@ && || #>> -> ->> + - * / % <=>', ' ');
        body text := 'LANGUAGE plpgsql AS ''BEGIN RETURN NULL; END''';
      BEGIN
        PERFORM pg_catalog.set_config('check_function_bodies', 'off', false),
          pg_catalog.set_config('search_path', 'pg_catalog', false);
        FOREACH t IN ARRAY types LOOP FOREACH u IN ARRAY types LOOP
          EXECUTE format('CREATE FUNCTION public.hostile_bool(%s, %s) RETURNS bool %s', t, u, body);
          EXECUTE format('CREATE FUNCTION public.hostile_text(%s, %s) RETURNS text %s', t, u, body);
          EXECUTE format('CREATE FUNCTION public.hostile_float(%s, %s) RETURNS float8 %s', t, u, body);
          FOREACH o IN ARRAY operators LOOP
            CONTINUE WHEN to_regoperator(format('public.%s(%s, %s)', o, t, u)) IS NOT NULL;
            EXECUTE format('CREATE OPERATOR public.%s (LEFTARG = %s, RIGHTARG = %s, PROCEDURE = public.hostile_%s)', o, t, u,
              CASE WHEN o IN ('||', '#>>', '->', '->>') THEN 'text' WHEN o IN ('+', '-', '*', '/', '%', '<=>') THEN 'float'
                ELSE 'bool' END);
          END LOOP;
        END LOOP;
        -- Each new object holds a lock until the transaction ends.
        COMMIT;
        END LOOP;
        FOR f IN SELECT DISTINCT proname FROM pg_proc
          WHERE pronamespace = 'pg_catalog'::regnamespace AND proname = ANY ('{\(names)}'::name[])
        LOOP
          FOREACH t IN ARRAY types LOOP
            CONTINUE WHEN to_regprocedure(format('public.%I(%s)', f, t)) IS NOT NULL;
            EXECUTE format('CREATE FUNCTION public.%I(%s) RETURNS text %s', f, t, body);
          END LOOP;
          FOREACH t IN ARRAY few LOOP FOREACH u IN ARRAY few LOOP
            CONTINUE WHEN to_regprocedure(format('public.%I(%s, %s)', f, t, u)) IS NOT NULL;
            EXECUTE format('CREATE FUNCTION public.%I(%s, %s) RETURNS text %s', f, t, u, body);
          END LOOP; END LOOP;
          COMMIT;
        END LOOP;
      END $do$
      """
  }

  /// Functions of the rows of the tables, which must be there first.
  private static func rowFunctions(in schema: String) -> String {
    ["memories", "prompt_fragments", "memory_duplicates", "memory_analytics"].map { table in
      """
      CREATE FUNCTION public.to_jsonb(\(schema).\(table)) RETURNS jsonb LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';
      CREATE FUNCTION public.jsonb_populate_record(\(schema).\(table), jsonb) RETURNS \(schema).\(table)
        LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';
      """
    }.joined(separator: "\n")
  }

  /// Commands that between them send every kind of statement; each must succeed.
  private static let script = """
    status
    ensure-vector --update
    schema
    seed
    fragments list --agent all --tier core --category tone
    fragments add --category tone --content "be kind" --tags a,b
    fragments edit 8 --priority 3
    fragments disable 8
    fragments delete 8 --yes
    undo --yes
    add "Ada likes green tea" --user ada --category taste --force
    add "Bob owns a red bicycle" --user bob --category things --force
    add "Bob owns a red bicycle" --user bob --category things --force
    add "Carl keeps bees" --user "Ada " --category Taste --force
    add "Ada drinks neither coffee nor milk" --user ada
    import in.jsonl
    list --user ada --category taste --min-importance 0.1 --since 1d --until 2030-01-01 --where metadata.color=blue
    list --sort created --limit 1 --after 1
    list --sort user --limit 1 --after 1
    list --sort category --limit 1 --after 1 --descending
    list --sort accessed --limit 1 --after 1 --descending
    list --sort importance --limit 1 --after 1 --descending
    show 1
    search tea --user ada --category taste --threshold 0.1
    search "red bicycle" --mode lexical
    search "red bicycle" --explain
    eval --make 3 queries.jsonl
    eval queries.jsonl
    map
    search "red bicycle" --mode hybrid --record
    search "red bicycle" --mode semantic --exact
    search --similar-to 1
    prompt "hello" --user ada
    recall
    users
    categories
    duplicates
    stats --user ada
    stats --by day
    stats --by importance
    stats --by user
    stats --index
    stats --latency
    analytics --user ada
    edit 1 --category drinks --importance 0.9 --content "Ada likes black tea" --metadata '{"a": 1}' --user adah
    merge 2 3 --yes
    undo --yes
    reassign --from bob --to rob --yes
    decay --unused 0 --half-life 1 --yes
    journal
    journal show 1
    undo --yes
    delete --user cy --yes
    undo --yes
    dedup --record --yes
    dedup --merge --yes
    doctor --fix user_variants --yes
    doctor --fix all --yes
    export all.jsonl
    export copy.db --format sqlite
    backup b.db
    reembed --yes
    set dimensions 24
    reembed --yes
    journal prune --older-than 0d --yes
    set text-search-language german
    search tea
    migrate --from other.db --yes
    rollback --run last --yes
    doctor
    """

  @Test("no command picks an operator or a function that another role has defined", arguments: [nil, "tenant"])
  func picksNobodysObjects(schema: String?) throws {
    try folder.write(
      """
      {"table":"memories","user_id":"cy","content":"imported one about foxes","category":"zoo"}
      {"table":"memories","user_id":"cy","content":"imported two about owls"}

      """, to: "in.jsonl")
    try folder.write(Self.script + "\n", to: "s.memsh")
    let other = try memsh.run([
      "-q", "-d", folder.file("other.db"), "--embedder", "hash", "-c",
      "set dimensions 24; schema --create; add 'a memory from elsewhere' --user dora --force",
    ])
    #expect(other.status == 0, "\(other.errors)")
    // What the superuser makes from here on nobody else may execute.
    try change("ALTER DEFAULT PRIVILEGES REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC")
    try change(try Self.hostileObjects())
    let arguments = ["-y", "-q", "-d", url(schema: schema), "--embedder", "hash"]
    let created = try memsh.run(arguments + ["-c", "set dimensions 16; schema --create; backup b0.db; restore b0.db"])
    try #require(created.status == 0, "\(created.errors)")
    try change(Self.rowFunctions(in: schema ?? "public"))
    let result = try memsh.run(arguments + ["-c", "set dimensions 16", "-f", folder.file("s.memsh")])
    #expect(result.status == 0, "\(result.errors)")
  }

  @Test("no source of others picks an operator or a function that another role has defined")
  func picksNobodysObjectsInSources() throws {
    try change(
      """
      CREATE TABLE notes (id int PRIMARY KEY, user_id varchar, said varchar, vector public.vector, extra jsonb, at timestamptz);
      INSERT INTO notes VALUES (1, 'ada', 'Ada likes green tea in the morning', '[1,2,3]', '{"a": 1}', now());
      CREATE TABLE mem0 (id uuid PRIMARY KEY, vector public.vector, payload jsonb);
      INSERT INTO mem0 VALUES ('00000000-0000-0000-0000-000000000001', '[1,2,3]',
        '{"data": "Bob owns a red bicycle", "user_id": "bob", "created_at": "2026-01-01T00:00:00Z"}');
      GRANT ALL ON ALL TABLES IN SCHEMA public TO \(Self.role);
      ALTER DEFAULT PRIVILEGES REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC
      """)
    try change(try Self.hostileObjects())
    let source = url(schema: nil)
    for command in [
      ["inspect", source], ["migrate", "--from", source, "--max-rejected", "all"],
      ["migrate", "--from", source, "--table", "notes"],
      ["migrate", "--from", source, "--table", "notes", "--map", "user=user_id,content=said,metadata=extra"],
      ["diff", source],
    ] {
      let result = try memsh.run(["-y", "-q", "-d", folder.file("target.db"), "--embedder", "hash"] + command)
      #expect(
        result.status == 0 || result.errors.contains("differ") || result.errors.contains("content=said"),
        "\(command.first ?? ""): \(result.errors)")
    }
    #expect(try folder.rows("target.db", "SELECT content FROM memories ORDER BY 1").count == 2)
  }

  @Test("an operator for the types of a column runs no code when memsh lists and adds")
  func runsNoForeignCode() throws {
    let url = database.url
    func run(_ arguments: String...) throws {
      let result = try memsh.run(["-q", "--embedder", "hash", "-d", url] + arguments)
      #expect(result.status == 0, "\(result.errors)")
    }
    try run("-c", "set dimensions 16; schema --create; add 'a fact' --user ada --force")
    try change(
      """
      CREATE TABLE loot (x text);
      CREATE FUNCTION evil(varchar, text) RETURNS bool LANGUAGE plpgsql
        AS $$ BEGIN INSERT INTO public.loot VALUES (current_user); RETURN true; END $$;
      CREATE OPERATOR public.= (LEFTARG = varchar, RIGHTARG = text, PROCEDURE = evil);
      """)
    try run("list", "--user", "ada")
    try run("-c", "set dimensions 16; add 'one more fact' --user ada --force")
    #expect(try database.value("SELECT count(*) FROM loot") == "0")
  }

  @Test("a trigger function that another role has put there is refused by name")
  func refusesForeignTrigger() throws {
    try change(
      """
      DO $$ BEGIN CREATE ROLE memsh_test_mallory LOGIN; EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$;
      GRANT CREATE ON SCHEMA public TO memsh_test_mallory;
      SET ROLE memsh_test_mallory;
      CREATE FUNCTION update_updated_at_column() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
      """)
    let result = try memsh.run(["-q", "--embedder", "hash", "-d", url(schema: nil), "schema", "--create"])
    #expect(result.status == 1)
    #expect(result.errors.contains("memsh_test_mallory"))
    #expect(try database.value("SELECT to_regclass('memories')") == nil)
  }

  @Test(
    "the casts that keep foreign operators out take no index away",
    arguments: [
      ("user_id::text = 'u1'", "memories_user_idx"), ("category::text = 'k1'", "memories_category_idx"),
      ("importance_score::float8 >= 0.9999::float8", "memories_importance_idx"),
      ("id = ANY ('{1,2}'::text[]::int8[])", "memories_pkey"),
    ])
  func keepsIndexes(condition: String, index: String) throws {
    #expect(
      try memsh.run(["-q", "--embedder", "hash", "-d", database.url, "-c", "set dimensions 8; schema --create"]).status
        == 0)
    try change(
      """
      INSERT INTO memories (user_id, content, category, importance_score)
        SELECT 'u' || i % 500, 'c' || i, 'k' || i % 300, random() FROM generate_series(1, 20000) AS i;
      ANALYZE memories
      """)
    let plan = try database.connect().query(unsafeSQL: "EXPLAIN SELECT * FROM memories WHERE \(condition)")
      .rows
      .compactMap { try $0.text(0) }.joined(separator: "\n")
    #expect(plan.contains(index), "\(plan)")
  }
}
