"""mem0: the same memories through any of its vector stores."""
import json

from mem0 import Memory

from common import DELETED, DIMENSIONS, MEMORIES, UPDATED, memory, scalars, start_embedder

AGENT, RUN = "agent-1", "run-7"


def open_memory(vector_store, config, work):
    url = start_embedder()
    return Memory.from_config({
        "vector_store": {"provider": vector_store, "config": config},
        "history_db_path": str(work / "history.db"),
        "llm": {"provider": "openai", "config": {"model": "none", "api_key": "none", "openai_base_url": url}},
        "embedder": {"provider": "openai", "config": {
            "model": "loopback", "api_key": "none", "openai_base_url": url, "embedding_dims": DIMENSIONS}},
    })


def own(metadata, takes_nested):
    """Metadata that mem0 keeps apart from its own: every key stands flat beside them."""
    return metadata if takes_nested else scalars(metadata)


def fill(store, changes=True, takes_nested=True):
    """Puts the memories in."""
    def add(user, text, metadata, **further):
        answer = store.add(text, user_id=user, metadata=dict(own(metadata, takes_nested)), infer=False, **further)
        return answer["results"][0]["id"]

    for index, (user, text, metadata) in enumerate(MEMORIES):
        add(user, text, metadata, **({"agent_id": AGENT, "run_id": RUN} if index == 0 else {}))
    if changes:
        user, old, new, metadata = UPDATED
        store.update(add(user, old, metadata), new)
        for user, text, metadata in DELETED:
            store.delete(add(user, text, metadata))


def read_back(store, filters):
    """All that get_all gives, user by user."""
    results = []
    for user in dict.fromkeys(user for user, _, _ in MEMORIES):
        arguments = {"filters": {"user_id": user}} if filters else {"user_id": user}
        results += store.get_all(**arguments)["results"]
    return results


def truth(results, has_vectors=True):
    """The lines of truth.json for what mem0 gave back."""
    lines = []
    for result in results:
        text = result["memory"]
        further = {name: result[name] for name in ("agent_id", "run_id") if result.get(name)}
        lines.append(memory(
            result["user_id"], text, {**(result.get("metadata") or {}), **further},
            # The OpenAI embedder of mem0 replaces newlines.
            vector_of=text.replace("\n", " ") if has_vectors else None, id=result["id"],
            created_at=result["created_at"], updated_at=result.get("updated_at") or result["created_at"]))
    expected = len(MEMORIES)
    assert len(lines) >= expected, json.dumps(results)
    return lines
