#!/usr/bin/env python3
"""Read what `memsh export --to URL` made, with the real clients: mem0's Memory and LangChain's PGVector.

  read-export.py mem0|langchain URL COLLECTION MEMORIES

MEMORIES is the `export` of the same memories as JSON lines: its vectors stand in for an embedder, so that nothing is asked
over the network. Prints a line of JSON for each memory: id, text, user, metadata, times, and what a search for its text
finds first."""
import json
import os
import sys
import tempfile


def load(path):
    """The memories of an export: text to vector, and their users."""
    with open(path, encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    memories = [row for row in rows if row.get("table") == "memories"]
    return {row["content"]: row["embedding"] for row in memories}, sorted({row["user_id"] for row in memories})


def read_mem0(url, collection, vectors, users):
    os.environ.update(MEM0_TELEMETRY="False", MEM0_DIR=tempfile.mkdtemp(), OPENAI_API_KEY="unused")
    from mem0 import Memory

    class Embedder:
        def embed(self, text, *_, **__):
            return vectors[text]

        def embed_batch(self, texts, *_, **__):
            return [vectors[text] for text in texts]

    memory = Memory.from_config({
        "vector_store": {"provider": "pgvector", "config": {
            "connection_string": url, "collection_name": collection,
            "embedding_model_dims": len(next(iter(vectors.values())))}},
        "history_db_path": os.path.join(os.environ["MEM0_DIR"], "history.db"),
    })
    memory.embedding_model = Embedder()
    for user in users:
        for item in memory.get_all(filters={"user_id": user}, top_k=10_000)["results"]:
            found = memory.search(item["memory"], filters={"user_id": user}, top_k=1)["results"]
            yield {"id": item["id"], "text": item["memory"], "hash": item["hash"], "user_id": item["user_id"],
                   "metadata": item.get("metadata") or {}, "created_at": item["created_at"],
                   "updated_at": item["updated_at"], "agent_id": item.get("agent_id"),
                   "found": found[0]["id"] if found else None}


def read_langchain(url, collection, vectors, users):
    from langchain_core.embeddings import Embeddings
    from langchain_postgres import PGVector

    class Given(Embeddings):
        def embed_query(self, text):
            return vectors[text]

        def embed_documents(self, texts):
            return [vectors[text] for text in texts]

    store = PGVector(embeddings=Given(), collection_name=collection,
                     connection=url.replace("postgresql://", "postgresql+psycopg://", 1))
    for text in vectors:
        for user in users:
            found = store.similarity_search_with_score(text, k=1, filter={"user_id": user})
            for document, distance in found:
                if document.page_content == text:
                    yield {"id": document.id, "text": text, "user_id": user, "metadata": document.metadata,
                           "distance": distance}


if __name__ == "__main__":
    kind, url, collection, path = sys.argv[1:]
    vectors, users = load(path)
    read = {"mem0": read_mem0, "langchain": read_langchain}[kind]
    for item in read(url, collection, vectors, users):
        print(json.dumps(item, ensure_ascii=False))
