import MemoryModel

/// The condition of `--live`: SQL of a user's own that is put between parentheses.
///
/// It goes to the database in the middle of a statement that only reads. So that it cannot end that statement and begin
/// another, it is read here first, and what the two databases read differently is refused.
enum LiveCondition {
  /// - Throws: `usage` for what is not one condition.
  static func check(_ condition: String, for backend: Backend) throws {
    if let reason = fault(in: condition, backend) {
      throw MemshError(
        .usage, "--live is not a condition: \(reason)",
        hint: "give what could stand behind WHERE: --live 'deleted_at IS NULL'")
    }
  }

  private static func fault(in condition: String, _ backend: Backend) -> String? {
    let characters = Array(condition.unicodeScalars)
    guard characters.contains(where: { !$0.properties.isWhitespace }) else { return "it is empty" }
    var depth = 0
    var quote: Unicode.Scalar?
    for (index, character) in characters.enumerated() {
      let next = index + 1 < characters.count ? characters[index + 1] : nil
      if character == "\0" { return "it has a NUL" }
      if backend == .postgres, character == "\\" { return "it has a backslash" }
      if let open = quote {
        if character == open { quote = nil }
        continue
      }
      switch character {
      case "'", "\"": quote = character
      case "`" where backend == .sqlite: quote = character
      case "[" where backend == .sqlite: quote = "]"
      case "(": depth += 1
      case ")":
        depth -= 1
        if depth < 0 { return "a parenthesis is closed that was not opened" }
      case ";": return "it has a semicolon, which ends a statement"
      case "-" where next == "-", "/" where next == "*": return "it has a comment"
      case "$" where backend == .postgres: return "it has a dollar sign"
      default: break
      }
    }
    if quote != nil { return "a quote is not closed" }
    return depth == 0 ? nil : "a parenthesis is not closed"
  }
}
