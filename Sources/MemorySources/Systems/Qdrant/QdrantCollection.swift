import Foundation
import MemoryModel

/// A collection of Qdrant's local mode: a SQLite file with a table of points.
struct QdrantCollection {
  /// What its payloads are.
  enum Form: Equatable {
    case mem0
    /// Another application's, with the text under this key.
    case text(key: String)
    /// What mem0 finds in memories and keeps beside them.
    case entities
    case empty
    /// Nobody's that is known; the keys of a payload.
    case unknown(keys: [String])
  }

  let name: String
  let database: any TableDatabase
  let form: Form

  /// How many points tell the form.
  private static let sampleSize = 50
  /// Where applications keep the text, best first: `page_content` is LangChain's, `document` Qdrant's own client's.
  private static let textKeys = ["data", "document", "text", "content", "page_content"]

  /// Opens a collection; nil for a database of another shape.
  init?(_ name: String, _ database: any TableDatabase) throws {
    guard try database.tables().table("points", with: "id", "point") != nil else { return nil }
    self.name = name
    self.database = database
    var payloads: [JSON] = []
    try QdrantCollection.points(database, limit: QdrantCollection.sampleSize) { _, point in
      if let payload = point.payload { payloads.append(payload) }
    }
    form = QdrantCollection.form(payloads)
  }

  /// Hands over the points with the ids under which they are stored.
  func points(_ body: (SourceValue, QdrantPoint) throws -> Void) throws {
    try QdrantCollection.points(database, limit: nil, body)
  }

  private static func points(
    _ database: any TableDatabase, limit: Int?, _ body: (SourceValue, QdrantPoint) throws -> Void
  ) throws {
    let end = limit.map { " LIMIT \($0)" } ?? ""
    try database.rows("SELECT id, point FROM points\(end)") { row in
      try body(row.value(0), row.withBytes(1) { QdrantPoint($0, isText: $1) })
    }
  }

  private static func form(_ payloads: [JSON]) -> Form {
    if payloads.isEmpty { return .empty }
    if payloads.contains(where: Mem0Payload.isEntity) { return .entities }
    if payloads.contains(where: Mem0Payload.fits) { return .mem0 }
    let key = textKeys.first { key in payloads.contains { $0[key: key]?.stringValue != nil } }
    if let key { return .text(key: key) }
    guard case .object(let members)? = payloads.first else { return .unknown(keys: []) }
    return .unknown(keys: members.map(\.key))
  }
}

extension QdrantCollection {
  /// The fields of a point as a row.
  func row(_ storedID: SourceValue, _ point: QdrantPoint, today: String) -> SourceRow {
    let id = point.id ?? QdrantPoint.id(storedID) ?? ""
    var row = SourceRow(key: RowKey.of(id, in: name), legacyID: id)
    row.collection = name
    row.fault = point.fault
    guard let payload = point.payload else { return row }
    if case .text(let key) = form {
      QdrantCollection.fill(&row, from: payload, textKey: key)
    } else {
      Mem0Payload.fill(&row, from: payload, today: today)
    }
    return row
  }

  /// Takes the text out of a payload; what else it has is metadata, flat or, as LangChain writes it, under `metadata`.
  private static func fill(_ row: inout SourceRow, from payload: JSON, textKey: String) {
    guard let (taken, rest) = payload.taking([textKey, "metadata"]) else {
      row.metadata = .json(payload)
      row.nameUserAfterMetadata()
      return
    }
    row.content = SourceValue(taken[textKey] ?? .null)
    switch (taken["metadata"], rest) {
    case (.object(let members)?, .object(let others)):
      row.metadata = .json(.object(members))
      row.otherColumns = others.map { ($0.key, SourceValue($0.value)) }
    default: row.metadata = .json(payload.taking([textKey])?.rest ?? rest)
    }
    row.nameUserAfterMetadata()
  }
}
