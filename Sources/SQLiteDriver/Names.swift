import Database
import MemoryModel

// GRDB has types of these names, too, one of them called Database; here they are memsh's own.
package typealias AnswerRow = Database.Row
package typealias Column = MemoryModel.Column
package typealias Record = MemoryModel.Record
package typealias SQL = Database.SQL
package typealias Table = MemoryModel.Table
