import Database
import MemoryModel

extension Check {
  /// A check of values that are not of their column's type, in the order and with the limits of the columns. What is made
  /// of it that is not right stands in the column's description: its default, and the words that it takes.
  ///
  /// NULL is not a value of another type, but for a column that every row must have. JSON, lists and vectors have
  /// checks of their own.
  static func ofTypes(
    _ name: String, in table: Table, _ what: String, fix: String, byNameBecause: String? = nil,
    columns: [Column]? = nil
  ) -> Check {
    let columns = (columns ?? table.columns).filter { ![.json, .texts, .vector].contains($0.type) }
    return Check(
      name, .error, in: table, what, fix: fix, byNameBecause: byNameBecause, isAgainstType: true,
      finds: .any(columns.map(isUnfit)),
      .values(
        columns.map { column in
          .set(column, to: "\(dialect: { $0.fitted(column, of: "t") })", where: isUnfit(column))
        }))
  }

  private static func isUnfit(_ column: Column) -> SQL {
    let isOther: SQL = "\(sound: column) IS NULL"
    let isRefused: SQL =
      column.allowed.isEmpty ? isOther : "(\(isOther) OR NOT t.\(name: column.name) \(among: column.allowed))"
    return column.isRequired ? "(\(isRefused))" : "(t.\(name: column.name) IS NOT NULL AND \(isRefused))"
  }
}
