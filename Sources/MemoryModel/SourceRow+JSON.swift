import Foundation

extension SourceValue {
  /// The value as JSON; bytes as `{"base64": …}`.
  package var json: JSON {
    switch self {
    case .null: .null
    case .integer(let number): .integer(number)
    case .real(let number): number.isFinite ? .double(number) : .string("\(number)")
    case .text(let text): .string(text)
    case .bytes(let bytes, _): .object([JSON.Member("base64", .string(Data(bytes).base64EncodedString()))])
    case .json(let json): json
    }
  }

  /// The value for an error message, cut to a line.
  package var shown: String { String(json.text.prefix(60)) }
}

extension SourceRow {
  /// A key for a row that has none of its own: the hash of everything in it but the vector.
  package var contentKey: String {
    var row = self
    row.embedding = .missing
    return "row:" + ContentHash.hex(of: row.json.text)
  }

  /// The whole row as JSON, for the reject file.
  package var json: JSON {
    let named: [(name: String, value: SourceValue)] =
      [
        ("user_id", userID), ("content", content), ("metadata", metadata), ("category", category),
        ("importance_score", importanceScore), ("access_count", accessCount), ("last_accessed_at", lastAccessedAt),
        ("created_at", createdAt), ("updated_at", updatedAt),
      ] + otherColumns
    var members = [JSON.Member("id", .optional(legacyID))]
    if let collection { members.append(JSON.Member("collection", .string(collection))) }
    if state != .live { members.append(JSON.Member("state", .string(state.rawValue))) }
    members += named.filter { $0.value != .null }.map { JSON.Member($0.name, $0.value.json) }
    switch embedding {
    case .missing: break
    case .vector(let vector): members.append(JSON.Member("embedding", vector.json))
    case .undecoded(let value), .unreadable(_, let value):
      members.append(JSON.Member("embedding", value.json))
    }
    return .object(members)
  }
}

extension Vector {
  /// The components as a JSON array.
  package var json: JSON { .array(values.map { .number("\($0)") }) }
}
