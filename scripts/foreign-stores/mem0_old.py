"""mem0 0.1.118: Qdrant and FAISS, as old files have them."""
import shutil
from pathlib import Path
from tempfile import mkdtemp

from common import DIMENSIONS, folder, shrink, write_truth
from mem0_stores import fill, open_memory, read_back, truth

work = Path(mkdtemp())

path = folder("mem0-0.1.118-qdrant")
store = open_memory("qdrant", {
    "path": str(work / "qdrant"), "on_disk": True, "embedding_model_dims": DIMENSIONS}, work)
fill(store)
lines = truth(read_back(store, filters=False))
store.vector_store.client.close()
shutil.copytree(work / "qdrant", path / "qdrant", ignore=shutil.ignore_patterns(".lock"))
for file in path.glob("qdrant/collection/*/storage.sqlite"):
    shrink(file)
write_truth(path, "mem0", "qdrant", lines)

# Without changes: after the first one this version no longer knows which row is whose.
path = folder("mem0-0.1.118-faiss")
store = open_memory("faiss", {
    "path": str(work / "faiss"), "collection_name": "mem0", "embedding_model_dims": DIMENSIONS}, work)
fill(store, changes=False)
lines = truth(read_back(store, filters=False))
shutil.copytree(work / "faiss", path / "faiss")
write_truth(path, "mem0", "faiss", lines)
