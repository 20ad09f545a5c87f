/// What each database does in its own way, and what only some can.
package struct Capabilities {
  /// Making tables, indexes and the extension for vectors.
  package let schema: any SchemaManaging
  /// Finding memories by meaning and by words.
  package let search: any Searching
  /// Exchanging the vectors of rows.
  package let vectors: any VectorReplacing
  /// Writing rows down and putting them back.
  package let images: any RowImaging
  /// Telling what others made.
  package let introspection: any Introspecting
  /// Looking after what is kept beside the rows.
  package let maintenance: any Maintaining
  /// Answering SQL of the user's own.
  package let sql: any SQLAnswering
  /// Keeping a transaction open between commands.
  package let transactions: any TransactionHolding
  /// Being copied and replaced as a file; nil where the database is none.
  package let file: (any FileStore)?
  /// Spreading memories over partitions or servers; nil where there is nothing but plain tables.
  package let layout: (any LayingOut)?

  /// Those of a driver that has them all, but perhaps the last two.
  package init(
    of driver: some SchemaManaging & Searching & VectorReplacing & RowImaging & Introspecting & Maintaining
      & SQLAnswering & TransactionHolding,
    file: (any FileStore)? = nil, layout: (any LayingOut)? = nil
  ) {
    schema = driver
    search = driver
    vectors = driver
    images = driver
    introspection = driver
    maintenance = driver
    sql = driver
    transactions = driver
    self.file = file
    self.layout = layout
  }
}
