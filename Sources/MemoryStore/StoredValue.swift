import Database
import MemoryModel

/// Values of a store that Tab can complete.
package enum StoredValue: Sendable, Hashable {
  case users, categories, agents, tags
  /// The numbers of migrations, with what was migrated.
  case runs
  /// The numbers of the journal's operations, with their commands.
  case operations
  /// The ids of memories, with the beginning of their content.
  case memories
  /// The ids of fragments, with the beginning of their content.
  case fragments
  /// The places in the metadata of memories that hold a value, as `source` or `origin.file`, with some of the values.
  case metadataPaths
  /// The values at such a place.
  case metadataValues(path: String)
  /// The tables and views of the database, with their kinds.
  case relations
  /// The columns of a table or view, with their types.
  case columns(relation: String)
}

/// One of the values.
package struct StoredChoice: Sendable, Hashable {
  /// The value as it is typed.
  package let text: String
  /// What it is, one line; empty where there is nothing to say. It may hold anything that was stored.
  package let about: String

  /// A value with what it is.
  package init(_ text: String, about: String = "") {
    self.text = text
    self.about = about
  }
}

extension MemoryStore {
  /// Values of a kind that begin with a text, `limit` at most: numbers the newest first, all else in the database's
  /// order.
  package func values(_ kind: StoredValue, beginningWith prefix: String, limit: Int) throws -> [StoredChoice] {
    switch kind {
    case .users: try texts(Column.userID, of: .memories, beginningWith: prefix, limit: limit)
    case .categories: try texts(Column.category, of: .memories, beginningWith: prefix, limit: limit)
    case .agents: try texts(Column.agent, of: .fragments, beginningWith: prefix, limit: limit)
    case .tags: try tags(beginningWith: prefix)
    case .runs:
      try numbers(of: .runs, beginningWith: prefix, limit: limit) { range, limit in
        "SELECT id, source FROM \(OwnTable.runs) WHERE \(range) ORDER BY id DESC LIMIT \(limit)"
      }
    case .operations:
      try numbers(of: .journal, beginningWith: prefix, limit: limit) { range, limit in
        "SELECT id, command FROM \(OwnTable.journal) WHERE \(range) ORDER BY id DESC LIMIT \(limit)"
      }
    case .memories: try rows(of: .memories, beginningWith: prefix, limit: limit)
    case .fragments: try rows(of: .fragments, beginningWith: prefix, limit: limit)
    case .metadataPaths:
      try metadata().filter { $0.path.hasPrefix(prefix) }.map {
        StoredChoice($0.path, about: $0.values.joined(separator: ", "))
      }
    case .metadataValues(let path):
      (try metadata().first { $0.path == path }?.values ?? []).filter { $0.hasPrefix(prefix) }.map { StoredChoice($0) }
    case .relations:
      try driver.rows(driver.dialect.relations) { try Relation($0) }.map { relation in
        // A store's own tables of PostgreSQL are in a schema that no statement looks into by itself.
        let schema = relation.own == nil ? nil : relation.schema
        return StoredChoice(schema.map { "\($0)." + relation.name } ?? relation.name, about: relation.kind)
      }
    case .columns(let name):
      try describe(name).columns.map { StoredChoice($0.name, about: $0.type) }
    }
  }

  /// Steps from each value to the next along the column's index, so that a large table costs no more than a small one with
  /// as many values.
  private func texts(
    _ column: Column, of table: Table, beginningWith prefix: String, limit: Int
  ) throws -> [StoredChoice] {
    // The length is not a bound value, which would be of another type than the function's.
    let length = SQL(raw: String(prefix.unicodeScalars.count))
    // Rows that stand on other servers are not stepped through.
    guard try !isDistributed(table.name) else {
      return try driver.rows(
        """
        SELECT DISTINCT CAST(\(column) AS TEXT) FROM \(table)
        WHERE \(column) IS NOT NULL AND \(function: "substr")(CAST(\(column) AS TEXT), 1, \(length)) = \(prefix)
        ORDER BY 1 LIMIT \(limit)
        """
      ) { StoredChoice(try $0.string(0)) }
    }
    return try driver.rows(
      """
      WITH RECURSIVE known(value) AS (
        SELECT (SELECT \(column) FROM \(table) WHERE \(column) IS NOT NULL ORDER BY 1 LIMIT 1)
        UNION ALL
        SELECT (SELECT \(column) FROM \(table) WHERE \(column) > known.value ORDER BY 1 LIMIT 1)
        FROM known WHERE known.value IS NOT NULL
      )
      SELECT CAST(value AS TEXT) FROM known
      WHERE value IS NOT NULL AND \(function: "substr")(CAST(value AS TEXT), 1, \(length)) = \(prefix) LIMIT \(limit)
      """
    ) { StoredChoice(try $0.string(0)) }
  }

  private static let fragmentsRead = 1_000

  private func tags(beginningWith prefix: String) throws -> [StoredChoice] {
    let tags = try driver.rows(
      "SELECT \(Column.tags) FROM \(Table.fragments) ORDER BY id DESC LIMIT \(MemoryStore.fragmentsRead)"
    ) { try $0.texts(0) ?? [] }
    return Set(tags.joined()).filter { $0.hasPrefix(prefix) }.sorted().map { StoredChoice($0) }
  }

  /// No more of a content is read: no more of it is shown beside an id.
  private static let shownCharacters = 200

  private func rows(of table: Table, beginningWith prefix: String, limit: Int) throws -> [StoredChoice] {
    let length = SQL(raw: String(MemoryStore.shownCharacters))
    return try numbers(beginningWith: prefix, limit: limit) { range, limit in
      """
      SELECT id, \(function: "substr")(CAST(\(Column.content) AS TEXT), 1, \(length)) FROM \(table)
      WHERE \(range) ORDER BY id DESC LIMIT \(limit)
      """
    }
  }

  /// Numbers of one of memsh's own tables; none where it is not there.
  private func numbers(
    of table: OwnTable, beginningWith digits: String, limit: Int, _ statement: (_ range: SQL, _ limit: Int) -> SQL
  ) throws -> [StoredChoice] {
    try mayRead(table) == true ? numbers(beginningWith: digits, limit: limit, statement) : []
  }

  /// Rows whose number begins with some digits: the number itself, then those with a digit more, and so on. Each is a
  /// range of the key.
  ///
  /// - Parameter statement: Takes the condition and how many rows are wanted.
  private func numbers(
    beginningWith digits: String, limit: Int, _ statement: (_ range: SQL, _ limit: Int) -> SQL
  ) throws -> [StoredChoice] {
    guard !digits.isEmpty else { return try choices(statement("1 = 1", limit)) }
    guard digits.allSatisfy({ $0.isASCII && $0.isNumber }), var low = Int64(digits), low > 0 else { return [] }
    var (choices, high) = ([StoredChoice](), low)
    while choices.count < limit {
      choices += try self.choices(statement("id BETWEEN \(low) AND \(high)", limit - choices.count))
      let (nextLow, isTooLow) = low.multipliedReportingOverflow(by: 10)
      let (nextHigh, isTooHigh) = high.multipliedReportingOverflow(by: 10)
      guard !isTooLow, !isTooHigh, nextHigh <= Int64.max - 9, try nextLow <= idMaximum else { break }
      (low, high) = (nextLow, nextHigh + 9)
    }
    return choices
  }

  private func choices(_ statement: SQL) throws -> [StoredChoice] {
    try driver.rows(statement) { StoredChoice(String(try $0.number(0)), about: try $0.text(1) ?? "") }
  }
}
