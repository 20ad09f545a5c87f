import Database
import MemoryModel

/// A query, and the memories that a search for it should find: a line of a file of queries.
///
///     {"query": "what does she drink?", "user_id": "ada", "expect": [12, 17]}
///     {"query": "what does she drink?", "user_id": "ada", "expect_content": ["Prefers a double espresso"]}
package struct EvaluationQuery: Sendable, Equatable {
  /// What is searched for.
  package var text: String
  /// Whose memories are searched; nil for those of all, or of the user that is chosen for the whole file.
  package var userID: String?
  /// The ids of memories that should be found.
  package var ids: [Int64] = []
  /// The contents of memories that should be found: of several that have it to the byte, any is right.
  package var contents: [String] = []

  /// The names of a line.
  private enum Key: String, CaseIterable {
    case query
    case userID = "user_id"
    case ids = "expect"
    case contents = "expect_content"
  }

  /// A query that expects memories.
  package init(_ text: String, userID: String?, ids: [Int64] = [], contents: [String] = []) {
    self.text = text
    self.userID = userID
    self.ids = ids
    self.contents = contents
  }

  /// Reads a line.
  ///
  /// - Throws: `RowJSON.Unreadable`.
  init(_ json: JSON) throws {
    guard case .object(let members) = json else { throw RowJSON.Unreadable(reason: "the line is not an object") }
    if let other = members.first(where: { Key(rawValue: $0.key) == nil }) {
      let known = Key.allCases.map(\.rawValue).joined(separator: ", ")
      throw RowJSON.Unreadable(reason: "there is no '\(other.key)': a line takes \(known)")
    }
    func wrong(_ key: Key, _ what: String) -> RowJSON.Unreadable {
      RowJSON.Unreadable(reason: "\(key.rawValue) is not \(what)")
    }
    func member(_ key: Key) -> JSON? { json[key: key.rawValue].flatMap { $0 == .null ? nil : $0 } }
    func text(_ key: Key) throws -> String? {
      guard let value = member(key) else { return nil }
      guard let text = value.stringValue else { throw wrong(key, "a text") }
      return text.replacingNUL
    }
    func list<Item>(_ key: Key, of what: String, _ item: (JSON) -> Item?) throws -> [Item] {
      guard let value = member(key) else { return [] }
      let items = value.arrayValue?.map(item)
      guard let items, !items.contains(where: { $0 == nil }) else { throw wrong(key, "a list of \(what)") }
      return items.compactMap(\.self)
    }
    guard let query = try text(.query) else { throw RowJSON.Unreadable(reason: "the query is missing") }
    guard query.contains(where: { !$0.isWhitespace }) else { throw RowJSON.Unreadable(reason: "the query is empty") }
    self.text = query
    userID = try text(.userID)
    ids = try list(.ids, of: "ids, which are whole numbers") { $0.integerValue.map { Int64($0) } }
    contents = try list(.contents, of: "texts") { $0.stringValue?.replacingNUL }
    guard !ids.isEmpty || !contents.isEmpty else {
      throw RowJSON.Unreadable(reason: "nothing is expected: expect takes ids, expect_content texts")
    }
  }

  /// The line, without what it does not say.
  package var json: JSON {
    let members: [(Key, JSON?)] = [
      (.query, .string(text)), (.userID, userID.map(JSON.string)),
      (.ids, ids.isEmpty ? nil : .array(ids.map { .integer($0) })),
      (.contents, contents.isEmpty ? nil : .array(contents.map(JSON.string))),
    ]
    return .object(members.compactMap { key, value in value.map { JSON.Member(key.rawValue, $0) } })
  }
}
