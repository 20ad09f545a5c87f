import Database
import MemoryModel
import MemoryStore

/// What importing does with a row whose id is taken by another one.
package enum ConflictPolicy: String, Sendable, CaseIterable {
  /// The row that is there stays.
  case skip
  /// The imported row takes its place.
  case replace
  /// Nothing at all is imported.
  case fail
}

/// How an import is to be done.
package struct ImportOptions: Sendable {
  /// The form.
  package var format = TextFormat.jsonl
  /// What happens to rows whose ids are taken.
  package var onConflict = ConflictPolicy.fail
  /// Whether embeddings are taken over.
  package var embeddings = true
  /// Whether rows of other tables may go with rows that are replaced.
  package var cascade = false
  /// Whether rows are only read and checked.
  package var dryRun = false

  /// JSON lines, everything, failing at a conflict.
  package init() {}
}

/// What an import did, or would do.
package struct ImportReport: ChangeReport, Sendable, Equatable {
  /// Rows inserted, by table.
  package var inserted: [String: Int] = [:]
  /// Rows that took the place of others, by table.
  package var replaced: [String: Int] = [:]
  /// Rows left out because another one has their id.
  package var skipped = 0
  package var leftOut: [RowName] = []
  /// For people: the first of the rows that are replaced.
  package var examples: [RowName] = []
  /// Rows that were there already, to the last value.
  package var alreadyPresent = 0
  /// Memories imported without an embedding.
  package var missingEmbeddings = 0
  /// NUL characters replaced by U+FFFD.
  package var nulReplaced = 0
  /// Rows of other tables that go with those that are replaced.
  package var losses: [DependentRows] = []
  /// Its number in the journal; nil when nothing changed.
  package var operation: Int64?
}

