import ArgumentParser
import Database
import MemoryModel
import MemoryServices

struct AssertCommand: ShellCommand {
  static let declaration = CommandConfiguration(
    commandName: "assert",
    abstract: "End the script with status 4 unless a comparison holds.",
    discussion: """
      A side that begins with a dot is a path into the last result as JSON: .memories.total, .[0].content, .length. \
      Anything else is a value: assert .memories.total = 500. Numbers compare as numbers, everything else as text. A path \
      by itself holds when what is there is neither false nor null, 0 or empty.
      """)

  static let examples = [
    "stats; assert .memories.total > 0",
    "list --user ada; assert .length >= 1 --message 'ada has no memories'",
    "stats; assert .memories.total --message 'there are no memories'",
    "sql 'SELECT count(*) AS n FROM memories'; assert .[0].n != 0",
  ]

  /// How the two sides are compared.
  enum Comparison: String {
    case equal = "="
    case unequal = "!="
    case less = "<"
    case lessOrEqual = "<="
    case greater = ">"
    case greaterOrEqual = ">="
    case contains
  }

  @Argument(
    parsing: .captureForPassthrough,
    help: ArgumentHelp(
      "LEFT, one of =, !=, <, <=, >, >=, contains, then RIGHT; or a path alone. After them --message and what to say.",
      valueName: "left op right"))
  var words: [String]

  func validate() throws {
    switch compared.count {
    case 1:
      guard compared[0].hasPrefix(".") else {
        throw ValidationError("Write LEFT OP RIGHT, such as .length = 3, or a path alone, such as .verified")
      }
    case 3:
      guard Comparison(rawValue: compared[1]) != nil else {
        throw ValidationError("'\(compared[1])' is not a comparison; use =, !=, <, <=, >, >= or contains")
      }
    default: throw ValidationError("Write LEFT OP RIGHT, such as .length = 3")
    }
  }

  private var hasMessage: Bool { words.count > 2 && words[words.count - 2] == "--message" }
  private var message: String? { hasMessage ? words.last : nil }
  /// The words without the message.
  private var compared: [String] { hasMessage ? words.dropLast(2) : words }

  var onlyReads: Bool { true }

  func run(in session: Session) throws -> CommandResult {
    let left = compared[0]
    let found = try AssertCommand.value(left, in: session.lastResult)
    guard compared.count == 3, let comparison = Comparison(rawValue: compared[1]) else {
      return try outcome(found.isTrue, "\(left) does not hold: it is \(found.text)")
    }
    let (first, second) = (found.plain, try AssertCommand.value(compared[2], in: session.lastResult).plain)
    return try outcome(
      AssertCommand.holds(first, comparison, second),
      "\(left) \(comparison.rawValue) \(compared[2]) does not hold: \(first) against \(second)")
  }

  private func outcome(_ holds: Bool, _ detail: String) throws -> CommandResult {
    guard holds else {
      throw MemshError(.assertionFailed, message ?? "assertion failed: \(detail)", cause: message == nil ? nil : detail)
    }
    return .nothing
  }

  private static func holds(_ left: String, _ comparison: Comparison, _ right: String) -> Bool {
    if comparison == .contains { return left.contains(right) }
    if let first = Double(left), let second = Double(right) { return compare(first, comparison, second) }
    return compare(left, comparison, right)
  }

  private static func compare<Value: Comparable>(_ left: Value, _ comparison: Comparison, _ right: Value) -> Bool {
    switch comparison {
    case .equal: left == right
    case .unequal: left != right
    case .less: left < right
    case .lessOrEqual: left <= right
    case .greater: left > right
    case .greaterOrEqual: left >= right
    case .contains: false
    }
  }

  /// A value; a path is followed into the last result.
  private static func value(_ text: String, in result: JSON) throws -> JSON {
    guard text.hasPrefix(".") else { return .string(text) }
    var value = result
    for step in text.split(whereSeparator: { ".[]".contains($0) }) {
      guard let next = value.step(String(step)) else {
        throw MemshError(
          .assertionFailed, "the last result has no \(text)", hint: "look at it with `--output json`")
      }
      value = next
    }
    return value
  }
}

extension JSON {
  /// A text as it is, everything else as JSON.
  fileprivate var plain: String { stringValue ?? text }

  /// Whether it is neither false nor null, 0 or empty.
  fileprivate var isTrue: Bool {
    switch self {
    case .null: false
    case .bool(let value): value
    case .number(let digits): Double(digits) != 0
    case .string(let text): !text.isEmpty
    case .array(let items): !items.isEmpty
    case .object(let members): !members.isEmpty
    case .nested: true
    }
  }

  /// A member by its key, an element by its number, or the number of elements by `length`.
  fileprivate func step(_ name: String) -> JSON? {
    guard case .array(let items) = self else { return self[key: name] }
    if name == "length" { return .integer(items.count) }
    return Int(name).flatMap { items.indices.contains($0) ? items[$0] : nil }
  }
}
