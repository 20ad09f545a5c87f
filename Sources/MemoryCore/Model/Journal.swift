/// What is known of a repair when it begins.
public struct OperationStart: Sendable, Equatable {
  /// The command as it was typed.
  public let command: String
  /// Who ran it: `user@host`.
  public let author: String
  /// The memsh process that ran it; all its repairs have the same.
  public let session: String
  /// When it began.
  public let at: Timestamp
  /// The operation that it takes back; nil for a repair of its own.
  public var undoes: Int64?
  /// The space the store had before, where the repair moves it to another.
  public var spaceBefore: EmbeddingSpace?

  /// Creates the start of an operation.
  public init(command: String, author: String, session: String, at: Timestamp) {
    self.command = command
    self.author = author
    self.session = session
    self.at = at
  }
}

/// A repair as the journal has it.
public struct OperationRecord: Sendable, Equatable {
  /// Its number.
  public let id: Int64
  /// What was known when it began.
  public let start: OperationStart
  /// The operation that took it back; nil while it stands.
  public let undoneBy: Int64?
  /// How many rows it changed.
  public let rows: Int64

  /// Creates a record.
  public init(id: Int64, start: OperationStart, undoneBy: Int64?, rows: Int64) {
    self.id = id
    self.start = start
    self.undoneBy = undoneBy
    self.rows = rows
  }
}

/// A row that a repair changed, before and after.
public struct JournalRow: Sendable, Equatable {
  /// Its place in the journal; later changes have larger ones.
  public let position: Int64
  /// The repair that changed it.
  public let operation: Int64
  /// Its table.
  public let table: String
  /// Its id.
  public let id: Int64
  /// Its columns before, those that the repair can have changed; nil when it was not there.
  public let before: JSON?
  /// The same columns after; nil when it is gone.
  public let after: JSON?

  /// Creates an entry.
  public init(position: Int64, operation: Int64, table: String, id: Int64, before: JSON?, after: JSON?) {
    self.position = position
    self.operation = operation
    self.table = table
    self.id = id
    self.before = before
    self.after = after
  }

  /// What happened to the row.
  public enum Kind: String, Sendable {
    case inserted, updated, deleted

    /// The condition on the journal's columns, in SQL that both backends understand.
    public var condition: String {
      switch self {
      case .inserted: "before IS NULL"
      case .updated: "before IS NOT NULL AND after IS NOT NULL"
      case .deleted: "after IS NULL"
      }
    }
  }

  /// What happened to the row.
  public var kind: Kind { before == nil ? .inserted : after == nil ? .deleted : .updated }

  /// The columns that differ, in their order in the table.
  public var changedColumns: [String] {
    guard case .object(let members)? = before, let after else { return [] }
    return members.filter { !JSON.areIdentical($0.value, after[key: $0.key]) }.map(\.key)
  }
}

/// Columns of a row as the store itself writes them down, so that they can be put back exactly.
public struct RowImage: Sendable, Equatable {
  /// The row's id.
  public let id: Int64
  /// An object with a member for each column, in the store's own notation.
  public let columns: JSON

  /// Creates an image.
  public init(id: Int64, columns: JSON) {
    self.id = id
    self.columns = columns
  }
}
