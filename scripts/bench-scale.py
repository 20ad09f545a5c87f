"""The measuring half of scripts/bench-scale."""
import io
import os
import shutil
import statistics
import struct
import subprocess
import sys
import time

memsh, folder, rows, backend, server, programs = sys.argv[1:7]
rows, wanted = int(rows), set(sys.argv[7:])
DIMENSIONS, REPEATS, CHUNK = 256, 3, 10_000
# A user with half of all rows, and one of a thousand with the others.
LARGE, SMALL = "user-large", "user-1500"
os.makedirs(folder, exist_ok=True)
store = os.path.join(folder, "store.db")
peer_server = server.rsplit("/", 1)[0] + "/peer"


def memories():
    """Chunks of (id, user, category, content, importance, age in days, vector): the same ones in every run."""
    import numpy as np
    random = np.random.default_rng(11)
    syllables = ["ba", "ke", "li", "mo", "nu", "ra", "se", "ti", "vo", "zu", "dra", "fel", "gri", "hon", "jat", "pre"]
    words = np.array(["".join(random.choice(syllables, random.integers(2, 5))) for _ in range(20_000)])
    topics = max(20, rows // 2_000)
    vocabularies = random.integers(0, len(words), (topics, 60))
    centres = random.standard_normal((topics, DIMENSIONS)).astype(np.float32)
    for first in range(0, rows, CHUNK):
        count = min(CHUNK, rows - first)
        topic = random.integers(0, topics, count)
        vectors = centres[topic] + random.standard_normal((count, DIMENSIONS)).astype(np.float32) * 1.2
        vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
        own = vocabularies[topic[:, None], random.integers(0, 60, (count, 8))]
        common = random.zipf(1.3, (count, 8)) % len(words)
        texts = words[np.concatenate([own, common], axis=1)]
        numbers, ages = random.integers(0, 100_000, count), random.uniform(0, 400, count)
        importances, users = random.uniform(0, 1, count), random.integers(0, 2_000, count)
        for row in range(count):
            user = LARGE if users[row] < 1_000 else f"user-{users[row]}"
            text = " ".join(texts[row]).capitalize() + f" {numbers[row]}."
            yield (first + row + 1, user, f"topic-{topic[row] % 12}", text, float(importances[row]), float(ages[row]),
                   vectors[row])


def run(command, text=None, check=True):
    """The seconds that a process takes, and its peak memory in MB."""
    started = time.perf_counter()
    process = subprocess.Popen(
        command, stdin=subprocess.PIPE if text is not None else subprocess.DEVNULL, stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE)
    if text is not None:
        process.stdin.write(text.encode())
        process.stdin.close()
    errors = process.stderr.read().decode()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if check and process.returncode != 0:
        raise SystemExit(f"{' '.join(command)[:200]} ended with {process.returncode}: {errors[-2000:]}")
    return time.perf_counter() - started, usage.ru_maxrss / 1024


def fill_sqlite(path):
    import sqlite3
    run([memsh, "-q", "--embedder", "hash", "-d", path, "-c", f"set dimensions {DIMENSIONS}; schema --create"])
    database = sqlite3.connect(path)
    database.executescript("PRAGMA synchronous = OFF; PRAGMA cache_size = -200000;")
    database.executemany(
        "INSERT INTO memories (id, user_id, category, content, importance_score, embedding, created_at, updated_at)"
        " VALUES (?, ?, ?, ?, ?, ?, strftime('%Y-%m-%dT%H:%M:%f000Z', 'now', ?), strftime('%Y-%m-%dT%H:%M:%f000Z', 'now', ?))",
        ((id, user, category, text, importance, vector.tobytes(), f"-{age} days", f"-{age} days")
         for id, user, category, text, importance, age, vector in memories()))
    database.commit()
    database.close()
    # The first search writes the file of quantised vectors.
    run([memsh, "-q", "-d", path, "search", "--similar-to", "1"])


def fill_postgres():
    run([memsh, "-q", "--embedder", "hash", "-d", server, "-c",
         f"set dimensions {DIMENSIONS}; schema --create --index none"])
    now = int((time.time() - 946_684_800) * 1e6)
    copy = subprocess.Popen(
        [f"{programs}/psql", "-X", "-q", "-v", "ON_ERROR_STOP=1", server, "-c",
         "COPY memories (id, user_id, category, content, importance_score, created_at, updated_at, embedding)"
         " FROM STDIN (FORMAT binary)"], stdin=subprocess.PIPE)
    out = io.BufferedWriter(copy.stdin, 1 << 20)
    out.write(b"PGCOPY\n\xff\r\n\0" + struct.pack(">II", 0, 0))
    key = subprocess.run(
        [f"{programs}/psql", "-X", "-A", "-t", server, "-c",
         "SELECT format_type(atttypid, NULL) FROM pg_attribute WHERE attrelid = 'memories'::regclass AND attname = 'id'"],
        capture_output=True, text=True, check=True).stdout.strip()
    for id, user, category, text, importance, age, vector in memories():
        moment = struct.pack(">q", now - int(age * 86_400e6))
        values = [struct.pack(">q" if key == "bigint" else ">i", id), user.encode(), category.encode(), text.encode(),
                  struct.pack(">d", importance), moment, moment,
                  struct.pack(">HH", DIMENSIONS, 0) + vector.astype(">f4").tobytes()]
        out.write(struct.pack(">h", len(values)) + b"".join(struct.pack(">i", len(value)) + value for value in values))
    out.write(struct.pack(">h", -1))
    out.close()
    if copy.wait() != 0:
        raise SystemExit("COPY failed")
    run([f"{programs}/psql", "-X", "-q", server, "-c",
         "SELECT setval(pg_get_serial_sequence('memories', 'id'), (SELECT max(id) FROM memories)); ANALYZE memories"])


class Backend:
    """The stores and commands of one backend: how memsh is called, and its peer."""

    def __init__(self, kind):
        self.kind = kind
        self.isSQLite = kind == "sqlite"
        self.location = store if self.isSQLite else server

    def memsh(self, *words):
        return [memsh, "-q", "--embedder", "hash", "-d", self.location, *words]

    def sql(self, statement):
        if self.isSQLite:
            return ["sqlite3", self.location, statement]
        return [f"{programs}/psql", "-X", "-q", self.location, "-c", statement]

    @property
    def decay(self):
        """What `decay` does, in plain SQL: the images of before into a table like the journal's, and the update."""
        key, moment, image, days = (
            ("INTEGER PRIMARY KEY", "strftime('%Y-%m-%dT%H:%M:%f000Z', 'now', '-30 days')", "json_object",
             "julianday('now') - julianday(updated_at)") if self.isSQLite else
            ("bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY", "now() - interval '30 days'", "jsonb_build_object",
             "extract(epoch FROM now() - updated_at)::float8 / 86400"))
        return f"""
            BEGIN;
            CREATE TABLE peer_rows (position {key}, operation_id bigint NOT NULL, table_name text NOT NULL,
              row_id bigint NOT NULL, before text, after text, UNIQUE (operation_id, table_name, row_id));
            CREATE INDEX peer_rows_row_idx ON peer_rows (row_id, table_name);
            INSERT INTO peer_rows (operation_id, table_name, row_id, before)
              SELECT 1, 'memories', id, {image}('importance_score', importance_score, 'updated_at', updated_at)
              FROM memories WHERE importance_score > 0 AND updated_at < {moment} ORDER BY id;
            UPDATE memories SET importance_score = importance_score * power(2, -({days}) / 180)
              WHERE importance_score > 0 AND updated_at < {moment};
            ROLLBACK"""

    def name(self, ending):
        return os.path.join(folder, f"{self.kind}-{ending}")


def measure(title, work, peer=None, *, before=None, repeats=REPEATS, after=None, first=None):
    """One line: medians of memsh and its peer, in turn, and memsh's peak memory."""
    if wanted and not any(word in title.split() for word in wanted):
        return
    if first:
        first()
    ours, theirs, peaks = [], [], []
    for _ in range(repeats):
        if before:
            before()
        seconds, peak = work()
        ours.append(seconds)
        peaks.append(peak)
        if after:
            after()
        if peer:
            theirs.append(peer()[0])
    line = f"{title:44} {statistics.median(ours) * 1e3:10.0f} ms"
    if theirs:
        line += f" {statistics.median(theirs) * 1e3:10.0f} ms {statistics.median(ours) / statistics.median(theirs):7.2f} x"
    else:
        line += " " * 22
    print(f"{line:80} {max(peaks):6.0f} MB", flush=True)


def remove(*paths):
    for path in paths:
        for end in ("", "-wal", "-shm", "-journal"):
            if os.path.exists(path + end):
                os.remove(path + end)


def measure_backend(kind):
    on = Backend(kind)
    print(f"{rows:,} memories, {kind}: memsh, its peer, ratio, memsh's peak memory")
    last = rows - 10
    page = "SELECT id, user_id, content, category, importance_score FROM memories"
    counter = iter(range(10_000_000))

    def add(user=LARGE):
        return run(on.memsh("add", "--user", user, f"The ferry to Lisbon leaves at {next(counter)} from pier nine"))

    # On a large store slow work runs once.
    few = 1 if rows > 200_000 else REPEATS

    def sql(statement):
        return lambda: run(on.sql(statement))

    def command(*words):
        return lambda: run(on.memsh(*words))

    if not on.isSQLite:
        build = ("SET maintenance_work_mem = '4GB'; SET max_parallel_maintenance_workers = 2;"
                 " ALTER TABLE memories SET (parallel_workers = 2);"
                 " CREATE INDEX memories_embedding_idx ON memories USING hnsw (embedding vector_cosine_ops);"
                 " ALTER TABLE memories RESET (parallel_workers)")
        drop = lambda: run(on.sql("DROP INDEX IF EXISTS memories_embedding_idx"))
        measure("hnsw index", command("schema", "--create", "--index", "hnsw"), sql(build), before=drop, after=drop,
                repeats=few)
        without = {"hnsw", "index", "status", "list", "script", "decay", "backup", "restore", "export", "jsonl"}
        if not wanted or wanted - without:
            run(on.memsh("schema", "--create", "--index", "hnsw"))
    measure("status", command("status"), sql("SELECT 1"), repeats=15)
    measure("list", command("list"), sql(f"{page} ORDER BY id LIMIT 20"), repeats=9)
    measure("list --after, the last page", command("list", "--after", str(last)),
            sql(f"{page} WHERE id > {last} ORDER BY id LIMIT 20"), repeats=9)
    measure("list --sort importance --descending", command("list", "--sort", "importance", "--descending"),
            sql(f"{page} ORDER BY importance_score DESC LIMIT 20"), repeats=9)
    script = on.name("lists.memsh")
    with open(script, "w") as file:
        file.write("list\n" * 100)
    measure("script of 100 list", command("-f", script),
            lambda: run(on.sql("")[:-1 if on.isSQLite else -2], text=f"{page} ORDER BY id LIMIT 20;\n" * 100), repeats=9)
    for mode in ("lexical", "semantic", "hybrid"):
        for user in (LARGE, SMALL):
            measure(f"search --mode {mode}, {user}",
                    command("search", "--mode", mode, "--user", user, "kelibo drafel 4711"), repeats=5)
    similar = command("search", "--similar-to", "77")
    measure("search --similar-to", similar, repeats=9)
    if on.isSQLite:
        # The vectors of 1,000 memories change; the peer is the same search before.
        times = []

        def change():
            times.extend(similar() for _ in range(9))
            run(on.sql("UPDATE memories SET embedding = (SELECT embedding FROM memories AS m WHERE m.id = memories.id + 1)"
                       f" WHERE id % {max(1, rows // 1_000)} = 1"))

        measure("search after 1,000 changes", similar, times.pop, repeats=9, first=change)
    for user in (LARGE, SMALL):
        measure(f"add (four layers), {user}", lambda: add(user), sql(
            f"INSERT INTO memories (user_id, content) VALUES ('{user}', 'The ferry to Porto leaves at noon')"), repeats=5)
    measure("undo of one row", command("undo", "--yes"), before=add)
    measure("doctor", command("doctor"), repeats=few)
    measure("dedup --dry-run", command("dedup", "--dry-run"), repeats=few)
    def undo():
        run(on.memsh("undo", "--yes"))
        if not on.isSQLite:
            run(on.sql("VACUUM memories"))

    if not on.isSQLite:
        # From here on without the index of vectors: each row that changes or comes would take minutes of a run to find its
        # place there, by memsh as by plain SQL.
        drop()
    measure("decay", command("decay", "--unused", "30", "--yes"), sql(on.decay), after=undo, repeats=few)
    backup, plain = on.name("backup.db"), on.name("plain-backup")
    clear = lambda: remove(backup, plain)
    measure("backup", command("backup", backup), lambda: run(
        ["sqlite3", on.location, f".backup {plain}"] if on.isSQLite else
        [f"{programs}/pg_dump", "-Fc", "-f", plain, "-N", "memsh", on.location]), before=clear, repeats=few)
    if not wanted or wanted & {"restore"}:
        clear()
        run(on.memsh("backup", backup))
        if not on.isSQLite:
            run([f"{programs}/pg_dump", "-Fc", "-f", plain, "-N", "memsh", on.location])
            run([f"{programs}/psql", "-X", "-q", server, "-c", "DROP DATABASE IF EXISTS peer", "-c", "CREATE DATABASE peer"])
    measure("restore", command("restore", backup, "--no-backup", "--yes"), lambda: run(
        ["sqlite3", plain, f".restore {backup}"] if on.isSQLite else
        [f"{programs}/pg_restore", "-d", peer_server, "--clean", "--if-exists", plain]), repeats=few)
    clear()
    lines = on.name("memories.jsonl")
    measure("export jsonl", lambda: run(on.memsh("export", lines)), sql(
        "SELECT json_object('id', id, 'user_id', user_id, 'content', content, 'category', category, 'importance_score',"
        " importance_score, 'created_at', created_at, 'embedding', hex(embedding)) FROM memories" if on.isSQLite else
        "SELECT row_to_json(m) FROM memories AS m"), before=lambda: remove(lines), repeats=few)
    if on.isSQLite:
        empty, dump, other = on.name("empty.db"), on.name("dump.sql"), on.name("other.db")
        if not wanted or wanted & {"import"}:
            remove(lines)
            run(on.memsh("export", lines))
        def fresh():
            remove(empty, other)
            run([memsh, "-q", "--embedder", "hash", "-d", empty, "-c", f"set dimensions {DIMENSIONS}; schema --create"])
        measure("import jsonl", lambda: run(
            [memsh, "-q", "--embedder", "hash", "-d", empty, "import", lines, "--yes"]),
            lambda: run(["sh", "-c", f"sqlite3 {on.location} .dump | sqlite3 {other}"]), before=fresh, repeats=few)
        remove(empty, dump, other)
    remove(lines, script)


def fill(kind):
    """Fills the store in a process of its own: a child's peak memory begins at that of the process which starts it."""
    subprocess.run([sys.executable, __file__, memsh, folder, str(rows), "fill", server, programs, kind], check=True)


if backend == "fill":
    fill_sqlite(store) if "sqlite" in wanted else fill_postgres()
    sys.exit()
if backend != "postgres":
    if not os.path.exists(store + f"-{rows}"):
        remove(store)
        shutil.rmtree(folder)
        os.makedirs(folder)
        fill("sqlite")
        open(store + f"-{rows}", "w").close()
    measure_backend("sqlite")
if backend != "sqlite":
    fill("postgres")
    measure_backend("postgres")
