"""sqlite-vec, LangGraph's SqliteStore and llm: libraries that keep one SQLite file."""
import json
import shutil
import struct
import sys
from pathlib import Path
from tempfile import mkdtemp

import pysqlite3 as sqlite3

# Python's own is often built without loading of extensions.
sys.modules["sqlite3"] = sqlite3

import llm  # noqa: E402
import sqlite_utils  # noqa: E402
import sqlite_vec  # noqa: E402
from langgraph.store.sqlite import SqliteStore  # noqa: E402

from common import DELETED, DIMENSIONS, MEMORIES, UPDATED, folder, memory, shrink, vector, write_truth  # noqa: E402

work = Path(mkdtemp())


def make_sqlite_vec():
    """An application's own vec0 table with all kinds of columns, and small chunks that are used again."""
    path = folder("sqlite-vec-0.1.9")
    file = path / "vec.db"
    connection = sqlite3.connect(file, isolation_level=None)
    connection.enable_load_extension(True)
    sqlite_vec.load(connection)
    connection.execute(
        f"CREATE VIRTUAL TABLE memories USING vec0(memory_id TEXT PRIMARY KEY, embedding FLOAT[{DIMENSIONS}], "
        "user_id TEXT PARTITION KEY, category TEXT, importance FLOAT, n INTEGER, ok BOOLEAN, +content TEXT, "
        "+metadata TEXT, chunk_size=8)")
    numbers = iter(range(100))

    def add(user, text, metadata):
        number = next(numbers)
        connection.execute(
            "INSERT INTO memories VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (f"memory-{number}", struct.pack(f"<{DIMENSIONS}f", *vector(text)), user,
             metadata.get("category", "a category longer than twelve bytes"), metadata.get("importance", 0.25) * 1.0,
             number, number % 2, text, json.dumps(metadata, ensure_ascii=False)))
        return f"memory-{number}"

    gone = [add(*row) for row in DELETED]
    for row in MEMORIES[:4]:
        add(*row)
    for identifier in gone:
        connection.execute("DELETE FROM memories WHERE memory_id = ?", (identifier,))
    for row in MEMORIES[4:]:
        add(*row)
    user, old, new, metadata = UPDATED
    changed = add(user, old, metadata)
    connection.execute(
        "UPDATE memories SET content = ?, embedding = ? WHERE memory_id = ?",
        (new, struct.pack(f"<{DIMENSIONS}f", *vector(new)), changed))
    lines = []
    for identifier, user, text, metadata, number, ok, category in connection.execute(
            "SELECT memory_id, user_id, content, metadata, n, ok, category FROM memories"):
        lines.append(memory(
            user, text, {"n": number, "ok": bool(ok), **json.loads(metadata)}, vector_of=text, id=identifier,
            category=category))
    assert len(lines) == len(MEMORIES) + 1
    connection.close()
    shrink(file)
    write_truth(path, "sqlite-vec", "vec.db", lines)


def make_langgraph():
    path = folder("langgraph-sqlite-3.1.2")
    file = work / "store.db"
    lines = []
    index = {"dims": DIMENSIONS, "embed": lambda texts: [vector(text) for text in texts], "text_fields": ["text"]}
    with SqliteStore.from_conn_string(str(file), index=index) as store:
        store.setup()

        def add(key, user, text, metadata, **options):
            # Two members that may both be the text are the application's own riddle.
            value = {"text": text, **{name: held for name, held in metadata.items() if name != "content"}}
            store.put(("memories", user), key, value, **options)

        for number, row in enumerate(MEMORIES):
            add(f"memory-{number}", *row, **({"index": False} if number == 3 else {}))
        user, old, new, metadata = UPDATED
        add("changed", user, old, metadata)
        add("changed", user, new, metadata)
        for number, (user, text, metadata) in enumerate(DELETED):
            add(f"gone-{number}", user, text, metadata)
            store.delete(("memories", user), f"gone-{number}")
        for item in store.search(("memories",), limit=100):
            text = item.value["text"]
            metadata = {key: value for key, value in item.value.items() if key != "text"}
            lines.append(memory(
                item.namespace[1], text, metadata, vector_of=None if item.key == "memory-3" else text, id=item.key,
                created_at=item.created_at.isoformat(), updated_at=item.updated_at.isoformat()))
    assert len(lines) == len(MEMORIES) + 1
    shutil.copy(file, path / "store.db")
    shrink(path / "store.db")
    # The user is one of the labels; which one is the application's choice.
    write_truth(path, "LangGraph", "store.db", lines, options=["--user-from-namespace", "2"])


class Loopback(llm.EmbeddingModel):
    """The plugin: an embedding model of our own."""

    model_id = "loopback-8"
    supports_binary = True

    def embed_batch(self, items):
        return [vector(item) for item in items]


def make_llm():
    path = folder("llm-0.36")
    database = sqlite_utils.Database(path / "embeddings.db")
    lines = []
    for name, rows in (("notes", MEMORIES), ("more/notes", [UPDATED[:1] + UPDATED[2:]])):
        collection = llm.Collection(name, database, model=Loopback())
        texts = set()
        for number, (user, text, metadata) in enumerate(rows):
            identifier = f"note-{number}"
            collection.embed(identifier, text, metadata={"user_id": user, **metadata}, store=True)
            # The same text is not added a second time.
            if text in texts:
                continue
            texts.add(text)
            lines.append(memory(user, text, metadata, vector_of=text, id=identifier, collection=name))
    kept = list(database["embeddings"].rows)
    assert len(kept) == len(lines), (len(kept), len(lines))
    for row in kept:
        assert any(line["id"] == row["id"] and line["text"] == row["content"] for line in lines)
    database.conn.close()
    shrink(path / "embeddings.db")
    write_truth(path, "llm", "embeddings.db", lines, model="loopback-8")


make_sqlite_vec()
make_langgraph()
make_llm()
