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
      Anything else is a value: assert .memories.total = 500. Numbers compare as numbers, everything else as text.
      """)

  static let examples = [
    "stats; assert .memories.total > 0",
    "list --user ada; assert .length >= 1 --message 'ada has no memories'",
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
      "LEFT, one of =, !=, <, <=, >, >=, contains, then RIGHT; after them --message and what to say.",
      valueName: "left op right"))
  var words: [String]

  func validate() throws {
    let hasMessage = words.count == 5 && words[3] == "--message"
    guard words.count == 3 || hasMessage else { throw ValidationError("Write LEFT OP RIGHT, such as .length = 3") }
    guard Comparison(rawValue: words[1]) != nil else {
      throw ValidationError("'\(words[1])' is not a comparison; use =, !=, <, <=, >, >= or contains")
    }
  }

  private var left: String { words[0] }
  private var comparison: Comparison { Comparison(rawValue: words[1]) ?? .equal }
  private var right: String { words[2] }
  private var message: String? { words.count == 5 ? words[4] : nil }

  var onlyReads: Bool { true }

  func run(in session: Session) throws -> CommandResult {
    let found = try AssertCommand.value(left, in: session.lastResult)
    let expected = try AssertCommand.value(right, in: session.lastResult)
    guard holds(found, expected) else {
      let detail = "\(left) \(comparison.rawValue) \(right) does not hold: \(found) against \(expected)"
      throw MemshError(.assertionFailed, message ?? "assertion failed: \(detail)", cause: message == nil ? nil : detail)
    }
    return .nothing
  }

  private func holds(_ left: String, _ right: String) -> Bool {
    if comparison == .contains { return left.contains(right) }
    if let first = Double(left), let second = Double(right) { return compare(first, second) }
    return compare(left, right)
  }

  private func compare<Value: Comparable>(_ left: Value, _ right: Value) -> Bool {
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

  /// The text of a value; a path is followed into the last result.
  private static func value(_ text: String, in result: JSON) throws -> String {
    guard text.hasPrefix(".") else { return text }
    var value = result
    for step in text.split(whereSeparator: { ".[]".contains($0) }) {
      guard let next = value.step(String(step)) else {
        throw MemshError(
          .assertionFailed, "the last result has no \(text)", hint: "look at it with `--output json`")
      }
      value = next
    }
    return value.stringValue ?? value.text
  }
}

extension JSON {
  /// A member by its key, an element by its number, or the number of elements by `length`.
  fileprivate func step(_ name: String) -> JSON? {
    guard case .array(let items) = self else { return self[key: name] }
    if name == "length" { return .integer(items.count) }
    return Int(name).flatMap { items.indices.contains($0) ? items[$0] : nil }
  }
}
