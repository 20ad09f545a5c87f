import MemoryModel

/// Some rows of a Chroma store with their metadata, in the order in which Chroma made them.
struct ChromaPage {
  struct Row {
    let number: Int64
    /// The number of its collection.
    let collection: Int
    /// The id that its user gave it.
    let id: String
    let createdAt: SourceValue
    /// What is remembered; NULL where there is none.
    var document = SourceValue.null
    var metadata: [JSON.Member] = []

    /// Whether mem0 wrote it.
    var isMem0: Bool {
      document == .null && ["data", "hash"].allSatisfy { key in metadata.contains { $0.key == key } }
    }
  }

  private let store: ChromaStore
  private let collections: [String: Int]
  /// In the order of their numbers.
  private(set) var rows: [Row] = []
  private var lastNumber: Int64?

  /// Begins in front of the first row.
  ///
  /// - Parameter collections: The numbers of the collections by the segments that mark their rows; other rows are left out.
  init(_ store: ChromaStore, _ collections: [String: Int]) {
    self.store = store
    self.collections = collections
  }

  /// Reads the next rows, without their metadata; false at the end.
  mutating func readNext(rows limit: Int) throws -> Bool {
    let start = lastNumber.map { "WHERE id > \($0)" } ?? ""
    var found: [Row] = []
    var last: Int64?
    try store.database.rows(
      "SELECT id, segment_id, embedding_id, created_at FROM embeddings \(start) ORDER BY id LIMIT \(limit)"
    ) { row in
      // A damaged table may give its rows in any order, and without an end.
      guard case .integer(let number) = try row.value(0), number > last ?? lastNumber ?? .min,
        let id = try row.value(2).idText
      else {
        throw MemshError(
          .sourceUnreadable, "\(store.database.path) is damaged: the rows of embeddings have no ids in order")
      }
      last = number
      guard let collection = try row.value(1).idText.flatMap({ collections[$0] }) else { return }
      found.append(Row(number: number, collection: collection, id: id, createdAt: try row.value(3)))
    }
    rows = found
    lastNumber = last
    return last != nil
  }

  /// Reads the metadata of the rows.
  mutating func readMetadata() throws {
    guard let first = rows.first?.number, let last = rows.last?.number else { return }
    let range = "WHERE id BETWEEN \(first) AND \(last)"
    let values = "id, key, string_value, int_value, float_value" + (store.keepsFlags ? ", bool_value" : "")
    let count = store.keepsFlags ? 4 : 3
    var place = 0
    try store.database.rows("SELECT \(values) FROM embedding_metadata \(range) ORDER BY id, key") { row in
      guard let found = try find(row, from: &place), let key = try row.value(1).idText else { return }
      let value = try ChromaPage.value(row, columns: count)
      if key == "chroma:document" {
        rows[found].document = value
      } else {
        rows[found].metadata.append(JSON.Member(key, value.chromaJSON))
      }
    }
    guard store.keepsLists else { return }
    place = 0
    var lists = Lists()
    try store.database.rows(
      "SELECT \(values) FROM embedding_metadata_array \(range) ORDER BY id, key, rowid"
    ) { row in
      guard let found = try find(row, from: &place), let key = try row.value(1).idText else { return }
      if !lists.isOpen(found, key) { lists.open(found, key, &rows) }
      lists.items.append(try ChromaPage.value(row, columns: count).chromaJSON)
    }
    lists.close(&rows)
  }

  /// Collects the items of one list after the other: a list can have any number of them, and a row of lists.
  private struct Lists {
    var items: [JSON] = []
    private var list: (row: Int, key: ExactText)?
    /// The keys that the row has.
    private var keys: Set<ExactText> = []

    /// Whether the next item of a list belongs to the items so far.
    func isOpen(_ row: Int, _ key: String) -> Bool { list.map { $0.row == row && $0.key == ExactText(key) } ?? false }

    /// Begins a list; the lists of a row follow each other.
    mutating func open(_ row: Int, _ key: String, _ rows: inout [Row]) {
      close(&rows)
      if list?.row != row { keys = Set(rows[row].metadata.map { ExactText($0.key) }) }
      list = (row, ExactText(key))
    }

    /// Sets the list in its row, unless the key is another value's.
    mutating func close(_ rows: inout [Row]) {
      if let list, keys.insert(list.key).inserted {
        rows[list.row].metadata.append(JSON.Member(list.key.text, .array(items)))
      }
      items = []
    }
  }

  /// The place of the row that a value belongs to; the values come in the order of the rows.
  private func find(_ row: any TableRow, from place: inout Int) throws -> Int? {
    guard case .integer(let number) = try row.value(0) else { return nil }
    while place < rows.count, rows[place].number < number { place += 1 }
    return place < rows.count && rows[place].number == number ? place : nil
  }

  /// The one of several columns that is not NULL; the fourth holds true and false as numbers.
  private static func value(_ row: any TableRow, columns: Int) throws -> SourceValue {
    for column in 2..<2 + columns {
      switch try row.value(column) {
      case .null: continue
      case .integer(let number) where column == 5 && (number == 0 || number == 1): return .json(.bool(number == 1))
      case let value: return value
      }
    }
    return .null
  }
}

extension SourceValue {
  /// The value as JSON, a fractional number always with its point: Chroma knows whole numbers from others.
  fileprivate var chromaJSON: JSON {
    if case .real(let number) = self, number.isFinite { .number("\(number)") } else { json }
  }
}
