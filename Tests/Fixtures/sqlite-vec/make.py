#!/usr/bin/env python3
"""Writes vec.db with sqlite-vec, and answers.json with what sqlite-vec itself reads from it.

    python3 -m venv v && v/bin/pip install sqlite-vec==0.1.9 pysqlite3-binary && v/bin/python make.py
"""
import json, os, random, struct
import pysqlite3 as sqlite3
import sqlite_vec

here = os.path.dirname(os.path.abspath(__file__))
path = os.path.join(here, "vec.db")
if os.path.exists(path):
    os.remove(path)
db = sqlite3.connect(path)
db.enable_load_extension(True)
sqlite_vec.load(db)
r = random.Random(7)


def vector(n):
    return struct.pack(f"<{n}f", *(r.gauss(0, 1) for _ in range(n)))


db.executescript(
    """
PRAGMA page_size = 1024; VACUUM;
CREATE VIRTUAL TABLE notes_vec USING vec0(
  embedding float[5] distance_metric=cosine, owner text partition key, lang text, rank integer, weight float,
  done boolean, +extra text, chunk_size=16);
CREATE TABLE notes (id INTEGER PRIMARY KEY, body TEXT NOT NULL, made TEXT);
CREATE VIRTUAL TABLE "odd name" USING vec0(
  key text primary key, small int8[8], a float[3], b float[4], Content text, user_id text partition key, chunk_size=8);
CREATE VIRTUAL TABLE alone USING vec0(v float[2], chunk_size=8);
"""
)
owners, langs = ["ada", "ben", "cÿd"], ["en", "twelve bytes", "more than twelve bytes", "日本語", ""]


def note(i):
    db.execute("INSERT INTO notes VALUES (?, ?, ?)", (i, f"note {i}", "2026-01-02 03:04:05"))
    db.execute(
        "INSERT INTO notes_vec(rowid, embedding, owner, lang, rank, weight, done, extra) VALUES (?,?,?,?,?,?,?,?)",
        (i, vector(5), owners[i % 3], langs[i % 5], (-1) ** i * i * 10**12, i / 3, i % 2, None if i % 4 else f"x{i}"))


for i in range(1, 101):
    note(i)
for i in list(range(1, 101, 3)) + list(range(90, 101)):
    db.execute("DELETE FROM notes_vec WHERE rowid = ?", (i,))
    db.execute("DELETE FROM notes WHERE id = ?", (i,))
for i in [4, 97, 98, 2001, 2002, 2003]:
    note(i)
for i in range(2, 40, 6):
    db.execute("UPDATE notes_vec SET embedding = ? WHERE rowid = ?", (vector(5), i))
db.execute("INSERT INTO notes VALUES (5000, 'without a vector', NULL)")

odd = 'INSERT INTO "odd name"(key, small, a, b, Content, user_id) VALUES (?, vec_int8(?), ?, ?, ?, ?)'
for i in range(30):
    db.execute(odd, (f"k{i}", bytes(r.randrange(256) for _ in range(8)), vector(3), vector(4), f"text of {i}", owners[i % 3]))
for i in range(0, 30, 4):
    db.execute('DELETE FROM "odd name" WHERE key = ?', (f"k{i}",))
for i in (4, 8):
    db.execute(odd, (f"k{i}", bytes(8), vector(3), vector(4), f"new {i}", "ada"))
for i in range(20):
    db.execute("INSERT INTO alone(v) VALUES (?)", (vector(2),))
db.commit()

answers = []
sql = "SELECT n.id, n.body, v.rowid, v.embedding, v.owner, v.lang, v.rank, v.weight, v.done, v.extra FROM notes n LEFT JOIN notes_vec v ON v.rowid = n.id"
for id, body, rowid, v, owner, lang, rank, weight, done, extra in db.execute(sql):
    has = rowid is not None
    answers.append({"table": "notes", "id": str(id), "content": body, "vector": v.hex() if has else None, "owner": owner,
        "lang": lang, "rank": rank, "weight": weight, "done": bool(done) if has else None, "extra": extra})
for key, a, content, user in db.execute('SELECT key, a, Content, user_id FROM "odd name"'):
    answers.append({"table": "odd name", "id": key, "content": content, "vector": a.hex(), "user": user})
with open(os.path.join(here, "answers.json"), "w", encoding="utf-8") as f:
    json.dump(answers, f, ensure_ascii=False, indent=0)
