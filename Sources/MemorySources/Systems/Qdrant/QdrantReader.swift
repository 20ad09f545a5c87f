import MemoryModel

/// Reads the collections of a store of Qdrant's local mode.
final class QdrantReader: ForeignReader {
  let system: String
  var parts: [String] { collections.map(\.name) }

  private static let namesShown = 5

  private let collections: [QdrantCollection]
  private let firstRemarks: [String]
  /// What reading all points has told.
  private var found: Findings?

  private struct Findings {
    var counts: [RowState: Int64] = [:]
    var lineBreaks: Int64 = 0
    /// The names of the vectors of its points, by collection.
    var vectorNames: [String: Set<String>] = [:]
  }

  init(_ system: String, _ collections: [QdrantCollection], remarks: [String]) {
    self.system = system
    self.collections = collections
    firstRemarks = remarks
  }

  var remarks: [String] {
    guard let found else { return firstRemarks }
    return firstRemarks + collections.compactMap { remark($0.name, found.vectorNames[$0.name, default: []].sorted()) }
      + Mem0Payload.remarks(textsWithLineBreaks: found.lineBreaks)
  }

  private func remark(_ collection: String, _ vectorNames: [String]) -> String? {
    guard vectorNames.count > 1 else { return nil }
    return "the points of \(collection) have several vectors, \(vectorNames.joined(separator: ", ")): only "
      + "\(vectorNames[0]) is read"
  }

  func counts() throws -> [RowState: Int64] {
    if let found { return found.counts }
    var findings = Findings()
    try read { collection, row, point in
      findings.counts[row.state, default: 0] += 1
      if collection.form == .mem0, row.content.idText?.utf8.contains(0x0A) ?? false { findings.lineBreaks += 1 }
      if findings.vectorNames[collection.name, default: []].count <= QdrantReader.namesShown {
        findings.vectorNames[collection.name, default: []].formUnion(point.vectorNames)
      }
    }
    found = findings
    return findings.counts
  }

  func readRows(decodingVectors: Bool, _ body: (SourceRow) throws -> Void) throws {
    try read { _, row, point in
      var row = row
      row.embedding = point.vector.left(undecoded: !decodingVectors)
      try body(row)
    }
  }

  private func read(_ body: (QdrantCollection, SourceRow, QdrantPoint) throws -> Void) throws {
    let today = Mem0Payload.today
    for collection in collections {
      try collection.points { id, point in try body(collection, collection.row(id, point, today: today), point) }
    }
  }
}
