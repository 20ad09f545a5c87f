import MemoryModel

/// Reads one foreign memory system: what differs between systems, and nothing else.
///
/// A reader never writes, and hands over every row with its state; ``ForeignSource`` selects, counts and batches.
protocol ForeignReader: AnyObject {
  /// The system, such as `mem0 (Qdrant)`.
  var system: String { get }
  /// What tells its version, such as `schema version 19`; nil where nothing does.
  var version: String? { get }
  /// The tables or collections that the rows come from, as a person would name them.
  var parts: [String] { get }
  /// How many rows each of ``parts`` has, in any state, where counting is cheap.
  func partRows() throws -> [ExactText: Int64]
  /// The model that made the vectors, where the store says so.
  ///
  /// - Parameter dimensions: The length that most of the vectors have.
  func model(dimensions: Int) -> String?
  /// How vectors stand in columns that say nothing of it, for each part that has some.
  var vectorForms: [VectorFormNote] { get throws }
  /// What a person should know before the rows are read, a line each.
  var remarks: [String] { get throws }

  /// Whether its memories stand in namespaces, a label of which may be the user.
  var hasNamespaces: Bool { get }

  /// How many rows there are in each state.
  func counts() throws -> [RowState: Int64]

  /// Hands over all rows, in a stable order; `body` throws to end the reading.
  ///
  /// - Parameter decodingVectors: false leaves the vectors as they are (``SourceEmbedding/undecoded(_:)``).
  /// - Throws: `source_unreadable` for a store that is damaged as a whole. A row that cannot be read is handed over with
  ///   what there is of it, and is rejected by who checks it.
  func readRows(decodingVectors: Bool, _ body: (SourceRow) throws -> Void) throws
}

extension ForeignReader {
  var version: String? { nil }
  func partRows() throws -> [ExactText: Int64] { [:] }
  func model(dimensions: Int) -> String? { nil }
  var vectorForms: [VectorFormNote] { [] }
  var remarks: [String] { [] }
  var hasNamespaces: Bool { false }
}
