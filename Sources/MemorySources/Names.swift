import MemoryModel

// GRDB has types of these names, too; here they are memsh's own.
package typealias Record = MemoryModel.Record
package typealias Table = MemoryModel.Table
