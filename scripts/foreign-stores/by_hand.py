"""Files that are written by hand, in their system's form: the MCP reference server's, and Markdown."""
import json

from common import MEMORIES, folder, memory, write_truth

path = folder("mcp-server-memory-by-hand")
observations = {}
for user, text, _ in MEMORIES:
    observations.setdefault(user, []).append(text)
lines = [
    json.dumps({"type": "entity", "name": user, "entityType": "person", "observations": texts}, ensure_ascii=False)
    for user, texts in observations.items()]
lines.insert(1, json.dumps({"type": "relation", "from": "ada", "to": "bob", "relationType": "knows"}))
(path / "memory.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")
write_truth(path, "MCP", "memory.jsonl", [
    memory(user, text, {"entityType": "person"}) for user, texts in observations.items() for text in texts])

path = folder("markdown-by-hand")
notes = path / "notes"
(notes / "people").mkdir(parents=True)
lines = []
for user in observations:
    head = f"---\ntitle: {user}\ntags: [people]\nuser: {user}\ncreated: 2025-03-04T05:06:07Z\n" \
           "updated: 2025-04-05T06:07:08Z\n---\n\n# Facts\n"
    text = head
    file = f"people/{user.replace('ë', 'e')}.md"
    for fact in observations[user]:
        fact = fact.strip().replace("\r\n", "\n").replace("\t", " ")
        text += "\n- " + fact.replace("\n", "\n  ") + "\n"
        lines.append(memory(
            user, fact, {"title": user, "tags": ["people"], "file": file, "heading": "Facts"},
            created_at="2025-03-04T05:06:07Z", updated_at="2025-04-05T06:07:08Z"))
    (notes / file).write_text(text, encoding="utf-8")
(notes / "coffee.md").write_text(
    "---\ntitle: Coffee\ntype: note\npermalink: coffee\nuser: ada\n---\n"
    "- [method] Pour over #brewing (from a book)\n- relates_to [[Tea]]\n- [x] buy a grinder\n", encoding="utf-8")
common = {"title": "Coffee", "type": "note", "permalink": "coffee", "file": "coffee.md"}
lines.append(memory(
    "ada", "Pour over #brewing", {**common, "context": "from a book", "tags": ["brewing"]}, category="method"))
lines.append(memory("ada", "buy a grinder", {**common, "done": True}))
write_truth(path, "Markdown", "notes", lines)
