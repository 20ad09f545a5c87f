import MemoryModel

/// A table or a view in a store's database.
package struct Relation: Sendable, Hashable {
  /// Its schema; nil where a database has none.
  package let schema: String?
  /// Its name.
  package let name: String
  /// What it is, in the database's own words: `table`, `view`, `partition`.
  package let kind: String
  /// About how many rows it has; nil where nothing has counted them.
  package let rowEstimate: Int64?
  /// Whether its rows can be read.
  package let mayRead: Bool
  /// Which of memsh's own tables it is; nil for others.
  package let own: OwnTable?

  /// Reads the answer to ``Dialect/relations``.
  package init(_ row: any Row) throws {
    schema = try row.text(0)
    name = try row.string(1)
    kind = try row.string(2)
    rowEstimate = try row.integer(3)
    mayRead = try row.flag(4)
    own = try row.text(5).flatMap(OwnTable.init(rawValue:))
  }

  /// Its name as SQL writes it.
  package var qualified: SQL {
    guard let schema else { return "\(name: name)" }
    return "\(name: schema).\(name: name)"
  }

  /// Whether its rows are stored, so that counting them asks no other server.
  package var holdsRows: Bool { !["view", "foreign table"].contains(kind) }
}

/// What one of them is made of.
package struct RelationDescription: Sendable {
  /// Which one it is.
  package let relation: Relation
  /// Its columns, in their order.
  package let columns: [StoreState.RealColumn]
  /// Its indexes and triggers.
  package let objects: [Object]

  /// An index or a trigger.
  package struct Object: Sendable, Hashable {
    /// `index` or `trigger`.
    package let kind: String
    /// Its name.
    package let name: String
    /// Whether it works.
    package let isValid: Bool
    /// The statement that makes it; nil for an index that the database made for a constraint.
    package let definition: String?

    /// Reads the answer to ``Dialect/objects(of:)``.
    package init(_ row: any Row) throws {
      kind = try row.string(0)
      name = try row.string(1)
      isValid = try row.flag(2)
      definition = try row.text(3)
    }
  }

  /// Joins the parts.
  package init(relation: Relation, columns: [StoreState.RealColumn], objects: [Object]) {
    self.relation = relation
    self.columns = columns
    self.objects = objects
  }
}
