import Database
import MemoryModel

/// Whether tables with the right names are of the kind that memsh works with: decided before anything is asked of them,
/// or written into them.
struct StoreKind {
  /// What is looked for in a table, and what is said of one of another kind; nil for one of the right kind.
  private typealias Check = @Sendable (_ table: Table, _ real: StoreState.RealTable, any Dialect) -> String?

  /// The decisions, in the order in which they are told. Where a table is a view, its columns do not matter any more.
  private static let checks: [Check] = [
    { table, real, _ in real.kind == .view ? "\(table.name) is a view, not a table" : nil },
    { table, real, dialect in
      guard let id = real.column("id") else { return "\(table.name) has no column id" }
      return dialect.fits(id.type, .integer) ? nil : "\(table.name).id is \(id.type.named), not a whole number"
    },
    { table, real, _ in
      guard table == .memories else { return nil }
      let missing = table.columns.map(\.name).filter { real.column($0) == nil }
      guard !missing.isEmpty else { return nil }
      return "\(table.name) has no column \(missing.joined(separator: ", "))"
    },
    { table, real, dialect in
      guard let vectors = table.vectorColumn, let column = real.column(vectors.name) else { return nil }
      return dialect.fits(column.type, .vector)
        ? nil : "\(table.name).\(column.name) is \(column.type.named), not \(dialect.vectorType)"
    },
  ]

  private let state: StoreState
  private let identity: StoreIdentity
  private let dialect: any Dialect

  /// Describes what was found where.
  init(_ state: StoreState, of identity: StoreIdentity, _ dialect: any Dialect) {
    self.state = state
    self.identity = identity
    self.dialect = dialect
  }

  /// Makes sure that memsh can work with what is there.
  ///
  /// - Throws: `schema_missing` with what it is and what can be done.
  func check() throws {
    let findings = Table.all.flatMap { table -> [String] in
      guard let real = state.tables[table.name] else { return [] }
      let found = StoreKind.checks.compactMap { $0(table, real, dialect) }
      return real.kind == .view ? Array(found.prefix(1)) : found
    }
    switch identity.backend {
    case .postgres:
      guard !findings.isEmpty else { return }
      throw MemshError(
        .schemaMissing,
        "refused: the tables in \(identity.location) are of another kind than memsh's: "
          + findings.joined(separator: "; "),
        hint:
          "`connect '\(identity.location)' --schema NAME` keeps memsh's tables in a schema of their own beside them; "
          + "`sql` looks at these\(conversion)")
    case .sqlite:
      // Its own tables tell a store of memsh's from a file that only has tables of the same names.
      guard state.tables[Table.memories.name] != nil, !findings.isEmpty || state.own[.settings] == nil else { return }
      let what = findings.isEmpty ? "" : ": " + findings.joined(separator: "; ")
      throw MemshError(
        .schemaMissing, "\(identity.location) is a memory file of another system, not a memsh store\(what)",
        hint: "`connect --create NEW.db`, then `migrate --from '\(identity.location)'`, brings it into a new store")
    }
  }

  /// The statement that makes vectors of JSON text, where nothing else stands in the way.
  private var conversion: String {
    guard let real = state.tables[Table.memories.name], real.kind == .table,
      let id = real.column("id"), dialect.fits(id.type, .integer),
      Table.memories.columns.allSatisfy({ real.column($0.name) != nil }),
      let column = real.column(Column.embedding.name), column.type == "text"
    else { return "" }
    return "; or make vectors of the text: CREATE EXTENSION IF NOT EXISTS vector; ALTER TABLE memories ALTER COLUMN "
      + "embedding TYPE vector USING embedding::vector"
  }
}

extension String {
  /// A column's type for a sentence.
  fileprivate var named: String { isEmpty ? "without a type" : lowercased() }
}
