import Database
import MemoryModel

// GRDB has types of these names, too, one of them called Database; here they are memsh's own.

/// A row of an answer.
package typealias AnswerRow = Database.Row
/// A column of a table of the memory system.
package typealias Column = MemoryModel.Column
/// The values of a row by their columns.
package typealias Record = MemoryModel.Record
/// A statement with its bound values.
package typealias SQL = Database.SQL
/// A table of the memory system.
package typealias Table = MemoryModel.Table
