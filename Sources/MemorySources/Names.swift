import MemoryModel

// GRDB has types of these names, too; here they are memsh's own.

/// The values of a row by their columns.
package typealias Record = MemoryModel.Record
/// A table of the memory system.
package typealias Table = MemoryModel.Table
