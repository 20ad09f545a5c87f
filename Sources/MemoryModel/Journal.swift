/// What is known of a repair when it begins.
package struct OperationStart: Sendable, Equatable {
  /// The command as it was typed.
  package let command: String
  /// Who ran it: `user@host`.
  package let author: String
  /// The memsh process that ran it; all its repairs have the same.
  package let session: String
  /// When it began.
  package let at: Timestamp
  /// The operation that it takes back; nil for a repair of its own.
  package var undoes: Int64?
  /// The space the store had before, where the repair moves it to another.
  package var spaceBefore: EmbeddingSpace?

  /// Creates the start of an operation.
  package init(command: String, author: String, session: String, at: Timestamp) {
    self.command = command
    self.author = author
    self.session = session
    self.at = at
  }
}

/// A repair as the journal has it.
package struct OperationRecord: Sendable, Equatable {
  /// Its number.
  package let id: Int64
  /// What was known when it began.
  package let start: OperationStart
  /// The operation that took it back; nil while it stands.
  package let undoneBy: Int64?
  /// How many rows it changed.
  package let rows: Int64

  /// A record whose fields are shown in this order.
  package init(id: Int64, start: OperationStart, undoneBy: Int64?, rows: Int64) {
    self.id = id
    self.start = start
    self.undoneBy = undoneBy
    self.rows = rows
  }
}

/// A row that a repair changed, before and after.
package struct JournalRow: Sendable, Equatable {
  /// Its place in the journal; later changes have larger ones.
  package let position: Int64
  /// The repair that changed it.
  package let operation: Int64
  /// Its table.
  package let table: String
  /// Its id.
  package let id: Int64
  /// Its columns before, those that the repair can have changed; nil when it was not there.
  package let before: JSON?
  /// The same columns after; nil when it is gone. Of a row that came with many others, the text of a ``RowSum``.
  package let after: JSON?

  /// Creates an entry.
  package init(position: Int64, operation: Int64, table: String, id: Int64, before: JSON?, after: JSON?) {
    self.position = position
    self.operation = operation
    self.table = table
    self.id = id
    self.before = before
    self.after = after
  }

  /// What reading a memory changes: for most purposes it is the same memory afterwards.
  package static let changedByReading = ["access_count", "last_accessed_at", "updated_at"]

  /// What happened to the row.
  package enum Kind: String, Sendable {
    case inserted, updated, deleted

    /// The condition on the journal's columns, in SQL that both backends understand.
    package var condition: String {
      switch self {
      case .inserted: "before IS NULL"
      case .updated: "before IS NOT NULL AND after IS NOT NULL"
      case .deleted: "after IS NULL"
      }
    }
  }

  /// What happened to the row.
  package var kind: Kind { before == nil ? .inserted : after == nil ? .deleted : .updated }

  /// The columns that differ, in their order in the table.
  package var changedColumns: [String] {
    guard case .object(let members)? = before, let after else { return [] }
    return members.filter { !JSON.areIdentical($0.value, after[key: $0.key]) }.map(\.key)
  }
}

/// How a row that was inserted with many others stands in the journal: not with its values, but with what they add up to.
/// It only goes when that is taken back.
package struct RowSum: Hashable, Sendable {
  /// The columns that others added and that count, beside those that memsh knows.
  package let added: [String]

  /// A sum over all columns of a table.
  package init(added: [String]) { self.added = added }

  /// The columns of a table that count: all but those that change by reading.
  package func columns(of table: String) -> [String] {
    (Table.named(table)?.columnNames ?? []).filter { !JournalRow.changedByReading.contains($0) } + added
  }

  private static let prefix = "sha256:"

  /// The JSON string that stands in the journal: what is in front of the digits, and behind them.
  package var frame: (before: String, after: String) {
    let names = added.isEmpty ? "" : ":" + JSON.array(added.map(JSON.string)).text
    let before = "\"" + RowSum.prefix
    return (before, String(JSON.string(names).text.dropFirst()))
  }

  /// Reads what stands in the journal; nil where that is an image.
  package init?(_ noted: JSON?) {
    guard let text = noted?.stringValue, text.hasPrefix(RowSum.prefix) else { return nil }
    let parts = text.dropFirst(RowSum.prefix.count).split(separator: ":", maxSplits: 1)
    let names = parts.count > 1 ? try? JSONParser.parse(String(parts[1])) : nil
    added = names?.arrayValue?.compactMap(\.stringValue) ?? []
  }
}

/// Columns of a row as the store itself writes them down, so that they can be put back exactly.
package struct RowImage: Sendable, Equatable {
  /// The row's id.
  package let id: Int64
  /// An object with a member for each column, in the store's own notation.
  package let columns: JSON

  /// Creates an image.
  package init(id: Int64, columns: JSON) {
    self.id = id
    self.columns = columns
  }
}

/// Which operations are wanted.
package enum OperationSelection: Sendable, Equatable {
  case all
  case number(Int64)
  /// All of one memsh process.
  case session(String)
}
