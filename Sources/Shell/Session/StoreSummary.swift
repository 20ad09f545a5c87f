import Database
import MemoryModel
import MemoryServices
import MemoryStore

/// What kind of store this is, as `connect` and `status` tell it.
struct StoreSummary {
  /// What kind of store it is.
  enum Kind: String {
    /// The tables of the memory system, with memsh's own beside them.
    case memsh
    /// The tables of the memory system, as an application made them.
    case application
    /// No memory tables.
    case empty
    /// A file that is not there yet.
    case absent

    /// What it is, for a sentence.
    var sentence: String {
      switch self {
      case .memsh: "a memsh store"
      case .application: "an application's memory tables"
      case .empty: "no memory tables yet"
      case .absent: "no file yet"
      }
    }
  }

  /// Where the store is.
  let identity: StoreIdentity
  /// Where the session found it.
  let place: Place?
  /// What kind of store it is.
  let kind: Kind
  /// How many memories there are, counted to one more than ``countedMaximum``; nil where they cannot be counted.
  let countedMemories: Int64?

  /// Counting more would take longer than a greeting should.
  static let countedMaximum: Int64 = 10_000

  /// How many memories there are; nil where they were not all counted.
  private var memories: Int64? {
    countedMemories.flatMap { $0 > StoreSummary.countedMaximum ? nil : $0 }
  }

  /// What the store is, as fields: the same for `connect` and `status`.
  var fields: [ResultRecord.Field] {
    [
      .init("backend", .text(identity.backend.rawValue)), .init("database", .text(identity.name)),
      .init("location", .text(identity.location)), .init("kind", .text(kind.rawValue)),
      .init("memories", memories.map(Cell.integer) ?? .null), .init("connection", .optional(place?.name)),
      .init("label", .optional(place?.label?.name)),
    ]
  }

  /// The fields, for commands that go to a store; people read one line.
  var record: ResultRecord { ResultRecord(title: "Connected", fields: fields, line: line) }

  /// `Connected to store.db: SQLite, a memsh store, 3 memories`
  var line: String {
    let label = place?.label.map { " (\($0.name))" } ?? ""
    let backend = identity.backend == .sqlite ? "SQLite" : "PostgreSQL"
    var parts = [backend, kind.sentence]
    if let memories {
      parts.append(counted(memories, "memory"))
    } else if countedMemories != nil {
      parts.append("more than \(StoreSummary.countedMaximum) memories")
    }
    return "Connected to \(identity.location)\(label): \(parts.joined(separator: ", "))"
  }

  /// What can be done with a store that has no memory tables.
  var remark: String? {
    switch kind {
    case .memsh, .application: nil
    case .empty, .absent: "`schema --create` makes empty tables; `migrate --from FILE` brings memories in"
    }
  }
}

extension Session {
  /// Looks what a store is.
  func summary(of store: MemoryStore) throws -> StoreSummary {
    let (identity, place) = (store.identity, place)
    func summary(_ kind: StoreSummary.Kind, _ memories: Int64? = nil) -> StoreSummary {
      StoreSummary(identity: identity, place: place, kind: kind, countedMemories: memories)
    }
    if identity.backend == .sqlite, !files.exists(identity.location) { return summary(.absent) }
    let state = try store.state()
    guard state.tables[Table.memories.name] != nil else { return summary(.empty) }
    return summary(state.own[.settings] == nil ? .application : .memsh, try countedMemories(of: store))
  }

  /// Counts the memories; nil where this user may not, or the tables are not complete.
  private func countedMemories(of store: MemoryStore) throws -> Int64? {
    do { return try store.memories(countedTo: StoreSummary.countedMaximum + 1) } catch let error as MemshError
      where [.permissionDenied, .schemaMissing].contains(error.code)
    {
      return nil
    } catch let error as MemshError where error.code == .storeFailed {
      // A server that holds some of them does not answer.
      guard try store.state().layout != .single else { throw error }
      return nil
    }
  }
}
