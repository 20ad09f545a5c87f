internal import Algorithms
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
  /// - Parameter linesAtOnce: As many may come as one text, with line ends between them.
  /// - Returns: How many rows of each table.
  /// - Throws: `store_corrupt` for a row that no text can tell exactly.
  package func export(
    _ options: ExportOptions, linesAtOnce: Int = 1, _ line: (String) throws -> Void
  ) throws -> [String: Int] {
    var counts: [String: Int] = [:]
    // Rows are read while those before them are made into text.
    try Overlap.run(capacity: ExportService.batchesAhead) { hand in
      try store.transaction(.readOnly) { try store.readingExactly { try read(options, hand) } }
    } consume: { (batch: Batch) in
      try interruption.check()
      counts[batch.table, default: 0] += batch.count
      for text in batch.lines(options, atOnce: linesAtOnce) { try line(text) }
    }
    return counts
  }

  /// Batches that reading may be ahead of writing.
  private static let batchesAhead = 3

  /// Rows on their way to become text.
  private enum Batch: Sendable {
    case header(String)
    case memories([Memory], columns: [String])
    case rows([Record], Table)

    var table: String { if case .rows(_, let table) = self { table.name } else { Table.memories.name } }

    var count: Int {
      switch self {
      case .header: 0
      case .memories(let memories, _): memories.count
      case .rows(let rows, _): rows.count
      }
    }

    func lines(_ options: ExportOptions, atOnce count: Int) -> [String] {
      switch self {
      case .header(let text): return [text]
      case .memories(let memories, let columns):
        if options.format == .csv {
          return Batch.lines(memories, atOnce: count) { memory, bytes in
            let json = RowJSON.json(memory, embeddings: options.embeddings)
            bytes.append(contentsOf: CSVRows.line(json, columns: columns).utf8)
          }
        }
        let rows = RowLines(.memories, embeddings: options.embeddings)
        return Batch.lines(memories, atOnce: count) { rows.append($0, to: &$1) }
      case .rows(let records, let table):
        let rows = RowLines(table, embeddings: options.embeddings)
        return Batch.lines(records, atOnce: count) { rows.append($0, to: &$1) }
      }
    }

    /// Texts of some lines each, made on all cores.
    private static func lines<Row: Sendable>(
      _ rows: [Row], atOnce count: Int, _ append: @escaping (Row, inout [UInt8]) -> Void
    ) -> [String] {
      rows.chunks(ofCount: count).map(\.self).concurrentMap(fewest: max(1, 16 / count)) { rows in
        var bytes: [UInt8] = []
        for row in rows {
          if !bytes.isEmpty { bytes.append(UInt8(ascii: "\n")) }
          append(row, &bytes)
        }
        return String(decoding: bytes, as: UTF8.self)
      }
    }
  }

  /// Writes memories in the form of another memory system.
  ///
  /// - Returns: How many.
  /// - Throws: `store_corrupt` as above, and what the writer refuses.
  package func export(_ filter: MemoryFilter, to writer: any MemoryWriter) throws -> Int {
    try writer.whole {
      var count = 0
      try store.transaction(.readOnly) {
        try store.requireEveryRow()
        try store.requireTables()
        try store.readingExactly {
          try store.readMemories(
            filter, byUser: writer.takesUsersTogether, embeddings: writer.takesVectors,
            batchSize: ExportService.batchSize
          ) { memories in
            try interruption.check()
            try writer.write(memories)
            count += memories.count
          }
        }
      }
      try writer.finish()
      return count
    }
  }

  private func read(_ options: ExportOptions, _ hand: (Batch) throws -> Void) throws {
    try store.requireEveryRow()
    let space = try store.requireTables()
    let isWhole = options.format == .jsonl && options.filter.isEmpty
    let tables = isWhole ? Table.all : [.memories]
    let columns = try tables.map { (table: $0, columns: try store.travellingColumns(of: $0)) }
    let names = CSVRows.columns(embeddings: options.embeddings, added: columns[0].columns)
    if options.format == .csv {
      try hand(.header(names.map(\.csvField).joined(separator: ",")))
    } else {
      try hand(.header(ExportService.header(space, columns).text))
    }
    try store.readMemories(options.filter, batchSize: ExportService.batchSize) { memories in
      if options.embeddings, let memory = memories.first(where: { $0.fields.embedding?.isFinite == false }) {
        throw MemshError(
          .storeCorrupt, "the embedding of memory \(memory.id) has a number that JSON cannot tell",
          hint: "`doctor --fix embedding_not_finite` computes it anew; `export --no-embeddings` leaves all of them out")
      }
      try hand(.memories(memories, columns: names))
    }
    guard isWhole else { return }
    for table in Table.side {
      try store.readRows(of: table, batchSize: ExportService.batchSize) { try hand(.rows($0, table)) }
    }
  }

  private static func header(_ space: EmbeddingSpace, _ columns: [(table: Table, columns: [AddedColumn])]) -> JSON {
    var members = [JSON.Member("memsh_export", .integer(version)), JSON.Member("space", space.json)]
    let added = columns.filter { !$0.columns.isEmpty }
    if !added.isEmpty {
      members.append(
        JSON.Member(
          "columns", .object(added.map { JSON.Member($0.table.name, .array($0.columns.map(\.json))) })))
    }
    return .object(members)
  }

  /// What the header of a file says.
  struct Header {
    var space: EmbeddingSpace?
    /// The columns of its rows beside those that memsh knows.
    var columns: [(table: Table, columns: [AddedColumn])] = []
  }

  /// Reads a header; nil when the line is none.
  static func header(_ json: JSON) throws -> Header? {
    guard let version = json[key: "memsh_export"] else { return nil }
    guard version.integerValue == ExportService.version, let space = json[key: "space"],
      let space = EmbeddingSpace(jsonText: space.text)
    else { throw RowJSON.Unreadable(reason: "the file is of another version of memsh") }
    return Header(
      space: space,
      columns: try Table.all.compactMap { table in
        guard let columns = json[key: "columns"]?[key: table.name] else { return nil }
        return (table: table, columns: try (columns.arrayValue ?? []).map { try AddedColumn(json: $0, of: table) })
      })
  }
}

extension AddedColumn {
  /// The column as the header of a file names it.
  fileprivate var json: JSON {
    var members = [
      JSON.Member("name", .string(name)), JSON.Member("type", .string(type)),
      JSON.Member("database", .string(database.rawValue)),
    ]
    if let held { members.append(JSON.Member("held", .array(held.map(JSON.string)))) }
    return .object(members)
  }

  fileprivate init(json: JSON, of table: Table) throws {
    guard let name = json[key: "name"]?.stringValue, !name.isEmpty, !name.utf8.contains(0),
      !(table.columnNames + ["table"]).contains(name), let type = json[key: "type"]?.stringValue,
      let database = json[key: "database"]?.stringValue.flatMap(Backend.init(rawValue:))
    else {
      throw RowJSON.Unreadable(
        reason: "the header names a column of \(table.name) that cannot be read: \(json.text.prefix(60))")
    }
    self.init(
      name: name, type: type, database: database, held: json[key: "held"]?.arrayValue?.compactMap(\.stringValue))
  }
}
