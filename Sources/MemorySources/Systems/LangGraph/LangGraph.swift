import MemoryModel

/// LangGraph's store of long-term memory, which LangMem uses, too: items with a namespace, and vectors of their fields.
extension MemorySystem {
  static let langGraph = tables("LangGraph") { database, list, selection in
    let stores = list.tables(with: "prefix", "key", "value", "created_at", "updated_at").compactMap { items in
      let hasItsKey = Set(items.keyColumns) == ["prefix", "key"]
      guard hasItsKey || list.neighbour(of: items, items.name.lowercased() + "_migrations", with: "v") != nil else {
        return LangGraphReader.Store?.none
      }
      return LangGraphReader.Store(
        items: items,
        vectors: list.neighbour(
          of: items, items.name.lowercased() + "_vectors", with: "prefix", "key", "field_name", "embedding"))
    }
    guard !stores.isEmpty else { return nil }
    let reader = LangGraphReader(database, stores, selection)
    try reader.refuseMissingLabel()
    return reader
  }
}

/// Reads LangGraph's stores.
///
/// An item has a vector for each field that the application chose, or one of its whole JSON (`$`), or none. So items and
/// vectors are read in one go, side by side, and each memory takes the vector that belongs to its text.
final class LangGraphReader: ForeignReader {
  /// A table of items, with the vectors beside it.
  struct Store {
    let items: TableList.Table
    let vectors: TableList.Table?
  }

  let system = "LangGraph"
  var parts: [String] { stores.map(\.items.shownName) }

  private let database: any TableDatabase
  private let stores: [Store]
  private let selection: SourceSelection
  private var facts: Facts?

  init(_ database: any TableDatabase, _ stores: [Store], _ selection: SourceSelection) {
    self.database = database
    self.stores = stores
    self.selection = selection
  }

  /// What a pass over all items tells.
  private struct Facts {
    var counts: [RowState: Int64] = [:]
    /// How many memories have their user by which rule.
    var rules: [String: Int] = [:]
    var unnamed = 0
    var unnamedExample = ""
    /// How many memories have a vector that belongs to their whole JSON.
    var vectorsOfJSON = 0
    /// How many memories have only vectors of fields that are not their text, and an example of such a field.
    var otherVectors = 0
    var otherField = ""
    /// How many memories have no field that is their text.
    var textsOfJSON = 0
  }

  var hasNamespaces: Bool { true }

  /// - Throws: `usage` for a label that no namespace has.
  fileprivate func refuseMissingLabel() throws {
    guard let label = selection.userLabel else { return }
    let labels =
      try stores.map { store in
        try database.count(
          "max(length(prefix) - length(replace(prefix, '.', '')) + 1)", from: store.items.quotedName)
      }.max() ?? 0
    guard label.magnitude > UInt64(labels), labels > 0 else { return }
    throw MemshError(
      .usage,
      "no namespace in \(database.location) has a label \(label): they have \(counted(labels, "label")) at most",
      hint: "--user-from-namespace takes 1 to \(labels), or -1 to -\(labels), counted from the end")
  }

  func counts() throws -> [RowState: Int64] { try pass().counts }

  private func pass() throws -> Facts {
    var facts = Facts()
    try readItems(withVectors: false) { item in
      facts.counts[item.state, default: 0] += 1
      guard selection.states.contains(item.state), selection.collection.map({ $0 == item.prefix }) ?? true else {
        return
      }
      if let user = item.namespace.user(label: selection.userLabel) {
        facts.rules[user.rule, default: 0] += 1
      } else if SourceRow.user(namedBy: item.value.metadata.document) == nil {
        facts.unnamed += 1
        facts.unnamedExample = item.prefix
      }
      if item.value.isJSON { facts.textsOfJSON += 1 }
      if let vector = item.vector {
        if vector.field == Item.wholeJSON { facts.vectorsOfJSON += 1 }
      } else if let other = item.otherField {
        facts.otherVectors += 1
        facts.otherField = other
      }
    }
    self.facts = facts
    return facts
  }

  var remarks: [String] { get throws { remarks(try facts ?? pass()) } }

  private func remarks(_ facts: Facts) -> [String] {
    var remarks: [String] = []
    let rules = facts.rules.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
    if !rules.isEmpty {
      let told = rules.map { "\($0.key) of the namespace (\($0.value))" }.joined(separator: ", ")
      remarks.append("the user is \(told); --user-from-namespace N takes another label")
    }
    if facts.unnamed > 0 {
      remarks.append(
        "the user of \(counted(facts.unnamed, "memory")) is \(SourceRow.defaultUser), because a namespace such as "
          + "\(facts.unnamedExample) names none; --user-from-namespace N says which label it is")
    }
    func have(_ number: Int) -> String { counted(number, "memory") + (number == 1 ? " has" : " have") }
    if facts.vectorsOfJSON > 0 {
      remarks.append("\(have(facts.vectorsOfJSON)) the vector of the whole JSON, not of the text alone")
    }
    if facts.otherVectors > 0 {
      remarks.append(
        "\(have(facts.otherVectors)) only vectors of other fields than the text, such as \(facts.otherField): "
          + "those are left out")
    }
    if facts.textsOfJSON > 0 {
      remarks.append("\(have(facts.textsOfJSON)) no field that is the text: the JSON is the text")
    }
    return remarks
  }

