import MemoryModel

/// What of an item's value is the text of the memory: no rule of LangGraph's says it.
struct LangGraphValue {
  /// The text.
  let content: SourceValue
  /// The path of the field that is the text, as LangGraph names fields; nil where it is the value as a whole.
  let field: String?
  /// Whether the text is JSON, because no field in it is a text.
  let isJSON: Bool
  /// Everything else.
  let metadata: SourceValue

  /// Fields that hold the text, the surest first; LangMem's is `content`, in itself or in an object of that name.
  private static let names = ["content", "text", "memory", "data"]

  /// Splits the value of an item.
  ///
  /// - Parameter embedded: The fields that have a vector: of several that may be the text, the one with a vector is.
  init(_ value: SourceValue, embedded: [String] = []) {
    guard let document = value.document else {
      // What is not JSON is handed over as it is, and rejected where it is no text either.
      (content, field, isJSON, metadata) = (value, nil, false, .null)
      return
    }
    if let inner = document[key: "content"], case .object = inner {
      if let (text, field, rest) = LangGraphValue.text(in: inner, embedded, "content.") {
        (content, self.field, isJSON) = (.text(text), "content." + field, false)
        metadata = .json(document.replacing("content", by: rest == .object([]) ? nil : rest))
      } else {
        (content, field, isJSON) = (.text(inner.text), "content", true)
        metadata = .json(document.replacing("content", by: nil))
      }
    } else if let (text, field, rest) = LangGraphValue.text(in: document, embedded) {
      (content, self.field, isJSON, metadata) = (.text(text), field, false, .json(rest))
    } else {
      (content, field, isJSON, metadata) = (.text(document.stringValue ?? document.text), nil, true, .null)
    }
  }

  /// The text of an object with its field, and the object without it; nil where no field is a text, or several are.
  ///
  /// - Parameter path: What stands before the object's fields in the names of those with a vector.
  private static func text(
    in object: JSON, _ embedded: [String], _ path: String = ""
  ) -> (text: String, field: String, rest: JSON)? {
    guard case .object(let members) = object else { return nil }
    let texts = members.filter { $0.value.stringValue != nil }
    func first(of texts: [JSON.Member]) -> JSON.Member? {
      names.lazy.compactMap { name in texts.first { $0.key == name } }.first ?? (texts.count == 1 ? texts.first : nil)
    }
    let withVector = texts.filter { embedded.contains(path + $0.key) }
    let named = first(of: withVector.filter { names.contains($0.key) })
    guard let member = named ?? first(of: texts) ?? first(of: withVector), let text = member.value.stringValue else {
      return nil
    }
    return (text, member.key, object.replacing(member.key, by: nil))
  }
}

extension JSON {
  /// The object with a member replaced, or without it.
  fileprivate func replacing(_ key: String, by value: JSON?) -> JSON {
    if let value { return setting(key, to: value) }
    return taking([key])?.rest ?? self
  }
}
