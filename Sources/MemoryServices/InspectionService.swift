import MemoryModel

/// What the rows of a source are, counted one by one.
package struct Inspection: Sendable {
  /// What and where the source is.
  package let source: SourceDescription
  /// What a first look has told.
  package let survey: SourceSurvey
  /// How many rows there are in each state.
  package var states: [RowState: Int64] = [:]
  /// The collections or namespaces of the rows in any state; none where rows have none.
  package var collections = Tally()
  /// The users of the rows that were selected.
  package var users = Tally()
  /// The selected rows that a migration would reject, by the reason; one that keeps the vectors, where it can
  /// (``keepsVectors``).
  package var rejections: [String: Rejections] = [:]
  /// How many selected rows have a vector of a length.
  package var dimensions: [Int: Int64] = [:]
  /// How many selected rows have a vector that cannot be read.
  package var unreadableVectors: Int64 = 0
  /// Why the first of them cannot be read.
  package var unreadableReason: String?
  /// How many selected rows have none.
  package var withoutVectors: Int64 = 0
  /// The users of rows with nothing wrong but a vector that cannot be read.
  fileprivate var usersOfUnreadable = Tally()

  /// Whether the vectors can be kept as they are: those of one length are one space. A store's own are kept unasked.
  package var keepsVectors: Bool { dimensions.count == 1 && survey.recordedSpace == nil }

  /// Rows that would be rejected for one reason.
  package struct Rejections: Sendable {
    /// How many there are.
    package var rows: Int64
    /// What is wrong with the first.
    package let example: String
  }

  /// Counts by name, of names that may be as many as rows.
  package struct Tally: Sendable {
    private var counts: [String: Int64] = [:]
    /// Whether all names are counted.
    package private(set) var isComplete = true

    /// More names are not told apart.
    private static let namesMaximum = 200_000

    /// How many names there are.
    package var names: Int { counts.count }

    /// The names with the most rows, those first.
    package func first(_ count: Int) -> [(name: String, rows: Int64)] {
      counts.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.prefix(count).map { ($0.key, $0.value) }
    }

    mutating func add(_ name: String, rows: Int64 = 1) {
      if counts[name] == nil, counts.count == Tally.namesMaximum {
        isComplete = false
      } else {
        counts[name, default: 0] += rows
      }
    }

    fileprivate mutating func add(_ other: Tally) {
      for (name, rows) in other.counts { add(name, rows: rows) }
      if !other.isComplete { isComplete = false }
    }

    fileprivate var rows: Int64 { counts.values.reduce(0, +) }
  }
}

/// Reads through a source and counts what is in it; nothing is written anywhere.
package struct InspectionService {
  private let interruption: Interruption
  private let normalizer: RowNormalizer

  private static let batchSize = 500

  /// - Parameter moment: What dates are where the source has none.
  package init(interruption: Interruption, moment: Timestamp) {
    self.interruption = interruption
    normalizer = RowNormalizer(migrationTime: moment)
  }

  /// Counts all rows of a source, and examines those that a migration would read.
  ///
  /// - Parameters:
  ///   - source: It must hand over rows of every state.
  ///   - selected: The states that a migration would read.
  package func inspect(_ source: any MemorySource, selected: Set<RowState>) throws -> Inspection {
    var inspection = Inspection(source: source.description, survey: try source.survey())
    try source.readRows(batchSize: InspectionService.batchSize, decodingEmbeddings: true) { records in
      try interruption.check()
      for record in records { count(record, selected, in: &inspection) }
    }
    try source.verifyUnchanged()
    inspection.decideOnUnreadable()
    return inspection
  }

  private func count(_ record: SourceRecord, _ selected: Set<RowState>, in inspection: inout Inspection) {
    var embedding: SourceEmbedding?
    switch record {
    case .stored(let memory):
      inspection.states[.live, default: 0] += 1
      embedding = memory.fields.embedding.map(SourceEmbedding.vector)
    case .foreign(let row):
      inspection.states[row.state, default: 0] += 1
      if let collection = row.collection { inspection.collections.add(collection) }
      guard selected.contains(row.state) else { return }
      embedding = row.embedding
    }
    switch normalizer.prepare(record) {
    case .success(let row):
      if case .unreadable = embedding {
        inspection.usersOfUnreadable.add(row.fields.userID)
      } else {
        inspection.users.add(row.fields.userID)
      }
    case .failure(let rejected):
      let reason = rejected.rejection.reason
      let known = inspection.rejections[reason]
      inspection.rejections[reason] = Inspection.Rejections(
        rows: (known?.rows ?? 0) + 1, example: known?.example ?? rejected.rejection.detail)
    }
    switch embedding {
    case .vector(let vector): inspection.dimensions[vector.dimensions, default: 0] += 1
    case .unreadable(let reason, _):
      inspection.unreadableVectors += 1
      inspection.unreadableReason = inspection.unreadableReason ?? reason
    case .missing, .undecoded, nil: inspection.withoutVectors += 1
    }
  }
}

extension Inspection {
  /// Rejects the rows whose vector cannot be read, where vectors are kept.
  fileprivate mutating func decideOnUnreadable() {
    let rows = usersOfUnreadable.rows
    guard rows > 0 else { return }
    if keepsVectors {
      rejections["invalid_embedding"] = Rejections(rows: rows, example: unreadableReason ?? "")
    } else {
      users.add(usersOfUnreadable)
    }
  }
}
