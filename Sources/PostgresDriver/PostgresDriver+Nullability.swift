import Database
import MemoryModel
import PostgresClient

/// Letting columns take NULL that memsh 0.1.0 made without.
extension PostgresDriver {
  func columnsRefusingNull() throws -> [String] {
    try state().columnsRefusingNull(now: "(now() AT TIME ZONE 'UTC'")
  }

  /// Takes the refusals out of the tables; no row is written anew for that.
  func allowNull() throws {
    try transaction(.commit) {
      let refusing = try columnsRefusingNull()
      for (table, columns) in Table.onceRequired {
        let changes = columns.filter { refusing.contains("\(table).\($0)") }.flatMap { column in
          let change = "ALTER COLUMN \(column.quotedIdentifier) DROP"
          return column == "agent_type" ? ["\(change) NOT NULL", "\(change) DEFAULT"] : ["\(change) NOT NULL"]
        }
        guard !changes.isEmpty else { continue }
        try execute(unsafeSQL: "ALTER TABLE \(table.quotedIdentifier) \(changes.joined(separator: ", "))")
      }
    }
  }
}
