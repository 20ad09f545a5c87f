import Database
import MemoryModel

/// What makes the writers of other systems' forms. A new form is a file, a case of ``ForeignFormat`` and a line here.
package enum ForeignWriters {
  /// A writer of a form that is text.
  ///
  /// - Parameters:
  ///   - store: The store that the memories come from.
  ///   - output: Takes the text, piece by piece; lines bring their ends along.
  /// - Returns: nil for a form that is not text.
  package static func text(
    _ format: ForeignFormat, from store: StoreIdentity, _ output: @escaping (String) throws -> Void
  ) -> (any MemoryWriter)? {
    switch format {
    case .mem0: Mem0Writer(from: store, output)
    case .mcpMemory: MCPMemoryWriter(output)
    case .langchainPGVector, .mem0PGVector: nil
    }
  }

  /// A writer of a collection with vectors.
  ///
  /// - Parameter driver: The database that the collection is to be in, opened for this.
  /// - Returns: nil for a form that is text.
  /// - Throws: `usage` for a database that is not PostgreSQL.
  package static func collection(
    _ format: ForeignFormat, named name: String, in driver: any Driver, from store: StoreIdentity
  ) throws -> (any MemoryWriter)? {
    guard !format.isText else { return nil }
    guard driver.identity.backend == .postgres else {
      throw MemshError(
        .usage, "\(driver.identity.location) is not a PostgreSQL database",
        hint: "`--to` takes a URL such as postgresql://user@host/database")
    }
    let database = CollectionDatabase(driver, collection: name, from: store)
    return switch format {
    case .langchainPGVector: LangChainWriter(name, database)
    case .mem0PGVector: try Mem0PGVectorWriter(name, database)
    case .mem0, .mcpMemory: nil
    }
  }
}
