import Database
import Foundation
import MemoryModel

/// Tells what a place is that no reader takes, so that an error can name it.
enum UnreadSystem {
  private static let namesShown = 10

  /// The error for a place that no reader takes.
  static func refusal(of place: SourcePlace) throws -> MemshError {
    switch place {
    case .tables(let database):
      let list = try database.tables()
      let (path, known) = (database.location, KnownSystem.of(list))
      if let known, let hint = known.isLog ? Mem0History.hint(path) : known.hint {
        return .foreignSource(path, "a store of \(known.name)", hint: hint)
      }
      return MemshError(
        known == nil ? .sourceWithoutMemories : .sourceUnsupported,
        known.map { "\(path) is a store of \($0.name), which `migrate` does not read by itself; nothing was changed" }
          ?? "\(path) holds no memories in a form that memsh knows",
        hint: "`inspect \(path.shellWord)` shows its columns, and the line that reads them: `--table … --map …`",
        cause: known == nil ? "its tables are: \(list.summary)" : nil)
    case .folder(let folder): return refusal(folder: folder)
    case .file(let document):
      return refusal(file: document.path, head: document.head)
        ?? MemshError(
          .sourceNotADatabase, "\(document.path) is not a SQLite database", hint: "check the path")
    }
  }

  private static func refusal(folder: SourceFolder) -> MemshError {
    let (path, names) = (folder.path, folder.names)
    for place in [path] + names.map(folder.inner) {
      if let system = system(folder: place) {
        return .foreignSource(place, system, hint: system == lance ? lanceHint(place) : nil)
      }
    }
    let stores = InnerStores.of(folder)
    guard stores.isEmpty else {
      return MemshError(
        .sourceNotADatabase, "\(path) is a folder with \(counted(stores.count, "store")) in it",
        hint: "`inspect \(path.shellWord)` names them"
          + (stores.contains(where: \.needsName) ? "; `--system Markdown` takes the notes in Markdown" : ""),
        cause: stores.prefix(namesShown).map { "\($0.path): \($0.system)" }.joined(separator: "; "))
    }
    let shown = names.prefix(namesShown).joined(separator: ", ") + (names.count > namesShown ? ", …" : "")
    return MemshError(
      .sourceNotADatabase, "\(path) is a folder", hint: "name the memory file inside it",
      cause: names.isEmpty ? "it is empty" : "it holds \(shown)")
  }

  /// Whether a folder is the store of a system that memsh knows and does not read.
  static func claims(_ folder: SourceFolder) -> Bool { system(folder: folder.path) != nil }

  private static let lance = "a LanceDB store (CrewAI)"

  /// Its files are read by its own library only.
  private static func lanceHint(_ path: String) -> String {
    let folder =
      entries(path).contains("_versions") ? URL(fileURLWithPath: path).deletingLastPathComponent().path : path
    let script =
      "import lancedb; lancedb.connect(\(JSON.string(folder).text)).open_table(\"memories\").to_pandas().drop(columns=\"vector\")"
      + ".to_json(\"memories.jsonl\", orient=\"records\", lines=True)"
    return
      "its own library writes it as JSON lines, which `import` takes once each has a user_id: python3 -c \(script.shellWord)"
  }

  private static func system(folder path: String) -> String? {
    let names = Set(entries(path))
    func ends(_ suffix: String) -> Bool { names.contains { $0.hasSuffix(suffix) } }
    if names.contains("chroma-embeddings.parquet") { return "a store of Chroma before 0.4" }
    if ends(".faiss") { return "a FAISS index with its documents (mem0, LangChain)" }
    if names.contains("embeddings"), names.contains("config.json") || names.contains("config") {
      return "an index of txtai"
    }
    if ends(".lance") || names.isSuperset(of: ["data", "_versions"]) { return lance }
    return nil
  }

  private static func entries(_ path: String) -> [String] {
    ((try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []).sorted()
  }

  /// What a file is, by its first bytes; nil for a SQLite database and for what is unknown.
  private static func refusal(file path: String, head: Data) -> MemshError? {
    let bytes = [UInt8](head)
    if let (_, system) = magics.first(where: { bytes.starts(with: $0.bytes) }) { return .foreignSource(path, system) }
    // A pickle begins with its protocol, 2 to 5.
    if bytes.count > 1, bytes[0] == 0x80, (2...5).contains(bytes[1]) {
      return .foreignSource(path, "a Python pickle (mem0's FAISS store and Chroma keep such)")
    }
    return text(path, String(decoding: bytes, as: UTF8.self))
  }

  private static let magics: [(bytes: [UInt8], system: String)] = [
    (Array("IxF".utf8), "a FAISS index (mem0, LangChain, txtai)"), (Array("IxH".utf8), "a FAISS index (mem0, txtai)"),
    (Array("IwF".utf8), "a FAISS index (mem0, txtai)"), (Array("PAR1".utf8), "a Parquet file"),
    (Array("PGDMP".utf8), "a dump of a PostgreSQL database"), ([0x93] + Array("NUMPY".utf8), "a NumPy array"),
    ([0x1F, 0x8B], "a gzip archive"), ([0x50, 0x4B, 0x03, 0x04], "a zip archive"),
  ]

  private static func text(_ path: String, _ head: String) -> MemshError? {
    let start = head.drop { $0.isWhitespace || $0 == "\u{FEFF}" }
    func has(_ words: String...) -> Bool { words.allSatisfy(head.contains) }
    if start.hasPrefix("-- PostgreSQL database dump") || start.hasPrefix("--\n-- PostgreSQL database dump") {
      let system =
        has("langchain_pg_embedding")
        ? " of LangChain's PGVector" : has("payload jsonb") ? " of mem0's pgvector store" : ""
      return .foreignSource(path, "a dump of a PostgreSQL database\(system)")
    }
    if start.hasPrefix("{") || start.hasPrefix("[") {
      if has("\"memsh_export\"") {
        return MemshError(
          .sourceUnsupported, "\(path) is an export of memsh, which `migrate` does not read",
          hint: "`import \(path.shellWord)` reads it")
      }
      let system = jsonKinds.first { $0.words.allSatisfy(head.contains) }?.system ?? "a JSON file"
      return .foreignSource(path, system)
    }
    return nil
  }

  /// JSON files, told by the keys at their beginning.
  private static let jsonKinds: [(words: [String], system: String)] = [
    (["\"agents\"", "\"blocks\""], "an agent file of Letta (JSON)"),
    (["\"mapping\"", "\"current_node\""], "an export of ChatGPT's conversations (JSON)"),
  ]
}
