/// A memory file of another system, read row by row and never changed.
package protocol MemorySource: AnyObject {
  /// What and where it is.
  var description: SourceDescription { get }

  /// Counts the rows and finds the dimensions of their vectors, without reading them all.
  func survey() throws -> SourceSurvey

  /// Hands over all rows, `batchSize` at a time, in a stable order.
  ///
  /// - Parameter decodingEmbeddings: false leaves the vectors as they are (``SourceEmbedding/undecoded(_:)``).
  func readRows(
    batchSize: Int, decodingEmbeddings: Bool, _ body: ([SourceRecord]) throws -> Void
  ) throws

  /// Hands over the rows of a side table; a source without that table hands over none.
  func readRows(of table: Table, batchSize: Int, _ body: ([Record]) throws -> Void) throws

  /// The columns of a table beside those that memsh knows, where rows are taken over as they are; none elsewhere.
  func addedColumns(of table: Table) throws -> [AddedColumn]

  /// The largest id of a table that is not above `limit`, where ids are to be kept; 0 elsewhere.
  func largestID(in table: String, notAbove limit: Int64) throws -> Int64

  /// Makes sure that nobody wrote to the source since it was opened.
  ///
  /// - Throws: `source_changed`.
  func verifyUnchanged() throws

  /// Gives back what reading holds: a snapshot, a connection. Reading again opens it anew.
  func close()
}

/// One row of a source.
package enum SourceRecord: Sendable {
  /// A row of another system, to be checked and fitted.
  case foreign(SourceRow)
  /// A row of a store like this one, to be taken over as it is.
  case stored(Memory)
}

/// What a source is and where.
package struct SourceDescription: Sendable, Equatable {
  /// The system that wrote it, such as `legacy SQLite`.
  package let kind: String
  /// A path, or a URL without its password.
  package let location: String
  /// What identifies its present state: size and time of change, or the like.
  package let fingerprint: String

  /// Creates a description; `location` must already be without secrets.
  package init(kind: String, location: String, fingerprint: String) {
    self.kind = kind
    self.location = location
    self.fingerprint = fingerprint
  }
}

/// What a first look at a source tells.
package struct SourceSurvey: Sendable, Equatable {
  /// The table the memories stand in, or several with commas between them.
  package let table: String
  /// How many rows it has.
  package let rows: Int64
  /// The most frequent length among the first vectors; nil when there are none.
  package let dimensions: Int?
  /// The model its vectors come from, where its format implies it.
  package let model: String?
  /// The space its vectors are recorded to belong to.
  package let recordedSpace: EmbeddingSpace?
  /// Whether any row has a vector that can be read.
  package let hasVectors: Bool
  /// What a person should know before the rows are read, a line each.
  package let remarks: [String]
  /// What tells the version of the system that wrote it; nil where nothing does.
  package let version: String?
  /// The tables or collections that the rows come from.
  package let parts: [Part]
  /// How vectors stand in columns that say nothing of it themselves.
  package let vectorForms: [VectorFormNote]

  /// A table or collection.
  package struct Part: Sendable, Equatable {
    /// What the source calls it.
    package let name: String
    /// How many rows it has, in any state; nil where only reading them all tells.
    package let rows: Int64?

    /// Creates a part.
    package init(name: String, rows: Int64?) {
      self.name = name
      self.rows = rows
    }
  }

  /// Creates a survey.
  ///
  /// - Parameter hasVectors: nil takes it from `dimensions`.
  package init(
    table: String, rows: Int64, dimensions: Int?, model: String?, recordedSpace: EmbeddingSpace? = nil,
    hasVectors: Bool? = nil, remarks: [String] = [], version: String? = nil, parts: [Part] = [],
    vectorForms: [VectorFormNote] = []
  ) {
    self.vectorForms = vectorForms
    self.version = version
    self.parts = parts
    self.hasVectors = hasVectors ?? (dimensions != nil)
    self.remarks = remarks
    self.table = table
    self.rows = rows
    self.dimensions = dimensions
    self.model = model
    self.recordedSpace = recordedSpace
  }
}

/// How the vectors of a table stand in their column.
package struct VectorFormNote: Sendable, Equatable {
  /// The table.
  package let part: String
  /// The form's name as `--map` takes it; nil where it cannot be told.
  package let form: String?
  /// The form for a person, or why it cannot be told.
  package let title: String
  /// How many different vectors say so; nil where a person said it.
  package let values: Int?

  /// Creates a note.
  package init(part: String, form: String?, title: String, values: Int?) {
    self.part = part
    self.form = form
    self.title = title
    self.values = values
  }
}

/// A value as the source holds it.
package enum SourceValue: Sendable, Equatable {
  case null
  case integer(Int64)
  case real(Double)
  case text(String)
  /// Bytes: of a blob, or of a text that is no UTF-8 (`isText`).
  case bytes([UInt8], isText: Bool)
  /// A value of a document.
  case json(JSON)
}

/// Whether its own system would still give a row.
package enum RowState: String, Sendable, CaseIterable {
  case live
  /// Marked as deleted.
  case deleted
  /// Replaced by a newer version.
  case superseded
  /// Past its date.
  case expired
}

/// A source row's vector.
package enum SourceEmbedding: Sendable, Equatable {
  /// The row has none.
  case missing
  /// It was not decoded, because nobody asked for it; what stands there.
  case undecoded(SourceValue)
  case vector(Vector)
  /// It is there but cannot be read; the reason, and what stands there.
  case unreadable(reason: String, value: SourceValue)
}

/// One row of a source, with its columns under the names that memsh gives them.
package struct SourceRow: Sendable {
  /// What identifies the row within its source, across runs.
  package var key: String
  /// The row's own id, for `metadata.legacy_id`.
  package var legacyID: String?
  /// Whether its system would still give it; anything but ``RowState/live`` goes to `metadata.legacy_state`.
  package var state = RowState.live
  /// The collection or namespace that it stands in, for `metadata.legacy_collection`.
  package var collection: String?
  /// Whose memory it is.
  package var userID: SourceValue = .null
  /// What is remembered.
  package var content: SourceValue = .null
  /// JSON text.
  package var metadata: SourceValue = .null
  /// A label.
  package var category: SourceValue = .null
  /// A number.
  package var importanceScore: SourceValue = .null
  /// How often agents have read it.
  package var accessCount: SourceValue = .null
  /// When an agent last read it.
  package var lastAccessedAt: SourceValue = .null
  /// A date in any of the forms of ``Timestamp/init(parsing:)``.
  package var createdAt: SourceValue = .null
  /// A date.
  package var updatedAt: SourceValue = .null
  /// The vector.
  package var embedding: SourceEmbedding = .missing
  /// Why the row cannot be read, such as `line 7 is not JSON`; it is rejected with these words.
  package var fault: String?
  /// Columns that memsh has no place for, which go to the metadata.
  package var otherColumns: [(name: String, value: SourceValue)] = []

  /// Creates a row without values.
  package init(key: String, legacyID: String?) {
    self.key = key
    self.legacyID = legacyID
  }
}
