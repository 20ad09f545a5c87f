import Foundation
import MemoryModel

/// A memory on its way out: what memsh noted in its metadata when it came in stands by itself again.
struct OutgoingMemory {
  let userID: String
  let content: String
  let created: String?
  let updated: String?
  /// The id that it had in the system that it came from.
  let legacyID: String?
  /// Whether the system that it came from had let it expire.
  let wasExpired: Bool
  /// The user's own metadata, and behind them the columns that other systems do not have. They do not name the user.
  private(set) var metadata: [JSON.Member]

  /// The keys of what memsh notes where a memory came from.
  private static let marks: Set = ["legacy_id", "legacy_collection", "legacy_state"]

  /// Prepares a memory, every NUL replaced.
  init(_ memory: Memory) {
    let fields = memory.fields.replacingNUL
    userID = fields.userID
    content = fields.content
    created = OutgoingMemory.text(fields.createdAt)
    updated = OutgoingMemory.text(fields.updatedAt)
    legacyID = fields.metadata?[key: "legacy_id"]?.stringValue
    wasExpired = fields.metadata?[key: "legacy_state"] == .string(RowState.expired.rawValue)
    metadata = fields.metadata?.taking(OutgoingMemory.marks)?.rest.members ?? []
    metadata.removeAll { $0.key == "user_id" && $0.value == .string(fields.userID) }
    add("category", fields.category.map(JSON.string))
    // What a reader takes for the importance already is not said twice.
    let importance = fields.importanceScore.flatMap { $0.isFinite ? $0 : nil }
    let told = (self["importance_score"] ?? self["importance"])?.doubleValue ?? MemoryFields.defaultImportance
    if let importance, importance != told { add("importance_score", .double(importance)) }
    if let count = fields.accessCount, count > 0 { add("access_count", .integer(count)) }
    add("last_accessed_at", OutgoingMemory.text(fields.lastAccessedAt).map(JSON.string))
  }

  private subscript(key: String) -> JSON? { metadata.first { $0.key == key }?.value }

  /// Adds a column's value under its name; a text or number of that name is an older one, anything else the user's own.
  private mutating func add(_ key: String, _ value: JSON?) {
    guard let value else { return }
    guard let index = metadata.firstIndex(where: { $0.key == key }) else {
      return metadata.append(JSON.Member(key, value))
    }
    if metadata[index].value.stringValue != nil || metadata[index].value.doubleValue != nil {
      metadata[index].value = value
    }
  }

  /// A moment as Python's `isoformat` writes it; nil for none, and for an infinite one.
  private static func text(_ moment: Timestamp?) -> String? {
    guard let moment, moment.isFinite else { return nil }
    return moment.iso8601.dropLast() + "+00:00"
  }
}

/// A memory's own metadata on their way through a form that keeps them flat beside its own keys: those that it would take
/// for its own travel in an object.
enum ApartMetadata {
  /// The key of that object.
  static let key = "memsh_metadata"

  /// Puts the members with some keys into the object.
  static func folding(_ members: [JSON.Member], _ isReserved: (JSON.Member) -> Bool) -> [JSON.Member] {
    let reserved = members.filter { $0.key == key || isReserved($0) }
    guard !reserved.isEmpty else { return members }
    return members.filter { $0.key != key && !isReserved($0) } + [JSON.Member(key, .object(reserved))]
  }

  /// Puts the members of the object back where they were, once the form's own are taken; nil where there is no such object.
  static func unfolding(_ metadata: JSON) -> JSON? {
    guard let (taken, rest) = metadata.taking([key]), case .object(let members)? = taken[key] else { return nil }
    return members.reduce(rest) { $0.setting($1.key, to: $1.value) }
  }
}

extension JSON {
  /// The members of an object; none for other values.
  var members: [Member] { if case .object(let members) = self { members } else { [] } }

  /// An object of the members that have a value.
  static func object(ofPresent members: KeyValuePairs<String, JSON?>) -> JSON {
    .object(members.compactMap { key, value in value.map { Member(key, $0) } })
  }
}

/// Gives memories the UUIDs that other systems know them by: the one that a memory had before, where it is free, else one
/// made from its store and its id, the same in every run.
struct OutgoingIDs {
  private let store: StoreIdentity
  /// The collection that they go to, for a memory that is in another one already.
  private let collection: String
  private var taken: Set<UUID> = []

  init(of store: StoreIdentity, for collection: String = "") {
    self.store = store
    self.collection = collection
  }

  /// The one that memories' names are in.
  private static let space = UUID(
    uuid: (0x8C, 0x2F, 0x6B, 0x1E, 0x4D, 0x0A, 0x5A, 0x77, 0x9B, 0x3C, 0x6D, 0x65, 0x6D, 0x73, 0x68, 0x31))

  /// The UUIDs that a memory may get, best first, where they are free; after them there are others.
  func wishes(_ memory: Memory, _ outgoing: OutgoingMemory) -> [UUID] {
    [outgoing.legacyID.flatMap(UUID.init(uuidString:)), UUID(named: name(memory), in: OutgoingIDs.space)]
      .compactMap(\.self)
  }

  /// - Parameter isFree: Whether nobody else has one of the ``wishes(_:_:)`` where the memories go.
  mutating func next(_ memory: Memory, _ outgoing: OutgoingMemory, isFree: (UUID) -> Bool = { _ in true }) -> String {
    let wish = wishes(memory, outgoing).first { !taken.contains($0) && isFree($0) }
    let id = wish ?? other(memory)
    taken.insert(id)
    return id.text
  }

  private func other(_ memory: Memory) -> UUID {
    var attempt = 0
    while true {
      attempt += 1
      let id = UUID(named: "\(name(memory)) \(attempt) \(collection)", in: OutgoingIDs.space)
      if !taken.contains(id) { return id }
    }
  }

  private func name(_ memory: Memory) -> String { "\(store.location)#\(memory.id)" }
}

extension UUID {
  /// The UUID in small letters, as databases write it.
  var text: String { uuidString.lowercased() }
}
