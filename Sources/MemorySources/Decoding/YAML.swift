internal import CYaml
import Database
import MemoryModel
import Yams

/// YAML as JSON values, both ways.
package enum YAML {
  /// Reads a document.
  ///
  /// - Throws: ``Refused``.
  package static func json(_ text: String) throws -> JSON {
    try checkBounds(text)
    do { return try Yams.compose(yaml: text).map(json) ?? .null } catch {
      // It quotes the line, which may be the whole file.
      throw Refused(description: String("\(error)".prefix(messageLength)))
    }
  }

  private static let messageLength = 300

  /// Why a document is not read.
  struct Refused: Error, CustomStringConvertible {
    let description: String
  }

  /// Looks at a document's events before anything is built of them: a few aliases of aliases make gigabytes of a kilobyte,
  /// and deep nesting exhausts the stack.
  private static func checkBounds(_ text: String) throws {
    var text = text
    try text.withUTF8 { bytes in
      var parser = yaml_parser_t()
      guard yaml_parser_initialize(&parser) == 1 else { throw Refused(description: "out of memory") }
      defer { yaml_parser_delete(&parser) }
      yaml_parser_set_encoding(&parser, YAML_UTF8_ENCODING)
      yaml_parser_set_input_string(&parser, bytes.baseAddress, bytes.count)
      var depth = 0
      while true {
        var event = yaml_event_t()
        // What is wrong with the document, Yams says better.
        guard yaml_parser_parse(&parser, &event) == 1 else { return }
        defer { yaml_event_delete(&event) }
        let line = event.start_mark.line + 1
        switch event.type {
        case YAML_STREAM_END_EVENT, YAML_NO_EVENT: return
        case YAML_ALIAS_EVENT:
          throw Refused(
            description: "line \(line) has an alias (*name), which memsh does not read: write the value out")
        case YAML_SEQUENCE_START_EVENT, YAML_MAPPING_START_EVENT: depth += 1
        case YAML_SEQUENCE_END_EVENT, YAML_MAPPING_END_EVENT: depth -= 1
        default: break
        }
        guard depth <= JSONParser.depthLimit else {
          throw Refused(description: "line \(line) is nested deeper than \(JSONParser.depthLimit)")
        }
      }
    }
  }

  /// Writes a document; long texts over several lines.
  ///
  /// - Throws: `usage` for a value that is nested too deep for people to edit.
  package static func text(_ json: JSON) throws -> String {
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
