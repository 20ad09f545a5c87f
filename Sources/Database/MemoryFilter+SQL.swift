import MemoryModel

extension MemoryFilter {
  /// What a memory must fulfil, each condition with AND in front; nothing for a filter that lets everything pass.
  ///
  /// - Parameter row: The memory's name in the statement.
  package func conditions(of row: String? = nil) -> SQL {
    var conditions: [SQL] = []
    if let userID { conditions.append("\(isOf: "\(userID)", row: row)") }
    if let category { conditions.append("\(Column.category, of: row) = \(category)") }
    if let minimumImportance { conditions.append("\(Column.importance, of: row) >= \(minimumImportance)") }
    if let since { conditions.append("\(Column.created, of: row) >= \(since)") }
    if let until { conditions.append("\(Column.created, of: row) < \(until)") }
    for condition in metadata {
      conditions.append("\(dialect: { $0.metadata(condition.path, of: row) }) = \(condition.value)")
    }
    return SQL.joined(conditions.map { " AND \($0)" }, by: "")
  }
}
