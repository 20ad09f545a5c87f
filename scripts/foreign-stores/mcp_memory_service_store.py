"""mcp-memory-service: its own storage class, with the loopback embedder in place of its model."""
import asyncio
import os
import sys

import pysqlite3

from common import DELETED, MEMORIES, UPDATED, folder, memory, shrink, start_embedder, write_truth

# Python's own is often built without loading of extensions.
sys.modules["sqlite3"] = pysqlite3
os.environ.update(
    MCP_EXTERNAL_EMBEDDING_URL=start_embedder() + "/embeddings", MCP_EXTERNAL_EMBEDDING_MODEL="loopback-8",
    MCP_MEMORY_STORAGE_BACKEND="sqlite_vec")

from mcp_memory_service.models.memory import Memory  # noqa: E402
from mcp_memory_service.storage.sqlite_vec import SqliteVecMemoryStorage  # noqa: E402
from mcp_memory_service.utils.hashing import generate_content_hash  # noqa: E402

path = folder("mcp-memory-service-12.4.0")
file = path / "sqlite_vec.db"


async def make():
    storage = SqliteVecMemoryStorage(str(file))
    await storage.initialize()

    async def put(user, text, metadata):
        identifier = generate_content_hash(text)
        found = await storage.store(
            Memory(content=text, content_hash=identifier, tags=[user, "put in"], memory_type="note",
                   metadata={**metadata, "user_id": user}), skip_semantic_dedup=True)
        return identifier, found

    for user, text, metadata in MEMORIES:
        # One row for all users: the second one's copy is refused.
        await put(user, text, {key: value for key, value in metadata.items() if key != "tags"})
    user, old, new, metadata = UPDATED
    identifier, _ = await put(user, old, metadata)
    print(await storage.update_memory_versioned(identifier, new))
    for user, text, metadata in DELETED:
        identifier, _ = await put(user, text, metadata)
        print(await storage.delete(identifier))
    lines = []
    for found in await storage.get_all_memories():
        # It lists what a newer version has replaced, and does not find it any more.
        if found.metadata.get("superseded_by"):
            continue
        lines.append(memory(
            found.metadata["user_id"], found.content,
            {key: value for key, value in found.metadata.items() if not key.startswith("_")}, vector_of=found.content,
            id=found.content_hash, created_at=found.created_at_iso, updated_at=found.updated_at_iso))
    storage.conn.close()
    return lines


lines = asyncio.run(make())
assert len(lines) == len(MEMORIES), len(lines)
shrink(file, page_size=512)
write_truth(path, "mcp-memory-service", "sqlite_vec.db", lines, left_out={"deleted": 2, "superseded": 1})
