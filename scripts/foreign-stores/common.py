"""What all generators share: the memories that are put in, the loopback embedder, and truth.json."""
import base64
import hashlib
import json
import os
import shutil
import sqlite3
import struct
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

FIXTURES = Path(os.environ["MEMSH_FIXTURES"])
DIMENSIONS = 8

AWKWARD_KEYS = {
    "a b": 1,
    "a.b": 2,
    "Ä": "ö",
    "a$ne": True,
    "quote\"'": "it's",
    "content": "not the content",
    "legacy_id": "mine",
    "two\nlines": 1.5,
    "drop": "'); DROP TABLE memories;--",
}

# (user, text, metadata); the awkward ones are what real conversations hold.
MEMORIES = [
    ("ada", "Prefers a double espresso before nine",
     {"category": "preferences", "importance": 0.9, "tags": ["coffee", "morning"]}),
    ("ada", "Lives in Zürich, works remotely: größer, ÄÖÜ, 東京", {"nested": {"a": [1, 2, {"b": None}], "": {}}}),
    ("ada", "Allergic to nuts 🥜🚫 👩‍👩‍👧‍👦, never suggest satay", {"category": "health", "importance": 1}),
    ("bob", "Said: \"it's `fine`\\\", 'really'", {}),
    ("bob", "Line one\nLine two\twith a tab\r\nLine three", {"category": "notes"}),
    ("bob", "Robert'); DROP TABLE memories;-- %s {0} ${HOME} \\x00 NULL", {"category": "sql"}),
    ("zoë", ("A long story of a walk along the lake. " * 60)[:2000], {"length": 2000}),
    ("bob", "Prefers a double espresso before nine", {"category": "preferences", "copy": True}),
    ("zoë", "Keys can be anything", AWKWARD_KEYS),
]
# Put in, then changed to the second text.
UPDATED = ("ada", "Works at the old place", "Works at the new place since May", {"category": "work"})
# Put in, then deleted.
DELETED = [("bob", "To be forgotten", {"category": "gone"}), ("ada", "To be forgotten, too", {})]


def scalars(metadata):
    """The metadata as systems take them that know no lists and no objects."""
    flat = {key: value for key, value in metadata.items() if isinstance(value, (str, int, float, bool))}
    return flat


def vector(text, dimensions=DIMENSIONS):
    """The vector of a text: not of length 1, exact in float32."""
    digest = hashlib.shake_256(text.encode("utf-8", "surrogatepass")).digest(2 * dimensions)
    return [number / 16384 for number in struct.unpack(f"<{dimensions}h", digest)]


class Embedder(BaseHTTPRequestHandler):
    """Answers as OpenAI's embeddings do."""

    def do_POST(self):
        request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        texts = request["input"] if isinstance(request["input"], list) else [request["input"]]
        dimensions = request.get("dimensions") or DIMENSIONS
        data = []
        for index, text in enumerate(texts):
            values = vector(text, dimensions)
            if request.get("encoding_format") == "base64":
                values = base64.b64encode(struct.pack(f"<{dimensions}f", *values)).decode()
            data.append({"object": "embedding", "index": index, "embedding": values})
        usage = {"prompt_tokens": 1, "total_tokens": 1}
        answer = json.dumps({"object": "list", "model": request.get("model"), "data": data, "usage": usage}).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *arguments):
        pass


def start_embedder():
    """Starts it, for the life of this process, and gives its base URL."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Embedder)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return f"http://127.0.0.1:{server.server_address[1]}/v1"


def folder(name):
    """The empty folder of a fixture."""
    path = FIXTURES / name
    shutil.rmtree(path, ignore_errors=True)
    path.mkdir(parents=True)
    return path


def memory(user, text, metadata, vector_of=None, **further):
    """A line of truth.json; `vector_of` is the text that was embedded, None where there is no vector."""
    line = {"user": user, "text": text, "metadata": metadata, **further}
    if vector_of is not None:
        line["vector"] = base64.b64encode(struct.pack(f"<{DIMENSIONS}f", *vector(vector_of))).decode()
    return line


def write_truth(path, system, store, memories, **further):
    """Writes truth.json: what migrate must bring."""
    truth = {"system": system, "store": store, **further, "memories": memories}
    (path / "truth.json").write_text(json.dumps(truth, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def shrink(file, page_size=1024):
    """Packs a SQLite file: small pages, no log."""
    connection = sqlite3.connect(file, isolation_level=None)
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.execute("PRAGMA journal_mode=DELETE")
    connection.execute(f"PRAGMA page_size={page_size}")
    connection.execute("VACUUM")
    connection.close()
    for suffix in ("-wal", "-shm", "-journal"):
        Path(str(file) + suffix).unlink(missing_ok=True)
