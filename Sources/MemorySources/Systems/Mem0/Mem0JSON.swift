import MemoryModel

extension MemorySystem {
  /// What mem0's `get_all()` answers, saved as JSON: `{"results": […]}`, or the bare list.
  static let mem0JSON = MemorySystem(name: "mem0 (JSON)") { place, _ in
    guard case .file(let document) = place, Mem0JSON.mayBe(document.headText) else { return nil }
    let answer = try SourceDocument.wholeJSON(
      document.path, what: "an answer of mem0's get_all", instead: Mem0JSON.instead)
    guard let memories = (answer[key: "results"] ?? answer).arrayValue, memories.allSatisfy(Mem0JSON.fits) else {
      return nil
    }
    let today = Mem0Payload.today
    let relations = answer[key: "relations"]?.arrayValue?.count ?? 0
    return HeldRows(
      "mem0 (JSON)", parts: [document.name], memories.map { Mem0JSON.row($0, today: today) },
      remarks: ["an answer of get_all has no vectors"]
        + (relations > 0 ? ["left out: \(counted(relations, "relation")), a graph beside the memories"] : []))
  }
}

private enum Mem0JSON {
  static let instead =
    "name the vector store that mem0 was set up with, such as a folder of Qdrant, or split the list into several files"

  /// Whether a file that begins like this is worth parsing.
  static func mayBe(_ head: String) -> Bool {
    let start = head.drop { $0.isWhitespace || $0 == "\u{FEFF}" }
    guard start.hasPrefix("[") || start.hasPrefix("{") && head.contains("\"results\"") else { return false }
    return head.contains("\"memory\"") && head.contains("\"id\"")
  }

  static func fits(_ memory: JSON) -> Bool { memory[key: "memory"] != nil && memory[key: "id"] != nil }

  static func row(_ memory: JSON, today: String) -> SourceRow {
    var row = SourceRow(key: "", legacyID: nil)
    guard let (taken, rest) = memory.taking(["id"]) else { return row }
    row.legacyID = taken["id"].flatMap { SourceValue($0).idText }
    Mem0Payload.fill(&row, from: rest, .apart, today: today)
    row.key = row.legacyID.map(RowKey.of) ?? row.contentKey
    return row
  }
}
