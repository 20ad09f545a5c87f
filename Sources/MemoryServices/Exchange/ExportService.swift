import Database
import MemoryModel
import MemoryStore

/// The forms that memories are exported to and imported from as text.
package enum TextFormat: String, Sendable, CaseIterable {
  /// A JSON object a line: everything a store has.
  case jsonl
  /// Memories only.
  case csv
}

/// What is exported.
package struct ExportOptions: Sendable, Equatable {
  /// Which memories; with a filter, the other tables are left out.
  package var filter = MemoryFilter()
  /// Whether embeddings go along.
  package var embeddings = true
  /// The form.
  package var format = TextFormat.jsonl

  /// Everything, as JSON lines.
  package init() {}
}

/// Writes a store out as text, row by row, as one snapshot has it.
package struct ExportService {
  private let store: MemoryStore
  private let interruption: Interruption

  private static let batchSize = 500
  /// The version of the format.
  static let version = 1

  /// Sets exporting up.
  package init(store: MemoryStore, interruption: Interruption) {
    self.store = store
    self.interruption = interruption
  }

  /// Hands over line after line, without their ends.
  ///
  /// - Returns: How many rows of each table.
  /// - Throws: `store_corrupt` for a row that no text can tell exactly.
  package func export(_ options: ExportOptions, _ line: (String) throws -> Void) throws -> [String: Int] {
    try store.transaction(.readOnly) { try store.readingExactly { try write(options, line) } }
  }

  private func write(_ options: ExportOptions, _ line: (String) throws -> Void) throws -> [String: Int] {
    try store.requireEveryRow()
    guard let space = try store.embeddingSpace() else { throw MemshError.schemaMissing(store.identity) }
    var counts: [String: Int] = [:]
    if options.format == .csv {
      try line(CSVRows.columns(embeddings: options.embeddings).joined(separator: ","))
    } else {
      try line(ExportService.header(space).text)
    }
    try store.readMemories(options.filter, batchSize: ExportService.batchSize) { memories in
      try interruption.check()
      counts["memories", default: 0] += memories.count
      for memory in memories {
        let json = RowJSON.json(memory, embeddings: options.embeddings)
        try line(options.format == .csv ? CSVRows.line(json, embeddings: options.embeddings) : json.text)
      }
    }
    guard options.format == .jsonl, options.filter.isEmpty else { return counts }
    for table in Table.side {
      try store.readRows(of: table, batchSize: ExportService.batchSize) { rows in
        try interruption.check()
        counts[table.name, default: 0] += rows.count
        for row in rows { try line(RowJSON.json(row, of: table, embeddings: options.embeddings).text) }
      }
    }
    return counts
  }

  private static func header(_ space: EmbeddingSpace) -> JSON {
    .object([JSON.Member("memsh_export", .integer(version)), JSON.Member("space", space.json)])
  }

  /// The space of a header; nil when the line is none.
  static func space(header json: JSON) throws -> EmbeddingSpace? {
    guard let version = json[key: "memsh_export"] else { return nil }
    guard version.integerValue == ExportService.version, let space = json[key: "space"],
      let space = EmbeddingSpace(jsonText: space.text)
    else { throw RowJSON.Unreadable(reason: "the file is of another version of memsh") }
    return space
  }
}
