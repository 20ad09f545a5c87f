"""mem0 2.2.1 with Qdrant, Chroma and FAISS, its answers as JSON, and Chroma 1.5.9 by itself."""
import json
import shutil
from pathlib import Path
from tempfile import mkdtemp

from common import DIMENSIONS, folder, shrink, write_truth
from chroma_store import make_chroma
from mem0_stores import fill, open_memory, read_back, truth

work = Path(mkdtemp())

path = folder("mem0-2.2.1-qdrant")
store = open_memory("qdrant", {
    "path": str(work / "qdrant"), "on_disk": True, "embedding_model_dims": DIMENSIONS}, work)
fill(store)
results = read_back(store, filters=True)
store.vector_store.client.close()
shutil.copytree(work / "qdrant", path / "qdrant", ignore=shutil.ignore_patterns(".lock"))
for file in path.glob("qdrant/collection/*/storage.sqlite"):
    shrink(file)
write_truth(path, "mem0", "qdrant", truth(results))

path = folder("mem0-2.2.1-json")
(path / "all.json").write_text(json.dumps({"results": results}, ensure_ascii=False, indent=1), encoding="utf-8")
write_truth(path, "mem0", "all.json", truth(results, has_vectors=False))

path = folder("mem0-2.2.1-chroma")
store = open_memory("chroma", {"path": str(work / "chroma"), "collection_name": "mem0"}, work)
fill(store, takes_nested=False)
write_truth(path, "mem0", "chroma", truth(read_back(store, filters=True)))
shutil.copytree(work / "chroma", path / "chroma")
shrink(path / "chroma/chroma.sqlite3", page_size=512)

path = folder("mem0-2.2.1-faiss")
store = open_memory("faiss", {
    "path": str(work / "faiss"), "collection_name": "mem0", "embedding_model_dims": DIMENSIONS}, work)
fill(store)
lines = truth(read_back(store, filters=True))
shutil.copytree(work / "faiss", path / "faiss")
write_truth(path, "mem0", "faiss", lines)

make_chroma("chroma-1.5.9", lambda space: {
    "configuration": {"hnsw": {"space": space, "sync_threshold": 4, "batch_size": 3, "max_neighbors": 2}}})
