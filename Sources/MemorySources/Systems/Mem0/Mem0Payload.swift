import Foundation
import MemoryModel

/// What mem0 writes beside a vector: the memory, whose it is, and its owner's metadata flat beside these. PowerMem and mem0's
/// own answers keep the owner's metadata apart, under `metadata`.
enum Mem0Payload {
  /// Where a payload keeps its owner's metadata.
  enum Form { case flat, apart }

  /// Today, UTC, as `expiration_date` writes days.
  static var today: String {
    String((Timestamp(epoch: Date().timeIntervalSince1970)?.iso8601 ?? "").prefix(10))
  }

  /// The names that mem0 for TypeScript has, or once had, for those of Python.
  static let spellings = [
    "userId": "user_id", "agentId": "agent_id", "runId": "run_id", "actorId": "actor_id", "createdAt": "created_at",
    "updatedAt": "updated_at", "attributedTo": "attributed_to", "expirationDate": "expiration_date",
  ]
  /// Names that are there with null where there is nothing to say.
  private static let optional: Set<String> = [
    "agent_id", "run_id", "actor_id", "role", "attributed_to", "expiration_date",
  ]
  /// Copies that mem0 derives from the text.
  static let derived: Set<String> = ["hash", "text_lemmatized", "textLemmatized"]

  /// Whether a payload is a memory of mem0's.
  static func fits(_ payload: JSON) -> Bool {
    payload[key: "data"] != nil
      && ["hash", "created_at", "createdAt", "user_id", "userId"].contains { payload[key: $0] != nil }
  }

  /// Whether a payload is of what mem0 finds in memories: people, places and the like, which it keeps beside them.
  static func isEntity(_ payload: JSON) -> Bool { payload[key: "linked_memory_ids"] != nil }

  /// Takes the fields of a memory out of a payload; what it does not know goes to the metadata.
  ///
  /// - Parameter today: As ``today`` gives it: what was to expire before is expired.
  static func fill(_ row: inout SourceRow, from payload: JSON, _ form: Form = .flat, today: String) {
    guard case .object(let members) = payload else {
      row.metadata = .json(payload)
      row.nameUserAfterMetadata()
      return
    }
    var others: [JSON.Member] = []
    for member in members where !derived.contains(member.key) {
      let key = name(of: member, in: payload)
      switch key {
      case "data": row.content = SourceValue(member.value)
      case "memory" where form == .apart: row.content = SourceValue(member.value)
      case "metadata" where form == .apart: row.metadata = .json(member.value)
      case "user_id": row.userID = SourceValue(member.value)
      case "created_at": row.createdAt = SourceValue(member.value)
      case "updated_at": row.updatedAt = SourceValue(member.value)
      case _ where member.value == .null && optional.contains(key): break
      default: others.append(JSON.Member(key, member.value))
      }
      if key == "expiration_date", isPast(member.value, today) { row.state = .expired }
    }
    switch form {
    case .flat:
      let metadata = JSON.object(others)
      row.metadata = .json(ApartMetadata.unfolding(metadata) ?? metadata)
    case .apart: row.otherColumns += others.map { ($0.key, SourceValue($0.value)) }
    }
    row.nameUserAfterMetadata()
  }

  /// The name of a member as Python spells it, unless a member of that name stands beside it.
  private static func name(of member: JSON.Member, in payload: JSON) -> String {
    guard let name = spellings[member.key], payload[key: name] == nil else { return member.key }
    return name
  }

  /// Whether a value begins with a day, such as `2026-11-25`, that is over.
  static func isPast(_ value: JSON, _ today: String) -> Bool {
    guard let text = value.stringValue, text.prefixMatch(of: /\d{4}-\d{2}-\d{2}/) != nil else { return false }
    return text.prefix(10) < today
  }
}

extension Mem0Payload {
  /// What is to be said where some texts hold line breaks.
  static func remarks(textsWithLineBreaks count: Int64) -> [String] {
    guard count > 0 else { return [] }
    return [
      "\(count) \(count == 1 ? "text holds" : "texts hold") line breaks, which some of mem0's embedders (OpenAI, Azure, "
        + "Gemini, LM Studio, FastEmbed) replace by spaces: such a vector belongs to the text with spaces"
    ]
  }
}

extension SourceValue {
  /// A value of a document: text as text, nothing as nothing.
  init(_ json: JSON) {
    switch json {
    case .null: self = .null
    case .string(let text): self = .text(text)
    default: self = .json(json)
    }
  }
}
