import Database
import MemoryModel

/// A memory system whose files are told by their tables. memsh does not read them; to take one for the legacy format
/// would bring back what it has deleted and mix its users, so that each is refused by its name.
struct KnownSystem {
  /// A table that must be there with these columns, in lower case; others may stand beside them.
  struct Shape {
    /// nil is any table: where the application chooses the name.
    var table: String?
    var columns: Set<String> = []
    /// The module of a virtual table.
    var module: String?
  }

  let name: String
  /// Whether it is mem0's log of changes, not its store.
  let isLog: Bool
  let shapes: [Shape]
  /// The way in, where there is a better one than to write JSON lines by hand.
  let hint: String?

  private init(_ name: String, isLog: Bool = false, _ shapes: Shape..., hint: String? = nil) {
    self.name = name
    self.isLog = isLog
    self.shapes = shapes
    self.hint = hint
  }

  /// The first one that the tables of a file fit; more particular ones stand before more general ones.
  static func of(_ list: TableList) -> KnownSystem? {
    all.first { system in system.shapes.allSatisfy { shape in list.tables.contains(where: shape.fits) } }
  }

  private static let all = [
    KnownSystem(
      "mem0 (TypeScript; its history)", isLog: true,
      Shape(table: "memory_history", columns: ["memory_id", "previous_value", "new_value", "action"])),
    KnownSystem(
      "mem0 (its history)", isLog: true,
      Shape(table: "history", columns: ["memory_id", "old_memory", "new_memory", "event"])),
    KnownSystem(
      "LangGraph (checkpoints)", Shape(table: "checkpoints", columns: ["thread_id", "checkpoint_id", "checkpoint"])),
    KnownSystem("Memori 2", Shape(table: "long_term_memory"), Shape(table: "short_term_memory")),
    KnownSystem(
      "Basic Memory", Shape(table: "entity"),
      Shape(table: "observation", columns: ["entity_id", "content", "category"]),
      hint:
        "this is the index of its Markdown notes: `memsh migrate --from FOLDER` reads the folder of the notes, ~/basic-memory"
    ),
    KnownSystem("CrewAI", Shape(table: "long_term_memories", columns: ["task_description", "metadata", "datetime"])),
  ]
}

extension KnownSystem.Shape {
  fileprivate func fits(_ found: TableList.Table) -> Bool {
    if let table, found.name.lowercased() != table { return false }
    if let module { return found.module == module }
    return columns.isSubset(of: found.columns.map { $0.lowercased() })
  }
}

extension MemshError {
  /// The error for a source of another system.
  static func foreignSource(_ path: String, _ system: String, hint: String? = nil) -> MemshError {
    MemshError(
      .sourceUnsupported, "\(path) is \(system), which `migrate` does not read; nothing was changed",
      hint: hint
        ?? #"write its memories as JSON lines, such as {"user_id": "ada", "content": "…"}, and `import` that file"#)
  }
}
