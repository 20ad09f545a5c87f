import Database
import MemoryModel
import MemoryServices

/// `:name` in a statement of SQL: the place of a variable's value, which the database binds.
enum SQLParameters {
  /// Numbers the places of a statement.
  ///
  /// Text in quotes, comments, PostgreSQL's casts (`::`) and dollar quotes are left as they are.
  ///
  /// - Parameters:
  ///   - sign: What stands before a number in the database's language: `$` or `?`.
  ///   - value: The value of a variable; nil when there is none.
  /// - Throws: `undefined_variable`.
  static func bound(
    _ statement: String, sign: String, value: (String) -> String?
  ) throws -> (statement: String, values: [String]) {
    var (output, names, values) = ("", [String](), [String]())
    var rest = Substring(statement)
    while let character = rest.first {
      if let skipped = skipped(rest) {
        output += rest.prefix(skipped)
        rest = rest.dropFirst(skipped)
        continue
      }
      let name = character == ":" ? rest.dropFirst().prefix { $0.isLetter || $0.isNumber || $0 == "_" } : ""
      guard let first = name.first, first.isLetter || first == "_" else {
        output.append(character)
        rest = rest.dropFirst()
        continue
      }
      if !names.contains(String(name)) {
        guard let value = value(String(name)) else {
          throw MemshError(
            .undefinedVariable, "the statement's :\(name) has no value",
            hint: "`set \(name) VALUE`, or -v \(name)=VALUE, gives it one")
        }
        names.append(String(name))
        values.append(value)
      }
      output += "\(sign)\((names.firstIndex(of: String(name)) ?? 0) + 1)"
      rest = rest.dropFirst(1 + name.count)
    }
    return (output, values)
  }

  /// How many characters at the beginning can hold no place; nil when the first one may.
  private static func skipped(_ text: Substring) -> Int? {
    func length(through end: String, from start: Int) -> Int {
      guard let range = text.dropFirst(start).firstRange(of: end) else { return text.count }
      return text[..<range.upperBound].count
    }
    switch text.first {
    case "'", "\"": return length(through: String(text.prefix(1)), from: 1)
    case "-" where text.hasPrefix("--"): return length(through: "\n", from: 2)
    case "/" where text.hasPrefix("/*"): return length(through: "*/", from: 2)
    case ":" where text.hasPrefix("::"): return 2
    case "$":
      let tag = text.dropFirst().prefix { $0.isLetter || $0.isNumber || $0 == "_" }
      guard text.dropFirst(1 + tag.count).first == "$" else { return nil }
      return length(through: "$\(tag)$", from: tag.count + 2)
    default: return nil
    }
  }
}
