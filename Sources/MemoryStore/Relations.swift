import Database
import MemoryModel

/// All tables and views of the store's database; also of a store that memsh refuses to work with.
extension MemoryStore {
  /// How many rows a table has.
  package enum RowCount: Sendable, Hashable {
    case exact(Int64)
    /// As the database remembers.
    case about(Int64)
    /// Not counted: a view, or a table that may not be read.
    case unknown
  }

  /// A table or view with its rows counted.
  package struct CountedRelation: Sendable {
    /// Which one it is.
    package let relation: Relation
    /// Its rows.
    package let rows: RowCount
  }

  /// Tables of more rows are not counted where the database remembers about how many there are.
  private static let countedRowsMaximum: Int64 = 100_000
  /// No more tables are counted.
  private static let countedTablesMaximum = 200

  /// All tables and views, memsh's own last. Never writes.
  package func relations() throws -> [CountedRelation] {
    let relations = try driver.rows(driver.dialect.relations) { try Relation($0) }
    return try relations.enumerated().map { index, relation in
      CountedRelation(
        relation: relation, rows: index < MemoryStore.countedTablesMaximum ? try count(of: relation) : .unknown)
    }
  }

  private func count(of relation: Relation) throws -> RowCount {
    if let estimate = relation.rowEstimate, estimate > MemoryStore.countedRowsMaximum { return .about(estimate) }
    guard relation.holdsRows, relation.mayRead else { return .unknown }
    do {
      let count = try driver.first("SELECT \(function: "count")(*) FROM \(relation.qualified)") { try $0.number(0) }
      return count.map(RowCount.exact) ?? .unknown
    } catch let error as MemshError where error.code == .storeFailed || error.code == .permissionDenied {
      // A virtual table whose module is missing, rows that others guard: the table is there all the same.
      return .unknown
    }
  }

  /// What a table or view is made of.
  ///
  /// - Parameter name: Its name, with or without its schema.
  /// - Throws: `not_found`.
  package func describe(_ name: String) throws -> RelationDescription {
    let relations = try driver.rows(driver.dialect.relations) { try Relation($0) }
    func find(_ isSame: (String) -> Bool) -> Relation? {
      relations.first { isSame($0.name) }
        ?? relations.first { relation in
          relation.schema.map { isSame("\($0).\(relation.name)") } ?? false
        }
    }
    guard let relation = find({ $0 == name }) ?? find({ $0.lowercased() == name.lowercased() }) else {
      throw MemshError(.notFound, "there is no table '\(name)'", hint: "`show tables` lists them")
    }
    let columns = try driver.rows(driver.dialect.columns(of: relation)) { row in
      StoreState.RealColumn(
        name: try row.string(0), type: try row.text(1) ?? "", isRequired: try row.flag(2),
        isGenerated: try row.flag(3), defaultText: try row.text(4))
    }
    let objects = try driver.rows(driver.dialect.objects(of: relation)) { try RelationDescription.Object($0) }
    return RelationDescription(relation: relation, columns: columns, objects: objects)
  }
}