/// Reads what ``ExportService`` writes, in one transaction: all rows or none.
package struct ImportService {
  private let store: MemoryStore
  private let author: RepairAuthor
  private let progress: any ProgressReporter
  private let interruption: Interruption
  private let name: String

  static let batchSize = 500

  /// Sets importing up.
  ///
  /// - Parameter name: The file's name, for errors.
  package init(
    store: MemoryStore, author: RepairAuthor, progress: any ProgressReporter, interruption: Interruption,
    name: String
  ) {
    self.store = store
    self.author = author
    self.progress = progress
    self.interruption = interruption
    self.name = name
  }

  /// Gives the next line without its end; nil when there is none.
  package typealias Lines = () throws -> String?
  /// Opens a file, hands over its lines from the first to the last, and closes it.
  package typealias Reader = ((@escaping Lines) throws -> ImportReport) throws -> ImportReport

  /// Plans an import that replaces rows: looks through a file once to say which, and reads it a second time to import it,
  /// for which it must be one that can be read twice. Of the rows that are there only those of the plan are replaced, by
  /// the rows that the plan has seen.
  ///
  /// - Parameter space: The space of a store that has no tables yet, where the file does not say.
  /// - Throws: `import_failed` and `id_conflict` with the file and the line; `embedding_space_mismatch`.
  package func plan(
    _ options: ImportOptions, space: @escaping () throws -> EmbeddingSpace, reading read: @escaping Reader
  ) throws -> ChangePlan<ImportReport> {
    var look = options
    look.dryRun = true
    var replacements = PlannedReplacements()
    let report = try read { next in
      try store.transaction(.readOnly) {
        let loaded = try load(look, isNew: store.embeddingSpace() == nil, space, next)
        replacements = try PlannedReplacements(loaded.replacements, in: store)
        return loaded.report
      }
    }
    let extent = ChangeExtent.rows(
      replacements.count, of: "memories", countInTable: report.replaced["memories"] ?? 0)
    return ChangePlan(report, extent) { [replacements] in
      try read { try run(options, space: space, replacing: replacements, $0) }
    }
  }

  /// Imports.
  ///
  /// - Parameters:
  ///   - space: The space of a store that has no tables yet, where the file does not say.
  ///   - replacements: The only rows that may be replaced; nil for any.
  ///   - next: The lines.
  /// - Throws: `import_failed` and `id_conflict` with the file and the line; `embedding_space_mismatch`.
  package func run(
    _ options: ImportOptions, space: () throws -> EmbeddingSpace, replacing replacements: PlannedReplacements? = nil,
    _ next: @escaping Lines
  ) throws -> ImportReport {
    let isNew = try store.embeddingSpace() == nil
    guard !options.dryRun else {
      return try store.transaction(.readOnly) { try load(options, isNew: isNew, space, next).report }
    }
    if isNew { _ = try store.vectorSupport(.ensure) }
    let report = try store.whileMigratingAlone(progress, interruption) {
      try load(options, isNew: isNew, space, replacing: replacements, next).report
    }
    if isNew { _ = try store.buildIndexes(nil, progress) }
    return report
  }

  private func load(
    _ options: ImportOptions, isNew: Bool, _ space: () throws -> EmbeddingSpace,
    replacing replacements: PlannedReplacements? = nil, _ next: @escaping Lines
  ) throws -> ImportLoader {
    let operation = Operation(store, author, allowsLosses: options.cascade)
    var lines = ImportedLines(format: options.format, next)
    do {
      let header = try lines.begin()
      let dimensions = try prepare(header.space, isNew: isNew, options, space)
      try store.makeRoom(for: header.columns, changes: !options.dryRun)
      let added = try columns(header)
      try lines.check(added)
      // Rows that may replace others are told apart by all that their lines say.
      lines.takeMemories(at: author.moment, dimensions: options.onConflict == .replace ? nil : dimensions)
      let loader = ImportLoader(
        store: store, operation: operation, options: options, moment: author.moment, dimensions: dimensions,
        isEmpty: isNew, added: added, allowed: try replacements?.locked(in: store))
      var first = try lines.next()
      func loadRows() throws {
        while let row = try first ?? lines.next() {
          first = nil
          if lines.line % ImportService.batchSize == 0 {
            try interruption.check()
            progress.progress("Importing", done: Int64(lines.line), total: 0)
          }
          try loader.add(row, line: lines.line)
        }
        try loader.finish()
      }
      let bringsMemories = first.map { $0.json[key: "table"]?.stringValue ?? "memories" == "memories" } ?? false
      if options.dryRun || !bringsMemories {
        try loadRows()
      } else {
        try store.whileLoadingMemories(progress, loadRows)
        try interruption.check()
      }
      loader.report.operation = operation.number
      loader.report.losses = operation.losses
      return loader
    } catch let error as RowJSON.Unreadable {
      throw MemshError(
        .importFailed, "\(name):\(lines.line): \(error.reason)",
        hint: error.hint ?? "nothing was imported; mend the line and try again")
    } catch let error as ImportLoader.Refused {
      throw MemshError(error.code, "\(name):\(error.line): \(error.reason)", hint: error.hint)
    }
  }

  /// The columns beside those that memsh knows: as the file has them, else as the store has them.
  private func columns(_ header: ExportService.Header) throws -> [Table: [AddedColumn]] {
    try Dictionary(
      uniqueKeysWithValues: Table.all.map { table in
        let named = header.columns.first { $0.table == table }?.columns ?? []
        let others = try store.addedColumns(of: table).filter { column in !named.contains { $0.name == column.name } }
        return (table, named + others)
      })
  }

  /// Makes the tables where there are none, and compares spaces.
  ///
  /// - Returns: The length that embeddings must have.
  private func prepare(
    _ fileSpace: EmbeddingSpace?, isNew: Bool, _ options: ImportOptions, _ space: () throws -> EmbeddingSpace
  ) throws -> Int {
    guard let storeSpace = try store.embeddingSpace() else {
      let chosen = try fileSpace ?? space()
      if !options.dryRun { _ = try store.createSchema(space: chosen) }
      return chosen.dimensions
    }
    if options.embeddings, let fileSpace, fileSpace != storeSpace {
      throw MemshError(
        .embeddingSpaceMismatch, "\(name) has embeddings of \(fileSpace), the store of \(storeSpace)",
        hint: "`--no-embeddings` leaves them out; `reembed --missing` then computes them")
    }
    return storeSpace.dimensions
  }
}

/// A row of a file.
struct ImportedRow: Sendable {
  let json: JSON
  /// The memory that it is, where that has been looked at already.
  var memory: Result<ImportedMemory, any Error>?
}

/// A memory of a file, and its id, if it has one.
struct ImportedMemory: Sendable {
  let id: Int64?
  let fields: MemoryFields

  /// - Parameter vector: The embedding, where it was read apart from the rest.
  init(_ json: JSON, vector: Vector? = nil, now: Timestamp, added: [Table: [AddedColumn]]) throws {
    (id, fields) = try RowJSON.memory(json, vector: vector, now: now, added: added[.memories] ?? [])
  }
}

