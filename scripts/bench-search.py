"""The measuring half of scripts/bench-search."""
import json
import sqlite3
import statistics
import subprocess
import sys
import time

import apsw
import faiss
import numpy as np
import sqlite_vec

memsh, store, rows, dimensions = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
NEIGHBOURS, QUERIES, RESCORED = 10, 50, 8


def clustered():
    """Unit vectors around rows / 100 centres, some close to theirs, some far: what embeddings look like."""
    random = np.random.default_rng(7)
    centres = random.standard_normal((max(1, rows // 100), dimensions)).astype(np.float32)
    centres /= np.linalg.norm(centres, axis=1, keepdims=True)
    vectors = centres[random.integers(0, len(centres), rows)]
    noise = random.standard_normal((rows, dimensions)).astype(np.float32) * (0.6 / np.sqrt(dimensions))
    vectors = vectors + noise * random.uniform(0.5, 2, (rows, 1)).astype(np.float32)
    return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)


def median(action):
    times = []
    for number in range(QUERIES):
        started = time.perf_counter()
        action(number)
        times.append((time.perf_counter() - started) * 1e3)
    return statistics.median(times)


vectors = clustered()
ids = [1 + number * (rows // QUERIES) for number in range(QUERIES)]
queries = [vectors[id - 1] for id in ids]

database = sqlite3.connect(store)
database.executemany(
    "INSERT INTO memories (id, user_id, content, embedding) VALUES (?, ?, ?, ?)",
    ((row + 1, f"user{row % 1000}", f"memory {row}", vectors[row].tobytes()) for row in range(rows)))
database.commit()
database.close()

flat = faiss.IndexFlatIP(dimensions)
flat.add(vectors)
faiss.omp_set_num_threads(2)
truth = [set(flat.search(query[None], NEIGHBOURS + 1)[1][0] + 1) - {id} for query, id in zip(queries, ids)]
figures = {"faiss IndexFlatIP": median(lambda number: flat.search(queries[number][None], NEIGHBOURS))}

other = store + "-vec0"
# Not every Python's own sqlite3 loads extensions.
vec = apsw.Connection(other)
vec.enable_load_extension(True)
vec.load_extension(sqlite_vec.loadable_path())
vec.execute("PRAGMA mmap_size = 4000000000")
vec.execute(f"CREATE VIRTUAL TABLE plain USING vec0(embedding float[{dimensions}] distance_metric=cosine)")
vec.execute(f"CREATE VIRTUAL TABLE coarse USING vec0(signs bit[{dimensions}], +embedding blob)")
vec.execute("BEGIN")
for row in range(rows):
    data = vectors[row].tobytes()
    vec.execute("INSERT INTO plain (rowid, embedding) VALUES (?, ?)", (row + 1, data))
    vec.execute("INSERT INTO coarse (rowid, signs, embedding) VALUES (?, vec_quantize_binary(?), ?)", (row + 1, data, data))
vec.execute("COMMIT")
PLAIN = "SELECT rowid FROM plain WHERE embedding MATCH ? AND k = ?"
COARSE = """
WITH near AS MATERIALIZED (SELECT rowid, embedding FROM coarse WHERE signs MATCH vec_quantize_binary(:query) AND k = :wide)
SELECT rowid FROM near ORDER BY vec_distance_cosine(embedding, :query) LIMIT :k"""


def coarse(number):
    return vec.execute(COARSE, {
        "query": queries[number].tobytes(), "wide": NEIGHBOURS * RESCORED, "k": NEIGHBOURS + 1}).fetchall()


figures["sqlite-vec vec0 float32, mmap"] = median(
    lambda number: vec.execute(PLAIN, (queries[number].tobytes(), NEIGHBOURS)).fetchall())
figures["sqlite-vec bit + rescore, mmap"] = median(coarse)


def recall(found):
    return sum(len(truth[number] & found[number]) for number in range(QUERIES)) / (QUERIES * NEIGHBOURS)


print(f"recall@10 of sqlite-vec bit + rescore: {recall([{row[0] for row in coarse(n)} for n in range(QUERIES)]):.3f}")


def shell(option):
    """One session; the time is what memsh reports of its store, looking up the query's own vector included."""
    script = f"search --similar-to {ids[0]}\n" + "".join(
        f"search --similar-to {id} --limit {NEIGHBOURS} {option} {what}\n" for id in ids for what in ("--explain", ""))
    run = subprocess.run(
        [memsh, "-q", "-d", store, "--output", "jsonl", "-f", "-"], input=script, capture_output=True, text=True, check=True)
    lines = [json.loads(line) for line in run.stdout.splitlines()][10:]
    times, found = [], []
    for line in lines:
        if "store_ms" in line:
            times.append(line["store_ms"])
            found.append(set())
        else:
            found[-1].add(line["id"])
    return statistics.median(times), recall(found)


for name, option in (("memsh, exact", ""), ("memsh, --approximate", "--approximate")):
    figures[name], share = shell(option)
    print(f"recall@10 of {name}: {share:.3f}")
for name, value in figures.items():
    print(f"{name}: {value:.2f} ms")

CLI = f".load {sqlite_vec.loadable_path()}\nPRAGMA mmap_size = 4000000000;\n" + COARSE.replace(
    ":query", f"x'{queries[3].tobytes().hex()}'").replace(":wide", str(NEIGHBOURS * RESCORED)).replace(
    ":k", str(NEIGHBOURS)) + ";"
processes = {
    "process: sqlite3 bit + rescore": lambda _: subprocess.run(
        ["sqlite3", other], input=CLI, capture_output=True, text=True, check=True),
    "process: memsh search --similar-to": lambda _: subprocess.run(
        [memsh, "-d", store, "search", "--similar-to", str(ids[3])], capture_output=True, check=True),
}
for name, action in processes.items():
    print(f"{name}: {median(action):.1f} ms")
