import MemoryModel

/// How a database writes its rows down and puts them back to the last bit, each in a notation of its own. To everybody
/// else images are values to compare.
package protocol RowImaging: AnyObject {
  /// Sets, until the transaction ends, how values are written down and how long a repair waits for others.
  func prepareRepair() throws

  /// Makes the tables of the journal.
  func makeJournal() throws

  /// Makes sure that the journal can note rows of these ids.
  ///
  /// - Throws: `store_failed` when it cannot.
  func checkJournal(hasRoomFor ids: [Int64]) throws

  /// An image of a row `t` of a table, as an expression.
  ///
  /// - Parameter columns: Those that it has, as far as there are such; nil for all but those that the database computes.
  func image(of table: String, _ columns: [String]?) throws -> SQL

  /// A whole number of 64 bits, as an expression, that is another one where one of some columns of a row `t` of a table has
  /// another value, as good as always.
  func version(of table: String, _ columns: [String]) throws -> SQL

  /// What is another one after every change of the database, whoever makes it; nil where nothing tells. Belongs into a
  /// transaction.
  func changeMark() throws -> [Int64]?

  /// What some columns of a row `t` of a table add up to, as an expression of a JSON string: 64 hexadecimal digits, which
  /// are others for other values, in a frame.
  func sum(of table: String, _ columns: [String], in frame: (before: String, after: String)) throws -> SQL

  /// The columns of a table as they are at this moment, in their order.
  func imageColumns(of table: String) throws -> [(name: String, isGenerated: Bool)]

  /// Images as rows with a value for each of some columns.
  func rows(_ images: [RowImage], _ columns: [String], of table: String) throws -> ImageRows

  /// Runs `body`, which puts rows back: memsh's own triggers leave `updated_at` alone meanwhile. Belongs into a
  /// transaction.
  func puttingBack(into table: String, _ body: () throws -> Void) throws
}

/// Images as a statement reads them.
package struct ImageRows {
  /// What stands behind FROM.
  package let source: SQL
  /// The id of a row of the source.
  package let id: SQL
  /// The values of a row of the source.
  package let values: [SQL]

  /// Joins the parts of a statement.
  package init(source: SQL, id: SQL, values: [SQL]) {
    self.source = source
    self.id = id
    self.values = values
  }
}

extension RowImaging {
  /// Where a value is what it is, nothing is to be set.
  package func prepareRepair() throws {}

  /// Where others may commit at any time, nothing tells.
  package func changeMark() throws -> [Int64]? { nil }

  /// Where numbers have no limit, there is room.
  package func checkJournal(hasRoomFor ids: [Int64]) throws {}
}