/// The rows of a file, with the numbers of their lines.
private struct ImportedLines {
  private let format: TextFormat
  private var lines: JSONLines
  private var csv: CSVRows.Reader
  private var columns: [String] = []
  /// The columns that others added to the table of memories.
  private var added: [Table: [AddedColumn]] = [:]
  /// When a memory was made that does not say; nil until the header has been read.
  private var moment: Timestamp?
  /// How long embeddings are that are read apart; nil for none.
  private var dimensions: Int?
  /// What a look at the first line has taken.
  private var first: JSON?
  /// The number of the line of the last row, where rows are read ahead.
  private var rowLine: Int?
  /// Rows that have been read ahead, the next one last, with the numbers of their lines.
  private var ahead: [(line: Int, row: Result<ImportedRow, RowJSON.Unreadable>)] = []

  /// So many lines, and so many bytes of them, are parsed at a time, on all cores.
  private static let linesAhead = 256
  private static let bytesAhead = 4 << 20

  init(format: TextFormat, _ next: @escaping () throws -> String?) {
    self.format = format
    lines = JSONLines(next)
    csv = CSVRows.Reader(next)
  }

  /// The number of the line of the last row.
  var line: Int { format == .csv ? csv.line : rowLine ?? lines.line }

  /// Reads the header.
  mutating func begin() throws -> ExportService.Header {
    if format == .csv {
      columns = (try csv.record() ?? []).map { $0 ?? "" }
      return ExportService.Header()
    }
    guard let json = try lines.next() else { return ExportService.Header() }
    if let header = try ExportService.header(json) { return header }
    first = json
    return ExportService.Header()
  }

  /// Makes sure that memories have the columns that the first line of comma-separated values names.
  mutating func check(_ added: [Table: [AddedColumn]]) throws {
    self.added = added
    let known = Table.memories.columnNames + (added[.memories] ?? []).map(\.name)
    guard let other = columns.first(where: { !known.contains($0) }) else { return }
    let separator: (sign: Character, name: String)? = [(";", "semicolons"), ("\t", "tabs")].first { sign, _ in
      columns.count == 1 && other.contains(sign) && other.split(separator: sign).contains { known.contains(String($0)) }
    }
    if let separator {
      throw RowJSON.Unreadable(
        reason: "the first line is separated by \(separator.name), not by commas",
        hint: "write the file anew with commas between the columns")
    }
    throw RowJSON.Unreadable(
      reason: "the first line names a column '\(other)', which memories do not have",
      hint: "ALTER TABLE memories ADD COLUMN \(other.quotedIdentifier) text")
  }

  /// Looks at memories together with their lines from now on.
  ///
  /// - Parameter dimensions: How long embeddings are, which are then left out of the rows' values; nil leaves them there.
  mutating func takeMemories(at moment: Timestamp, dimensions: Int?) {
    (self.moment, self.dimensions) = (moment, dimensions)
  }

  mutating func next() throws -> ImportedRow? {
    if format == .csv {
      return try csv.record().map {
        ImportedRow(json: try CSVRows.json($0, columns: columns, added: added[.memories] ?? []))
      }
    }
    if let json = first {
      first = nil
      return ImportedRow(json: json)
    }
    if ahead.isEmpty { try readAhead() }
    guard let next = ahead.popLast() else { return nil }
    rowLine = next.line
    return try next.row.get()
  }

  private mutating func readAhead() throws {
    var texts: [(line: Int, text: String)] = []
    var bytes = 0
    while texts.count < ImportedLines.linesAhead, bytes < ImportedLines.bytesAhead, let text = try lines.nextText() {
      texts.append((lines.line, text))
      bytes += text.utf8.count
    }
    let (moment, dimensions, added) = (moment, dimensions, added)
    let rows = texts.concurrentMap { text in
      Result { () throws(RowJSON.Unreadable) in
        let (json, vector) = try JSONLines.memory(text.text, dimensions: dimensions)
        guard let moment, json[key: "table"]?.stringValue ?? "memories" == "memories" else {
          // A row of another table has its vector among its values.
          return ImportedRow(json: vector == nil ? json : try JSONLines.value(text.text))
        }
        return ImportedRow(
          json: json, memory: Result { try ImportedMemory(json, vector: vector, now: moment, added: added) })
      }
    }
    ahead = zip(texts, rows).map { ($0.line, $1) }.reversed()
  }
}

extension ImportService {
  /// Reads the rows of another store as a file's lines.
  ///
  /// - Parameter source: Opened for reading only.
  package func reader(of source: MemoryStore) -> Reader {
    let export = ExportService(store: source, interruption: interruption)
    return { body in
      try source.requireTables()
      return try Overlap.pulling(
        capacity: ImportService.batchSize, producers: [{ hand in _ = try export.export(ExportOptions(), hand) }], body)
    }
  }
}
