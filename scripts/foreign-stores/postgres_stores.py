"""mem0's pgvector, LangChain's PGVector and PGVectorStore, LlamaIndex's PGVectorStore: dumps of a database each."""
import os
import subprocess
import uuid
from pathlib import Path
from tempfile import mkdtemp
from urllib.parse import urlsplit

import psycopg
from langchain_core.embeddings import Embeddings
from langchain_postgres import PGEngine, PGVector, PGVectorStore
from llama_index.core.schema import TextNode
from llama_index.core.vector_stores import VectorStoreQuery
from llama_index.vector_stores.postgres import PGVectorStore as LlamaStore

from common import DELETED, DIMENSIONS, MEMORIES, UPDATED, folder, memory, vector, write_truth
from mem0_stores import fill, open_memory, read_back, truth

SERVER = os.environ["MEMSH_POSTGRES"]


class Loopback(Embeddings):
    def embed_documents(self, texts):
        return [vector(text) for text in texts]

    def embed_query(self, text):
        return vector(text)


class Database:
    """A database that becomes a file of CREATE and INSERT statements, and is gone then."""

    def __init__(self, fixture):
        self.path = folder(fixture)
        self.name = "memsh_fixture_" + uuid.uuid4().hex
        self.url = SERVER.rsplit("/", 1)[0] + "/" + self.name

    def __enter__(self):
        with psycopg.connect(SERVER, autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {self.name}")
        with psycopg.connect(self.url) as connection:
            connection.execute("CREATE EXTENSION vector")
        return self

    def __exit__(self, *failure):
        if failure == (None, None, None):
            dump = subprocess.run(
                [os.environ["MEMSH_PG_DUMP"], "--inserts", "--no-owner", "--no-privileges", self.url], check=True,
                capture_output=True).stdout.decode()
            # What only psql understands, and what holds for the session.
            unwanted = ("\\", "--", "SET ", "COMMENT ON", "SELECT pg_catalog.set_config")
            lines = [line for line in dump.split("\n") if line and not line.startswith(unwanted)]
            (self.path / "dump.sql").write_bytes(("\n".join(lines) + "\n").encode())
        with psycopg.connect(SERVER, autocommit=True) as connection:
            connection.execute(f"DROP DATABASE {self.name} WITH (FORCE)")

    def sqlalchemy(self, driver):
        return self.url.replace("postgresql://", f"postgresql+{driver}://")


def make_mem0():
    with Database("mem0-2.2.1-pgvector") as database:
        parts = urlsplit(database.url)
        store = open_memory("pgvector", {
            "dbname": database.name, "user": parts.username, "password": parts.password or "none",
            "host": parts.hostname, "port": parts.port, "collection_name": "mem0",
            "embedding_model_dims": DIMENSIONS}, Path(mkdtemp()))
        fill(store)
        write_truth(database.path, "mem0", "dump.sql", truth(read_back(store, filters=True)))


def rows():
    """What is put in, with the ids."""
    user, _, new, metadata = UPDATED
    for number, row in enumerate([*MEMORIES, (user, new, metadata)]):
        yield (str(uuid.uuid5(uuid.NAMESPACE_URL, f"memory-{number}")), *row)


def make_langchain():
    with Database("langchain-postgres-0.0.19-v1") as database:
        lines = []
        for name, chosen in (("memories", list(rows())), ("others", list(rows())[:3])):
            store = PGVector(
                embeddings=Loopback(), collection_name=name, connection=database.sqlalchemy("psycopg"), use_jsonb=True)
            ids = [f"{name}-{identifier}" for identifier, _, _, _ in chosen]
            texts = [text for _, _, text, _ in chosen]
            metadatas = [{**metadata, "user_id": user} for _, user, _, metadata in chosen]
            store.add_texts(texts, metadatas=metadatas, ids=ids)
            store.add_texts([text for _, text, _ in DELETED], ids=[f"{name}-gone-{number}" for number in (0, 1)])
            store.delete([f"{name}-gone-{number}" for number in (0, 1)])
            for document in store.get_by_ids(ids):
                lines.append(memory(
                    document.metadata["user_id"], document.page_content, document.metadata,
                    vector_of=document.page_content, id=document.id, collection=name))
        assert len(lines) == len(MEMORIES) + 4
        write_truth(database.path, "LangChain", "dump.sql", lines)

    with Database("langchain-postgres-0.0.19-v2") as database:
        engine = PGEngine.from_connection_string(database.sqlalchemy("psycopg"))
        engine.init_vectorstore_table("notes", DIMENSIONS)
        store = PGVectorStore.create_sync(engine, Loopback(), "notes")
        chosen = list(rows())
        store.add_texts(
            [text for _, _, text, _ in chosen], metadatas=[{**metadata, "user_id": user} for _, user, _, metadata in chosen],
            ids=[identifier for identifier, _, _, _ in chosen])
        lines = [
            memory(found.metadata["user_id"], found.page_content, found.metadata, vector_of=found.page_content,
                   id=found.id)
            for found in store.get_by_ids([identifier for identifier, _, _, _ in chosen])]
        assert len(lines) == len(MEMORIES) + 1
        write_truth(database.path, "LangChain", "dump.sql", lines)


def make_llama_index():
    with Database("llama-index-0.9.0") as database:
        parts = urlsplit(database.url)
        store = LlamaStore.from_params(
            host=parts.hostname, port=str(parts.port), database=database.name, user=parts.username, password="none",
            table_name="Notes", embed_dim=DIMENSIONS, use_jsonb=True)
        nodes = [
            TextNode(id_=identifier, text=text, metadata={**metadata, "user_id": user}, embedding=vector(text))
            for identifier, user, text, metadata in rows()]
        store.add(nodes)
        store.add([TextNode(id_="gone", text=DELETED[0][1], embedding=vector(DELETED[0][1]))])
        store.delete_nodes(["gone"])
        found = store.query(VectorStoreQuery(query_embedding=vector("any"), similarity_top_k=100)).nodes
        lines = [
            memory(node.metadata["user_id"], node.text, node.metadata, vector_of=node.text, id=node.node_id)
            for node in found]
        assert len(lines) == len(MEMORIES) + 1
        write_truth(database.path, "LlamaIndex", "dump.sql", lines)


make_mem0()
make_langchain()
make_llama_index()
