import MemoryModel

/// What `--map` names for a part: a column, a key inside a JSON column, or a constant.
///
/// Behind that of the vectors stands their form, where it is said.
enum MappedValue: Equatable {
  case column(String)
  /// The keys lead from the document into it.
  case key(column: String, keys: [String])
  case constant(String)

  /// Understands a value: `body`, `payload.data`, `"My column"."a.b"`, `'ada'`.
  ///
  /// A name that a column has as a whole is that column, dots or not.
  ///
  /// - Throws: `usage` for a column that the table does not have.
  init(_ text: String, of table: TableList.Table) throws {
    if let constant = try MappedValue.constant(text) {
      self = .constant(constant)
      return
    }
    if let column = table.column(named: text) {
      self = .column(column)
      return
    }
    let segments = try MappedValue.segments(text)
    for count in stride(from: segments.count, to: 0, by: -1) {
      let name = segments[..<count].joined(separator: ".")
      guard let column = table.column(named: name) else { continue }
      let keys = Array(segments[count...])
      self = keys.isEmpty ? .column(column) : .key(column: column, keys: keys)
      return
    }
    throw MemshError(
      .usage, "the table \(table.name) has no column '\(segments.first ?? text)'",
      hint: "its columns are: \(table.columnSummary)")
  }

  /// Understands where vectors stand, and in which form: `emb`, `emb:float64`, `payload.vector:json`.
  ///
  /// - Throws: `usage`.
  static func vector(_ text: String, of table: TableList.Table) throws -> (MappedValue, VectorForm?) {
    do { return (try MappedValue(text, of: table), nil) } catch {
      guard let colon = text.lastIndex(of: ":"), text[..<colon].count(where: { $0 == "\"" }).isMultiple(of: 2) else {
        throw error
      }
      let name = String(text[text.index(after: colon)...])
      let value = try MappedValue(String(text[..<colon]), of: table)
      guard let form = VectorForm(name: name) else {
        throw MemshError(
          .usage, "--map: vectors have no form '\(name)'", hint: "the forms are: \(VectorForm.list)")
      }
      return (value, form)
    }
  }

  /// The text between single quotes, which are doubled inside; nil where the value does not begin with one.
  private static func constant(_ text: String) throws -> String? {
    guard text.hasPrefix("'") else { return nil }
    let inner = text.dropFirst().dropLast()
    guard text.count > 1, text.hasSuffix("'"), !inner.replacing("''", with: "").contains("'") else {
      throw MemshError(.usage, "--map: the quotes of \(text) do not match", hint: "a constant is written 'so'")
    }
    return String(inner.replacing("''", with: "'"))
  }

  /// The names between dots; double quotes keep dots, and are doubled inside.
  static func segments(_ text: String) throws -> [String] {
    var segments = [""]
    var isQuoted = false
    var rest = text[...]
    while let character = rest.popFirst() {
      switch character {
      case "\"" where isQuoted && rest.first == "\"":
        segments[segments.count - 1].append(rest.removeFirst())
      case "\"": isQuoted.toggle()
      case "." where !isQuoted: segments.append("")
      default: segments[segments.count - 1].append(character)
      }
    }
    guard !isQuoted, !segments.contains("") else {
      throw MemshError(
        .usage, "--map: '\(text)' is not the name of a column or of a key",
        hint: #"write column, column.key or "odd column"."odd.key""#)
    }
    return segments
  }

  /// The value as `--map` takes it.
  static func text(column: String, keys: [String] = []) -> String {
    ([column] + keys).map { name in
      let isPlain = !name.isEmpty && name.allSatisfy { $0.isLetter || $0.isNumber || $0 == "_" || $0 == "-" }
      return isPlain ? name : name.quotedIdentifier
    }.joined(separator: ".")
  }
}

extension String {
  /// The name that a screen shows as this: there `\n`, `\x1b` and `\u{200f}` stand for characters that it cannot show.
  var readingVisibleControls: String {
    replacing(/\\(?:([nrt])|x([0-9a-f]{2})|u\{([0-9a-f]{1,6})\})/) { match in
      if let letter = match.1 { return letter == "n" ? "\n" : letter == "r" ? "\r" : "\t" }
      let scalar = (match.2 ?? match.3).flatMap { UInt32($0, radix: 16) }.flatMap(Unicode.Scalar.init)
      return scalar.map { String($0) } ?? String(match.0)
    }
  }
}

extension TableList.Table {
  /// The column of a name, as the table writes it; in other letters of the same word where only one is meant.
  func column(named name: String) -> String? {
    if let exact = columns.first(where: { $0.utf8.elementsEqual(name.utf8) }) { return exact }
    let shown = name.readingVisibleControls
    if let exact = columns.first(where: { $0.utf8.elementsEqual(shown.utf8) }) { return exact }
    let alike = columns.filter { $0.lowercased() == name.lowercased() }
    return alike.count == 1 ? alike[0] : nil
  }

  /// The columns in one line, cut to what a person can read.
  var columnSummary: String {
    let shown = columns.prefix(Self.namesShown).joined(separator: ", ")
    let more = columns.count - Self.namesShown
    return more > 0 ? "\(shown) and \(more) more" : shown
  }

  private static let namesShown = 20
}
