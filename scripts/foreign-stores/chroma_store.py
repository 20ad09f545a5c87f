"""A Chroma store of two collections: HNSW files and a queue behind them, because the thresholds are small."""
import base64
import shutil
import struct
from pathlib import Path
from tempfile import mkdtemp

import chromadb

from common import DELETED, MEMORIES, UPDATED, folder, scalars, shrink, vector, write_truth


def make_chroma(name, options):
    path, work = folder(name), Path(mkdtemp())
    client = chromadb.PersistentClient(str(work))
    lines = []
    for collection_name, space in (("memories", "l2"), ("by_angle", "cosine")):
        collection = client.create_collection(collection_name, embedding_function=None, **options(space))

        def add(identifier, user, text, metadata):
            collection.add(
                ids=[identifier], documents=[text], embeddings=[vector(text)],
                metadatas=[{"user_id": user, **scalars(metadata)}])

        rows = MEMORIES if space == "l2" else MEMORIES[:5]
        for index, (user, text, metadata) in enumerate(rows):
            add(f"m{index}", user, text, metadata)
        user, old, new, metadata = UPDATED
        add("updated", user, old, metadata)
        collection.update(ids=["updated"], documents=[new], embeddings=[vector(new)])
        for index, (user, text, metadata) in enumerate(DELETED):
            add(f"deleted{index}", user, text, metadata)
            collection.delete(ids=[f"deleted{index}"])
        got = collection.get(include=["documents", "metadatas", "embeddings"])
        assert len(got["ids"]) == len(rows) + 1
        for identifier, text, metadata, values in zip(
                got["ids"], got["documents"], got["metadatas"], got["embeddings"]):
            given = vector(text)
            assert max(abs(left - right) for left, right in zip(given, values)) < 3e-7
            lines.append({
                "user": metadata["user_id"], "text": text, "metadata": metadata, "id": identifier,
                "collection": collection_name,
                "vector": base64.b64encode(struct.pack(f"<{len(given)}f", *given)).decode(),
                # Chroma keeps directions and lengths apart.
                **({"tolerance": 3e-7} if space == "cosine" else {})})
    shutil.copytree(work, path / "chroma")
    shrink(path / "chroma/chroma.sqlite3", page_size=512)
    write_truth(path, "Chroma", "chroma", lines)
