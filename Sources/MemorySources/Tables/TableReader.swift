import MemoryModel

/// Reads memories out of tables, as mappings say.
final class TableReader: ForeignReader {
  let system: String
  let version: String?
  var parts: [String] { mappings.map(\.name) }

  private let database: any TableDatabase
  private let mappings: [TableMapping]
  private let modelOfDimensions: (Int) -> String?
  private let ownRemarks: [String]
  /// How the vectors of each mapping stand there, once that was found out.
  private var forms: [ColumnForm]?

  init(
    _ system: String, _ database: any TableDatabase, _ mappings: [TableMapping], version: String? = nil,
    remarks: [String] = [], model: @escaping (Int) -> String? = { _ in nil }
  ) {
    self.system = system
    self.database = database
    self.mappings = mappings
    self.version = version
    modelOfDimensions = model
    ownRemarks = remarks
  }

  var remarks: [String] { get throws { try ownRemarks + columnForms().compactMap(\.remark) } }

  var vectorForms: [VectorFormNote] { get throws { try columnForms().compactMap(\.note) } }

  private func columnForms() throws -> [ColumnForm] {
    if let forms { return forms }
    let found = try mappings.map { try ColumnForm(of: $0, database) }
    forms = found
    return found
  }

  func model(dimensions: Int) -> String? { modelOfDimensions(dimensions) }

  func counts() throws -> [RowState: Int64] {
    var counts: [RowState: Int64] = [:]
    for mapping in mappings {
      let columns = [mapping.stateExpression, "count(*)"].map(database.answering).joined(separator: ", ")
      try database.rows("SELECT \(columns) FROM \(mapping.from) GROUP BY 1") { row in
        guard let state = try row.value(0).idText.flatMap(RowState.init), let number = try row.value(1).idText
        else { return }
        counts[state, default: 0] += Int64(number) ?? 0
      }
    }
    return counts
  }

  func partRows() throws -> [ExactText: Int64] {
    var rows: [ExactText: Int64] = [:]
    for mapping in mappings {
      rows[ExactText(mapping.name), default: 0] += try database.count("count(*)", from: mapping.from)
    }
    return rows
  }

  func readRows(decodingVectors: Bool, _ body: (SourceRow) throws -> Void) throws {
    // Before the rows: the database may run one statement at a time.
    let forms = decodingVectors ? try columnForms() : []
    for (index, mapping) in mappings.enumerated() {
      let expected = try database.count("count(*)", from: mapping.from)
      var found: Int64 = 0
      try TableRows(mapping, database).read(decoding: decodingVectors ? forms[index].form : nil) { row in
        found += 1
        try body(row)
      }
      guard database.rowLimit != nil || found == expected else {
        throw database.damaged(mapping.name, expected: expected, found: found)
      }
    }
  }
}

/// The rows of one mapping.
private struct TableRows {
  let mapping: TableMapping
  let database: any TableDatabase
  private let roles: [SourceRole]
  private let others: [(name: String, type: String)]
  /// Whether the first column tells the state: a table may have as many columns as an answer can hold.
  private let selectsState: Bool
  private let statement: String

  init(_ mapping: TableMapping, _ database: any TableDatabase) {
    self.mapping = mapping
    self.database = database
    roles = SourceRole.allCases.filter { mapping.roles[$0] != nil }
    others = mapping.others
    selectsState = !mapping.states.isEmpty
    let expressions =
      (selectsState ? [mapping.stateExpression] : []) + roles.compactMap(mapping.expression)
      + mapping.extra.map(\.sql)
      + others.map { "t." + $0.name.quotedIdentifier }
    statement =
      "SELECT \(expressions.map(database.answering).joined(separator: ", ")) FROM \(mapping.from)"
      + (mapping.order(for: database.backend).map { " ORDER BY \($0)" } ?? "")
  }

