import MemoryModel

/// What a database has its own words for.
package protocol Dialect: ValueDialect {
  /// The place of a value in a statement, with the cast that its type needs: `$1`, `?1`, `$1::vector`.
  func placeholder(_ number: Int, for value: Value) -> String

  /// A column for reading and comparing.
  func reading(_ column: Column, of row: String?) -> SQL

  /// The condition that a memory is a user's.
  func isOf(user: SQL, row: String?) -> SQL

  /// A column that others added, in a form that ``writing(_:as:)`` takes back.
  func reading(_ column: AddedColumn, of row: String?) -> SQL

  /// The value of a column that others added, for an UPDATE.
  ///
  /// - Parameter type: The column's type in the database's own words.
  func writing(_ value: Value, as type: String) -> SQL

  /// A statement that gives a row if a column can be declared with a type, whatever the text comes from.
  func knows(type: String) -> SQL

  /// The condition that a column has a value, and one of its type, where columns can have others. Reads no large value.
  func holdsValue(_ column: Column) -> SQL

  /// The sum of a column's whole numbers, at most the largest there is.
  func sum(of column: Column) -> SQL

  /// What memories are grouped by, as text.
  func key(of grouping: Grouping) -> SQL

  /// The largest key that a column of a type can hold.
  func largestKey(ofType type: String) -> Int64

  /// The CRC-32C of a column's vector in pgvector's binary form; nil where the database cannot compute it.
  ///
  /// - Parameter pgvector: The extension, whose own functions are called.
  func checksum(ofVector column: Column, by pgvector: StoreState.VectorExtension?) -> SQL?

  /// How many shares of a large answer are best read at the same time.
  var shares: Int64 { get }

  /// A table of memsh's own.
  func name(of table: OwnTable) -> SQL

  /// The name of one of the database's own functions.
  func function(_ name: String) -> String

  /// The condition that what stands before it is one of some numbers or texts.
  func among(_ values: Value) -> SQL

  /// The present moment in UTC, as a value of a `timestamp` column; a transaction has one such moment.
  var now: String { get }
  /// The moment in UTC at which the statement runs, whatever the transaction's is.
  var clock: String { get }

  /// The sha256 of a text column of a row, as 64 hexadecimal digits.
  func sha256(_ column: Column, of row: String) -> SQL
  /// The ids of memories of which one with a smaller id has the same user and content; NULL is the same as NULL.
  var repeatedMemories: SQL { get }
  /// The text of a value in a row's metadata, under the keys that lead to it; NULL where there is none.
  func metadata(_ path: [String], of row: String?) -> SQL
  /// What stands behind a SELECT so that others cannot change its rows until the transaction ends; nil where a
  /// transaction keeps others from changing anything.
  var rowLock: String? { get }
  /// What stands behind the names of the columns in an INSERT that gives rows their keys.
  var overridingKeys: String { get }
  /// The operator that compares keys of whatever type, which nobody else's can stand for.
  var equals: String { get }
  /// Rows from lists of equal lengths, one for each of their columns `column1`, `column2`, …
  func rows(_ columns: [Value], as name: String) -> SQL
  /// Rows of a key and a finite number, which stays the same to the last bit.
  func rows(_ keys: [Int64], _ numbers: [Double], as name: String) -> SQL

  /// Asks for the right to migrate into the store, until the transaction ends, and says whether it was to be had; nil
  /// where a transaction has it anyway.
  var migrationLock: SQL? { get }
  /// Whether there is the index of the ledger's source keys, as a row or none, and what makes it; nil where the ledger
  /// begins with it.
  var sourceKeyIndex: (presence: SQL, creation: SQL)? { get }

  /// The question what others made on the four tables and beside them: rows of kind, name, definition, the statement that
  /// takes it away, its ``ForeignObject/Effect``, and the question that tells whether rows refer to those of the tables.
  var objectsOfOthers: SQL { get }

  /// The question what keeps the vectors' columns from taking a length, if they have another one: rows of kind, name and
  /// the statement that takes it away, in the order in which it can be taken away. nil where columns have no length.
  func objectsInTheWay(ofVectorsOf dimensions: Int) -> SQL?

  /// The question whether these tables can be emptied by one TRUNCATE; nil where there is no such statement.
  func mayTruncate(_ tables: [String]) -> SQL?

  /// The question what tables and views the store's database has: rows of schema (NULL where there are none), name, kind
  /// in the database's own words, about how many rows it has (NULL where nothing has counted them), whether it may be read,
  /// and the name of the ``OwnTable`` that it is.
  var relations: SQL { get }

  /// The question for the columns of one, in their order: rows of name, type, whether NULL is refused, whether the
  /// database computes it, and its default.
  func columns(of relation: Relation) -> SQL

  /// The question for the indexes and triggers of one: rows of kind, name, whether it works, and the statement that
  /// makes it.
  func objects(of relation: Relation) -> SQL

  /// Whether a column that the database describes so can hold what memsh keeps in one of its own type. Only for whole
  /// numbers and vectors; others are read whatever they are.
  func fits(_ realType: String, _ type: ColumnType) -> Bool

  /// What a column of vectors is, for a sentence.
  var vectorType: String { get }
}
