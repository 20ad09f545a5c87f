"""Chroma 0.5.23."""
from chroma_store import make_chroma

make_chroma("chroma-0.5.23", lambda space: {"metadata": {
    "hnsw:space": space, "hnsw:sync_threshold": 4, "hnsw:batch_size": 3, "hnsw:M": 2}})
