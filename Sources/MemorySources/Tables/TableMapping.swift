import MemoryModel

/// How the rows of a table become memories: which expression plays which part, and what becomes of the other columns.
struct TableMapping {
  /// The table the memories stand in, called `t` in every expression.
  let table: TableList.Table
  /// What a person calls it, where the rows stand in a table that its system keeps behind another.
  var title: String?
  /// What is joined to it, in SQL: `LEFT JOIN vectors v ON v.id = t.id`.
  var joins = ""
  /// SQL expressions, by the part that they play.
  var roles: [SourceRole: String]
  /// The types of plain columns that play a part, in the server's own words; none where they say nothing.
  private(set) var types: [SourceRole: String] = [:]
  /// How vectors stand in their column, where its system or the database says so; nil finds it out, once for the column.
  var vectorForm: EmbeddingDecoder.BlobForm?
  /// Whether a person said so.
  var isVectorFormNamed = false
  /// Columns of the table, in lower case, that do not go to the metadata by themselves: those that ``roles`` use, and
  /// copies that its system derives from others (a compressed vector, lemmatised text).
  var consumed: Set<String> = []
  /// Further values, which ``adjust`` finds in the row under these names; what it leaves there goes to the metadata.
  var extra: [(name: String, sql: String)] = []
  /// The conditions of rows that are not live, the first that holds decides.
  var states: [(state: RowState, condition: String)] = []
  /// The order of the rows; nil for that of the table's key in PostgreSQL, whose scans begin anywhere, and for the order in
  /// which they were written in SQLite.
  var order: String?
  /// Whether the id tells the table's rows apart, which the system or an index must promise: what the rows say today does
  /// not, because keys must stay the same from run to run.
  var idIsUnique = true
  /// Whether it tells them apart within a collection only.
  var idNeedsCollection = false
  /// What its rows' keys call the table, where its system may have several of them, also when there is but one today.
  var keyTable: String?
  /// Fills in what stands in a form that SQL cannot take apart, before ``adjust``; the flag asks for the vector, too.
  var unpack: ((inout SourceRow, Bool) throws -> Void)?
  /// Whether ``adjust`` says whose each row is; without it, and without a user's column, the metadata are asked.
  var adjustNamesUser = false
  /// What remains to be done with each row; it may not fail: what it cannot read stays as it is, and is rejected.
  var adjust: ((inout SourceRow) -> Void)?

  /// Maps plain columns of a table.
  ///
  /// - Parameter columns: Column names as the table has them.
  init(_ table: TableList.Table, columns: [SourceRole: String]) {
    self.table = table
    roles = columns.mapValues { "t." + $0.quotedIdentifier }
    consumed = Set(columns.values.map { $0.lowercased() })
    types = columns.compactMapValues { column in
      table.columns.firstIndex(of: column).flatMap { table.types.indices.contains($0) ? table.types[$0] : nil }
    }
    // What pgvector and arrays of PostgreSQL are in an answer.
    if types[.vector]?.contains(/^(vector|halfvec)\b|\[\]$/) == true { vectorForm = .column(.json, isGuessed: false) }
  }

  /// What stands for a part in a statement.
  func expression(of role: SourceRole) -> String? {
    guard role == .vector, let type = types[role] else { return roles[role] }
    return roles[role].map {
      isVectorHexadecimal
        ? "pg_catalog.encode(\($0), 'hex')" : type.hasSuffix("[]") ? "pg_catalog.array_to_json(\($0))" : $0
    }
  }

  /// Whether an answer has the bytes of vectors as hexadecimal digits.
  var isVectorHexadecimal: Bool { types[.vector] == "bytea" }

  /// What a person calls the table.
  var name: String { title ?? table.shownName }

  /// The columns that go to the metadata.
  var others: [(name: String, type: String)] {
    table.columns.enumerated().compactMap { index, name in
      consumed.contains(name.lowercased())
        ? nil : (name, table.types.indices.contains(index) ? table.types[index] : "")
    }
  }

  /// What stands behind ORDER BY; nil for nothing.
  func order(for backend: Backend) -> String? {
    if order == nil, backend == .postgres, !table.keyColumns.isEmpty {
      return table.keyColumns.map { "t." + $0.quotedIdentifier }.joined(separator: ", ")
    }
    return order
  }

  /// What stands behind FROM.
  var from: String { "\(table.quotedName) t \(joins)" }

  /// The state of a row as an expression.
  var stateExpression: String {
    guard !states.isEmpty else { return "'live'" }
    let cases = states.map { "WHEN \($0.condition) THEN '\($0.state.rawValue)'" }.joined(separator: " ")
    return "CASE \(cases) ELSE 'live' END"
  }
}
