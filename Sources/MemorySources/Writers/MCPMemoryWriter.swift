import MemoryModel

/// Writes the file of the MCP reference server "memory": a line for each user, an entity whose observations are the
/// memories in their order, and behind them the relations that the metadata of a memory name.
///
/// The server knows no ids, times, metadata or vectors.
final class MCPMemoryWriter: MemoryWriter {
  private let output: (String) throws -> Void
  private var user: String?
  private var relations: [String] = []
  private var knownRelations: Set<ExactText> = []

  /// What an entity is where no metadata say it.
  private static let defaultType = "user"

  init(_ output: @escaping (String) throws -> Void) { self.output = output }

  let takesUsersTogether = true

  func write(_ memories: [Memory]) throws {
    for memory in memories {
      let outgoing = OutgoingMemory(memory)
      if let user, user.utf8.elementsEqual(outgoing.userID.utf8) {
        try output(",")
      } else {
        try endEntity()
        try begin(outgoing)
      }
      try output(JSON.string(outgoing.content).text)
      note(outgoing)
    }
  }

  func finish() throws {
    try endEntity()
    for relation in relations { try output(relation + "\n") }
  }

  private func begin(_ first: OutgoingMemory) throws {
    user = first.userID
    let type = first.metadata.first { $0.key == "entityType" }?.value.stringValue ?? MCPMemoryWriter.defaultType
    let head = JSON.object(ofPresent: [
      "type": .string("entity"), "name": .string(first.userID), "entityType": .string(type),
    ])
    try output(head.text.dropLast() + ",\"observations\":[")
  }

  private func endEntity() throws { if user != nil { try output("]}\n") } }

  /// Keeps the relations of a memory for the end of the file: objects with `to` and `relationType`.
  private func note(_ outgoing: OutgoingMemory) {
    let relations = outgoing.metadata.first { $0.key == MCPGraph.relationsKey }?.value.arrayValue ?? []
    for relation in relations {
      guard let to = relation[key: "to"]?.stringValue, let type = relation[key: "relationType"]?.stringValue else {
        continue
      }
      let line = JSON.object(ofPresent: [
        "type": .string("relation"), "from": .string(relation[key: "from"]?.stringValue ?? outgoing.userID),
        "to": .string(to), "relationType": .string(type),
      ]).text
      if knownRelations.insert(ExactText(line)).inserted { self.relations.append(line) }
    }
  }
}
