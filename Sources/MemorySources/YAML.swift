import MemoryCore
import Yams

/// YAML as JSON values, both ways.
public enum YAML {
  /// Reads a document.
  ///
  /// - Throws: What Yams finds wrong with it, with the line.
  public static func json(_ text: String) throws -> JSON { try Yams.compose(yaml: text).map(json) ?? .null }

  /// Writes a document; long texts over several lines.
  ///
  /// - Throws: `usage` for a value that is nested too deep for people to edit.
  public static func text(_ json: JSON) throws -> String {
    try Yams.serialize(node: try node(json), allowUnicode: true)
  }

  private static func node(_ json: JSON) throws -> Node {
    switch json {
    case .null: Node("null", Tag(.null))
    case .bool(let flag): Node(flag ? "true" : "false", Tag(.bool))
    case .number(let digits): Node(digits, Tag(Int64(digits) == nil ? .float : .int))
    case .string(let text):
      Node.scalar(
        Node.Scalar(text, Tag(.str), text.contains("\n") ? .literal : .doubleQuoted))
    case .array(let items): Node(try items.map(node))
    case .object(let members): Node(try members.map { (Node($0.key), try node($0.value)) })
    case .nested:
      throw MemshError(
        .usage, "it is nested deeper than \(JSONParser.depthLimit) levels",
        hint: "`edit ID --metadata JSON` replaces metadata as a whole")
    }
  }

  private static func json(_ node: Node) -> JSON {
    switch node {
    case .mapping(let mapping):
      return .object(mapping.map { JSON.Member($0.key.string ?? "", json($0.value)) })
    case .sequence(let sequence): return .array(sequence.map(json))
    case .scalar(let scalar):
      // What stands in quotes is text, whatever it looks like.
      guard scalar.style == .plain else { return .string(scalar.string) }
      if node.null != nil { return .null }
      // As in YAML 1.2: `yes` and `no` are words.
      if ["true", "false"].contains(scalar.string) { return .bool(scalar.string == "true") }
      // The digits as they are: a number may have more than any type holds.
      if case .number(let digits)? = try? JSONParser.parse(scalar.string) { return .number(digits) }
      if let number = node.int { return .integer(Int64(number)) }
      if let number = node.float { return .double(number) }
      return .string(scalar.string)
    case .alias: return .null
    }
  }
}