  /// - Parameter form: The form of the vectors; nil leaves them as they are.
  func read(decoding form: EmbeddingDecoder.BlobForm?, _ body: (SourceRow) throws -> Void) throws {
    var decoder = form.map { EmbeddingDecoder(form: $0) }
    try database.rows(statement) { values in
      var row = try row(values, decoder)
      if decoder?.expectedDimensions == 0, case .vector(let vector) = row.embedding {
        decoder?.expectedDimensions = vector.dimensions
      }
      finish(&row)
      try body(row)
    }
  }

  private func row(_ values: any TableRow, _ decoder: EmbeddingDecoder?) throws -> SourceRow {
    var row = SourceRow(key: "", legacyID: nil)
    var column = 0
    if selectsState {
      row.state = try values.value(0).idText.flatMap(RowState.init) ?? .live
      column = 1
    }
    for role in roles {
      if role == .vector {
        row.embedding = try embedding(values, column, decoder)
      } else {
        row[role] = try values.value(column).typed(mapping.types[role] ?? "")
      }
      column += 1
    }
    for extra in mapping.extra {
      row.otherColumns.append((extra.name, try values.value(column)))
      column += 1
    }
    for other in others {
      row.otherColumns.append((other.name, try values.value(column).typed(other.type)))
      column += 1
    }
    try mapping.unpack?(&row, decoder != nil)
    return row
  }

  private func finish(_ row: inout SourceRow) {
    mapping.adjust?(&row)
    if mapping.roles[.user] == nil, !mapping.adjustNamesUser { row.nameUserAfterMetadata() }
    let id = mapping.idIsUnique ? row.legacyID.map(RowKey.of) : nil
    var key = id ?? row.contentKey
    if id == nil || mapping.idNeedsCollection {
      // An id that belongs to no collection may not look like one that does.
      key = row.collection.map { RowKey.part($0) + "/" + key } ?? RowKey.part(key)
    }
    row.key = (mapping.keyTable.map { RowKey.part($0) + "/" } ?? "") + key
  }

  private func embedding(_ values: any TableRow, _ column: Int, _ decoder: EmbeddingDecoder?) throws -> SourceEmbedding
  {
    guard try !values.isNull(column) else { return .missing }
    guard let decoder else { return .undecoded(try values.value(column)) }
    return try mapping.withVector(values, column) { decoder.decode($0, isText: $1) }
  }
}

extension SourceRow {
  /// The value that plays a part; the vector is apart.
  subscript(role: SourceRole) -> SourceValue {
    get {
      switch role {
      case .id: legacyID.map(SourceValue.text) ?? .null
      case .user: userID
      case .content: content
      case .vector: .null
      case .metadata: metadata
      case .category: category
      case .importance: importanceScore
      case .accessCount: accessCount
      case .accessed: lastAccessedAt
      case .created: createdAt
      case .updated: updatedAt
      case .collection: collection.map(SourceValue.text) ?? .null
      }
    }
    set {
      switch role {
      case .id: legacyID = newValue.idText
      case .user: userID = newValue
      case .content: content = newValue
      case .vector: break
      case .metadata: metadata = newValue
      case .category: category = newValue
      case .importance: importanceScore = newValue
      case .accessCount: accessCount = newValue
      case .accessed: lastAccessedAt = newValue
      case .created: createdAt = newValue
      case .updated: updatedAt = newValue
      case .collection: collection = newValue.idText
      }
    }
  }
}

extension SourceValue {
  /// A value that a server gave as text, by its column's type in the server's own words.
  fileprivate func typed(_ type: String) -> SourceValue {
    guard case .text(let text) = self else { return self }
    switch type {
    case "smallint", "integer", "bigint": return Int64(text).map(SourceValue.integer) ?? self
    case "real", "double precision": return Double(text).map(SourceValue.real) ?? self
    case "boolean": return .json(.bool(text == "true" || text == "t"))
    case "json", "jsonb": return document.map(SourceValue.json) ?? self
    default: return self
    }
  }
}
