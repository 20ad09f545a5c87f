import Foundation
import MemoryModel

/// What identifies a row within its source, across runs.
enum RowKey {
  private static let bytesMaximum = 256

  /// A key that an index can hold: a long id is replaced by its hash.
  static func of(_ id: String) -> String {
    id.utf8.count <= bytesMaximum ? id.replacingNUL : "sha256:" + ContentHash.hex(of: id)
  }

  /// The key of an id that tells apart only the rows of one table or collection.
  static func of(_ id: String, in owner: String) -> String { part(owner) + "/" + of(id) }

  /// A name in front of the slash, in which no other slash may stand: `a` and `b/c` are not `a/b` and `c`.
  static func part(_ name: String) -> String {
    name.replacing("\\", with: "\\\\").replacing("/", with: "\\/")
  }
}

extension SourceValue {
  /// The value as text, for an id; nil for NULL.
  var idText: String? {
    switch self {
    case .null, .json(.null): nil
    case .integer(let number): String(number)
    case .real(let number): "\(number)"
    case .text(let text): text
    case .bytes(let bytes, _): "base64:" + Data(bytes).base64EncodedString()
    case .json(let json): json.stringValue ?? json.text
    }
  }

  /// The value as a JSON document: text and bytes are parsed; nil where they are not JSON.
  var document: JSON? {
    switch self {
    case .json(let json): json
    case .text(let text): try? JSONParser.parse(text)
    case .bytes(let bytes, _): String(validating: bytes, as: UTF8.self).flatMap { try? JSONParser.parse($0) }
    default: nil
    }
  }
}

extension SourceRow {
  /// Whose memories those are that name no user, as in the migration guide's script.
  static let defaultUser = "default"

  /// The keys under which metadata name a user, best first.
  private static let userKeys = ["user_id", "userId", "user"]

  /// Names the user after the metadata where no column does; the metadata keep what they say.
  mutating func nameUserAfterMetadata() {
    guard userID.idText ?? "" == "" else { return }
    userID = .text(SourceRow.user(namedBy: metadata.document) ?? SourceRow.defaultUser)
  }

  /// The user that metadata name; nil for none.
  static func user(namedBy metadata: JSON?) -> String? {
    userKeys.lazy.compactMap { metadata?[key: $0]?.name }.first { !$0.isEmpty }
  }

  /// Takes a further value out of the row.
  mutating func take(_ name: String) -> SourceValue {
    guard let index = otherColumns.firstIndex(where: { $0.name == name }) else { return .null }
    return otherColumns.remove(at: index).value
  }
}

extension JSON {
  /// A text or a number, as somebody's name.
  fileprivate var name: String? {
    switch self {
    case .string(let text), .number(let text): text
    default: nil
    }
  }

  /// Takes members out of an object: those of the first list go to `taken`, those of the second are dropped.
  ///
  /// - Returns: The object with what is left; nil when this is not an object.
  func taking(_ keys: Set<String>, dropping derived: Set<String> = []) -> (taken: [String: JSON], rest: JSON)? {
    guard case .object(let members) = self else { return nil }
    var taken: [String: JSON] = [:]
    var rest: [Member] = []
    for member in members {
      if keys.contains(member.key) {
        taken[member.key] = member.value
      } else if !derived.contains(member.key) {
        rest.append(member)
      }
    }
    return (taken, .object(rest))
  }
}