  func readRows(decodingVectors: Bool, _ body: (SourceRow) throws -> Void) throws {
    var decoder = EmbeddingDecoder(form: .floats)
    try readItems(withVectors: true) { item in
      var row = SourceRow(key: item.keyPrefix + RowKey.of(item.key, in: item.prefix), legacyID: item.key)
      row.state = item.state
      row.collection = item.prefix
      row.content = item.value.content
      row.metadata = item.value.metadata
      row.userID = item.namespace.user(label: selection.userLabel).map { .text($0.name) } ?? .null
      row.nameUserAfterMetadata()
      (row.createdAt, row.updatedAt) = (item.created, item.updated)
      row.otherColumns = item.others
      if let vector = item.vector {
        row.embedding = decodingVectors ? decoder.decode(vector.value) : .undecoded(vector.value)
        if decoder.expectedDimensions == 0, case .vector(let vector) = row.embedding {
          decoder.expectedDimensions = vector.dimensions
        }
      }
      try body(row)
    }
  }

  private func readItems(withVectors: Bool, _ body: (Item) throws -> Void) throws {
    for store in stores {
      let expected = try database.count("count(*)", from: store.items.quotedName)
      var found: Int64 = 0
      let keyPrefix = RowKey.part(store.items.shownName) + "/"
      var current: Item?
      func finish() throws {
        guard var item = current else { return }
        found += 1
        item.settle()
        try body(item)
      }
      let others = store.otherColumns
      try database.rows(store.statement(for: database, others, withVectors: withVectors)) { row in
        let prefix = try row.value(1).idText ?? ""
        let key = try row.value(2).idText ?? ""
        if current?.has(prefix, key) != true {
          try finish()
          current = Item(
            keyPrefix: keyPrefix, state: try row.value(0).idText.flatMap(RowState.init) ?? .live, prefix: prefix,
            key: key, stored: try row.value(3), created: try row.value(4), updated: try row.value(5),
            others: try others.enumerated().map { ($1, try row.value(8 + $0)) })
        }
        if let field = try row.value(6).idText { current?.vectors.append((field, try row.value(7))) }
      }
      try finish()
      guard database.rowLimit != nil || found == expected else {
        throw database.damaged(store.items.shownName, expected: expected, found: found)
      }
    }
  }
}

extension LangGraphReader.Store {
  private static let known: Set = ["prefix", "key", "value", "created_at", "updated_at"]

  /// What goes to the metadata: when an item expires, and columns of the application's own.
  fileprivate var otherColumns: [String] { items.columns.filter { !Self.known.contains($0.lowercased()) } }

  /// Items with their vectors, those of one item one after the other.
  fileprivate func statement(for database: any TableDatabase, _ others: [String], withVectors: Bool) -> String {
    let expired =
      database.backend == .postgres ? "t.expires_at <= now()" : "julianday(t.expires_at) <= julianday('now')"
    let state = items.has("expires_at") ? "CASE WHEN \(expired) THEN 'expired' ELSE 'live' END" : "'live'"
    let vector = vectors == nil ? ["NULL", "NULL"] : ["v.field_name", withVectors ? "v.embedding" : "NULL"]
    let columns =
      [state, "t.prefix", "t.key", "t.value", "t.created_at", "t.updated_at"] + vector
      + others.map { "t." + $0.quotedIdentifier }
    let join = vectors.map { " LEFT JOIN \($0.quotedName) v ON v.prefix = t.prefix AND v.key = t.key" } ?? ""
    return "SELECT \(columns.map(database.answering).joined(separator: ", ")) FROM \(items.quotedName) t\(join) "
      + "ORDER BY t.prefix, t.key" + (vectors == nil ? "" : ", v.field_name")
  }
}

/// An item of a store.
private struct Item {
  /// The field of a vector that belongs to the whole JSON.
  static let wholeJSON = "$"

  let keyPrefix: String
  let state: RowState
  let prefix: String
  let key: String
  /// The value as it stands there.
  let stored: SourceValue
  let created: SourceValue
  let updated: SourceValue
  let others: [(name: String, value: SourceValue)]
  /// The vectors, by the fields that they belong to.
  var vectors: [(field: String, value: SourceValue)] = []
  /// What of the value is the text.
  private(set) var value = LangGraphValue(.null)
  /// The vector that belongs to the text, else that of the whole JSON.
  private(set) var vector: (field: String, value: SourceValue)?
  /// A field that has a vector and is neither.
  private(set) var otherField: String?

  var namespace: LangGraphNamespace { LangGraphNamespace(prefix) }

  /// Whether it is the item of a prefix and a key, to the byte.
  func has(_ prefix: String, _ key: String) -> Bool {
    self.prefix.utf8.elementsEqual(prefix.utf8) && self.key.utf8.elementsEqual(key.utf8)
  }

  /// Tells the text and its vector, once all vectors are there: an application embeds what it takes for the text.
  mutating func settle() {
    value = LangGraphValue(stored, embedded: vectors.map(\.field))
    vector = vectors.last { $0.field == value.field } ?? vectors.last { $0.field == Item.wholeJSON }
    otherField = vectors.last { $0.field != value.field && $0.field != Item.wholeJSON }?.field
  }
}
