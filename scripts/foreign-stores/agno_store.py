"""Agno: memories in a table of an application's SQLite file."""
from datetime import datetime, timezone

from agno.db.schemas.memory import UserMemory
from agno.db.sqlite import SqliteDb

from common import DELETED, MEMORIES, UPDATED, folder, memory, shrink, write_truth

path = folder("agno-3.1.10")
database = SqliteDb(db_file=str(path / "agno.db"), memory_table="agno_memories")


def put(identifier, user, text, topics, **further):
    database.upsert_user_memory(UserMemory(
        memory=text, memory_id=identifier, user_id=user, topics=topics, created_at=1_750_000_000, **further))


for number, (user, text, metadata) in enumerate(MEMORIES):
    put(f"memory-{number}", user, text, metadata.get("tags", [metadata.get("category", "none")]),
        agent_id="agent-1", input=f"message {number}")
user, old, new, metadata = UPDATED
put("changed", user, old, ["work"])
put("changed", user, new, ["work"])
for number, (user, text, metadata) in enumerate(DELETED):
    put(f"gone-{number}", user, text, [])
    database.delete_user_memory(f"gone-{number}")


def iso(seconds):
    return datetime.fromtimestamp(seconds, timezone.utc).isoformat() if seconds else None


lines = []
for found in database.get_user_memories():
    more = {"topics": found.topics, "agent_id": found.agent_id, "input": found.input}
    lines.append(memory(
        found.user_id, found.memory, {name: value for name, value in more.items() if value is not None},
        id=found.memory_id, created_at=iso(found.created_at), updated_at=iso(found.updated_at)))
assert len(lines) == len(MEMORIES) + 1
database.db_engine.dispose()
shrink(path / "agno.db")
write_truth(path, "Agno", "agno.db", lines)
