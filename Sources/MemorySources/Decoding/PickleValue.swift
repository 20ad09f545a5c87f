import MemoryModel

/// A value that Python pickled, as plain data.
enum PickleValue: Sendable, Equatable {
  case none
  case bool(Bool)
  case int(Int64)
  case double(Double)
  case string(String)
  /// A text that is not UTF-8: Python keeps halves of surrogate pairs.
  case bytes([UInt8])
  /// A list or a set.
  case list([PickleValue])
  case tuple([PickleValue])
  /// Keys with their values, in the order in which they were put in.
  case dict([Pair])
  /// An object of a class, named `module.class`, with the state that its class would be given.
  indirect case object(className: String, state: PickleValue)

  struct Pair: Sendable, Equatable {
    let key: PickleValue
    let value: PickleValue
  }

  /// The value of a key that is a string; nil when there is none, or this is not a dict.
  subscript(key: String) -> PickleValue? {
    guard case .dict(let pairs) = self else { return nil }
    // The last one wins, as in Python.
    return pairs.last { $0.key == .string(key) }?.value
  }

  /// The items of a list, a set or a tuple; nil for other values.
  var items: [PickleValue]? {
    switch self {
    case .list(let items), .tuple(let items): items
    default: nil
    }
  }

  /// The value as JSON, as Python's `json` would write it but for numbers that are not finite, which become texts; nil
  /// where something in it has no such form.
  var json: JSON? {
    switch self {
    case .none: return .null
    case .bool(let flag): return .bool(flag)
    case .int(let number): return .integer(number)
    case .double(let number): return SourceValue.real(number).json
    case .string(let text): return .string(text)
    case .bytes, .object: return nil
    case .list(let items), .tuple(let items):
      let values = items.compactMap(\.json)
      return values.count == items.count ? .array(values) : nil
    case .dict(let pairs):
      var members: [JSON.Member] = []
      var places: [ExactText: Int] = [:]
      for pair in pairs {
        guard let key = pair.key.jsonKey, let value = pair.value.json else { return nil }
        if let place = places[ExactText(key)] {
          members[place].value = value
        } else {
          places[ExactText(key)] = members.count
          members.append(JSON.Member(key, value))
        }
      }
      return .object(members)
    }
  }

  private var jsonKey: String? {
    switch self {
    case .string(let text): text
    case .int(let number): String(number)
    default: nil
    }
  }
}
