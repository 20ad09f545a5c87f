import MemoryModel

/// Keys and types of a JSON value, without the values, so that two runs have the same.
enum JSONShape {
  static func text(_ json: JSON) -> String { lines(json, "").joined(separator: "\n") }

  private static func lines(_ json: JSON, _ indent: String) -> [String] {
    switch json {
    case .null: ["null"]
    case .bool: ["boolean"]
    case .number: ["number"]
    case .string: ["string"]
    case .nested: ["nested"]
    case .object(let members): ["{"] + members.flatMap { member($0, indent + "  ") } + [indent + "}"]
    case .array(let items): elements(items, indent)
    }
  }

  private static func member(_ member: JSON.Member, _ indent: String) -> [String] {
    var value = lines(member.value, indent)
    value[0] = "\(indent)\(member.key): \(value[0])"
    return value
  }

  /// The different shapes of an array's elements, each once.
  private static func elements(_ items: [JSON], _ indent: String) -> [String] {
    var shapes: [[String]] = []
    for item in items {
      let shape = lines(item, indent)
      if !shapes.contains(shape) { shapes.append(shape) }
    }
    guard var joined = shapes.first else { return ["[]"] }
    for shape in shapes.dropFirst() {
      joined[joined.count - 1] += " | " + shape[0]
      joined += shape.dropFirst()
    }
    joined[0] = "[" + joined[0]
    joined[joined.count - 1] += "]"
    return joined
  }
}
