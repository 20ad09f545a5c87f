import MemoryModel

/// A foreign memory system whose stores memsh reads.
struct MemorySystem: Sendable {
  /// What people call it.
  let name: String
  /// Opens what stands at a place; nil when this system did not make it.
  ///
  /// A system is told by the whole shape of its store, never by the name of one table.
  let open: @Sendable (SourcePlace, SourceSelection) throws -> (any ForeignReader)?
  /// Whether its tables serve other systems, too, so that it is taken only where no other fits.
  var isGeneral = false

  /// All of them: more particular shapes before more general ones. A new system is a file and a line here.
  static let all: [MemorySystem] = [
    .mapped, .mcpServerMemory,
    .mcpMemoryService, .openMemory, .llm, .memori, .langGraph, .letta, .agno, .agno1, .langChain, .llamaIndex,
    .mem0Qdrant, .qdrant, .mem0Faiss, .mem0TypeScript, .mem0Postgres, .powerMem, .mem0JSON, .chroma,
    .mcpMemoryServiceExport, .txtai, .sqliteVec, .markdown, .legacy,
  ]

  /// Those whose tables stand in a database of the application's own, so that tables beside them are not theirs.
  static let guests: Set<String> = Set(
    [langGraph, agno, agno1, langChain, llamaIndex, mem0TypeScript, mem0Postgres, powerMem, sqliteVec, legacy]
      .map(\.name))
}

extension MemorySystem {
  /// A system that keeps its memories in tables.
  static func tables(
    _ name: String, isGeneral: Bool = false,
    _ open: @escaping @Sendable (any TableDatabase, TableList, SourceSelection) throws -> (any ForeignReader)?
  ) -> MemorySystem {
    MemorySystem(
      name: name,
      open: { place, selection in
        guard case .tables(let database) = place else { return nil }
        let list = try database.tables()
        if let reader = try open(database, list, selection) { return reader }
        // A view in place of a table: beside one, its rows are the table's.
        guard database.backend == .postgres, !list.views.isEmpty else { return nil }
        return try open(database, TableList(list.tables + list.views), selection)
      }, isGeneral: isGeneral)
  }
}
