import MemoryModel

/// The knowledge graph of the MCP reference server "memory": a file of JSON lines, `memory.jsonl`, before `memory.json`.
extension MemorySystem {
  static let mcpServerMemory = MemorySystem(name: "MCP reference server memory") { place, _ in
    guard case .file(let document) = place, MCPServerMemory.isGraph(document) else { return nil }
    return try MCPServerMemory(document)
  }
}

/// What reading and writing such a graph have in common.
enum MCPGraph {
  /// The key in a memory's metadata under which the relations of its entity stand, without what they begin at.
  static let relationsKey = "legacy_relations"
}

/// Entities with observations, each of which is a memory of the user that the entity is; relations between them.
private final class MCPServerMemory: ForeignReader {
  let system = "MCP reference server memory"
  let parts = ["observations"]
  let remarks: [String]
  private let document: SourceDocument
  private let rows: Int64
  /// The relations of entities that have few of them, by the entity they begin at.
  private let relations: [ExactText: [JSON]]
  /// The entities that stand on more than one line.
  private let repeated: Set<ExactText>

  /// Every observation carries the relations of its entity, so that there may not be many.
  private static let relationsMaximum = 20
  private static let relationsHeldMaximum = 100_000

  /// Whether a file has the lines of such a graph; one of the first suffices, because the server skips what it cannot read.
  static func isGraph(_ document: SourceDocument) -> Bool {
    let head = document.head.starts(with: DocumentLines.byteOrderMark) ? document.head.dropFirst(3) : document.head
    let lines = head.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: true)
    // A line that is not UTF-8 tells what the file is, too.
    if lines.contains(where: { Line(parsing: String(decoding: $0, as: UTF8.self)) != nil }) { return true }
    // The first line may be longer than what is looked at.
    guard lines.count == 1, document.head.count == SourceDocument.headBytes else { return false }
    let text = String(decoding: head, as: UTF8.self)
    return text.hasPrefix("{")
      && ["\"type\"", "\"entity\"", "\"entityType\"", "\"observations\""].allSatisfy(text.contains)
  }

  init(_ document: SourceDocument) throws {
    self.document = document
    var (rows, related, kept, held) = (Int64(0), 0, [ExactText: [JSON]](), 0)
    var observed: Set<ExactText> = []
    var repeated: Set<ExactText> = []
    var silent = 0
    try DocumentLines.read(document.path) { _, line in
      switch Line(line) {
      case .blank: break
      case .fault: rows += 1
      case .entity(let name, _, let observations, _):
        rows += Int64(observations.count)
        let entity = ExactText(name)
        if observations.isEmpty { silent += 1 } else if !observed.insert(entity).inserted { repeated.insert(entity) }
      case .relation(let from, let relation):
        related += 1
        guard held < MCPServerMemory.relationsHeldMaximum else { return }
        held += 1
        kept[ExactText(from), default: []].append(relation)
      }
    }
    relations = kept.filter { observed.contains($0.key) && $0.value.count <= MCPServerMemory.relationsMaximum }
    self.rows = rows
    self.repeated = repeated
    let carried = relations.values.reduce(0) { $0 + $1.count }
    var remarks: [String] = []
    if related > 0 {
      let left = related - carried
      remarks.append(
        "relations are not memories: \(carried) of \(related) stand in \(MCPGraph.relationsKey), in the metadata of what is "
          + "observed of their entity" + (left > 0 ? "; \(left) are left out" : ""))
    }
    if silent > 0 { remarks.append("\(counted(silent, "entity")) without observations: nothing is remembered there") }
    self.remarks = remarks
  }

  func counts() throws -> [RowState: Int64] { [.live: rows] }
  func partRows() throws -> [ExactText: Int64] { [ExactText("observations"): rows] }

  func readRows(decodingVectors: Bool, _ body: (SourceRow) throws -> Void) throws {
    // The observations, as hashes, of those entities that other lines go on with.
    var held: [ExactText: [String: Int]] = [:]
    try DocumentLines.read(document.path) { number, line in
      switch Line(line) {
      case .blank, .relation: break
      case .fault(let reason, let text):
        var row = SourceRow(key: "line:\(number)", legacyID: nil)
        row.fault = "line \(number) \(reason)"
        row.content = .text(text)
        try body(row)
      case .entity(let name, let type, let observations, let others):
        var occurrences = held.removeValue(forKey: ExactText(name)) ?? [:]
        for observation in observations {
          let hash = ContentHash.hex(of: observation.text)
          let occurrence = occurrences[hash, default: 0]
          occurrences[hash] = occurrence + 1
          let suffix = occurrence == 0 ? "" : "/\(occurrence)"
          var row = SourceRow(key: "\(RowKey.of(name))/\(hash)\(suffix)", legacyID: nil)
          row.userID = .text(name)
          row.content = .json(observation)
          row.otherColumns = [("entityType", .json(type))] + others.map { ($0.key, .json($0.value)) }
          if let relations = relations[ExactText(name)] {
            row.otherColumns.append((MCPGraph.relationsKey, .json(.array(relations))))
          }
          try body(row)
        }
        if repeated.contains(ExactText(name)) { held[ExactText(name)] = occurrences }
      }
    }
  }
}

/// A line of the file.
private enum Line {
  case blank
  case entity(name: String, type: JSON, observations: [JSON], others: [JSON.Member])
  /// The relation without what it begins at.
  case relation(from: String, JSON)
  case fault(reason: String, text: String)

  init(_ line: DocumentLines.Line) {
    switch line {
    case .tooLong(let beginning):
      let limit = DocumentLines.lineBytesMaximum >> 20
      self = .fault(reason: "is longer than \(limit) MB", text: String(decoding: beginning, as: UTF8.self))
    case .bytes(let bytes):
      guard let text = String(validating: bytes, as: UTF8.self) else {
        self = .fault(reason: "is not valid UTF-8", text: String(decoding: bytes, as: UTF8.self))
        return
      }
      guard text.contains(where: { !$0.isWhitespace }) else {
        self = .blank
        return
      }
      let json: JSON
      do { json = try JSONParser.parse(text, valuesMaximum: SourceDocument.valuesMaximum) } catch {
        self = .fault(
          reason: error.isTooLarge
            ? "holds more than \(SourceDocument.valuesMaximum) values" : "is not JSON; the server skips it, too",
          text: text)
        return
      }
      self =
        Line(json)
        ?? .fault(
          reason: "is neither an entity with observations nor a relation; the server skips it, too", text: text)
    }
  }

  /// An entity or a relation; nil for a line that is neither.
  init?(parsing text: String) {
    guard let json = try? JSONParser.parse(text) else { return nil }
    self.init(json)
  }

  private init?(_ json: JSON) {
    guard case .object(let members) = json else { return nil }
    switch json[key: "type"]?.stringValue {
    case "entity":
      guard let name = json[key: "name"]?.stringValue, let type = json[key: "entityType"],
        let observations = json[key: "observations"]?.arrayValue
      else { return nil }
      let known = ["type", "name", "entityType", "observations"]
      self = .entity(
        name: name, type: type, observations: observations, others: members.filter { !known.contains($0.key) })
    case "relation":
      guard let from = json[key: "from"]?.stringValue, json[key: "to"]?.stringValue != nil,
        json[key: "relationType"]?.stringValue != nil
      else { return nil }
      self = .relation(from: from, .object(members.filter { !["type", "from"].contains($0.key) }))
    default: return nil
    }
  }
}
