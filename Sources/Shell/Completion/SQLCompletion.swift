import Database
import MemoryModel
import MemoryStore

/// Answers what could stand at the end of SQL that is being typed.
struct SQLCompletion {
  private let source: CompletionSource

  /// - Parameter source: Knows the tables.
  init(_ source: CompletionSource) {
    self.source = source
  }

  /// What could take the place of the name at the end of a statement.
  ///
  /// - Parameter rest: What stands behind the cursor.
  func found(_ statement: String, followedBy rest: String = "") -> Completion.Found {
    let before = SQLWords(statement)
    guard !before.endsInside else { return Completion.Found() }
    let typed = before.typed
    var found = Completion.Found(kept: String(statement.dropLast(typed.count)))
    if before.sign == ":" {
      let variables = source.variables().sorted().map { Completion.Value($0) }
      found.values = Fitting.beginning(variables, with: typed)
    } else if before.sign == ".", let owner = before.words.last {
      let named = names(in: before.words.dropLast() + SQLWords(rest).words)
      let columns = columns(of: named.first { $0.alias == owner }?.relation ?? owner)
      // The tables may be named later.
      found.values = fitting(columns.isEmpty ? SQLCompletion.knownColumns : columns, typed)
    } else if ["from", "join", "into", "update", "table"].contains(before.words.last?.lowercased()) {
      found.values = fitting(relations, typed)
    } else {
      found.values = fitting(everything(before, rest), typed)
    }
    // A space behind the first word would come behind the quote that is closed.
    if found.kept.isEmpty { found.values = found.values.map { .init($0.text, about: $0.about, endsWord: false) } }
    return found
  }

  /// Columns of the tables that the statement names, else of memsh's; tables, functions and keywords where something is
  /// typed that they could be.
  private func everything(_ before: SQLWords, _ rest: String) -> [Completion.Value] {
    let named = names(in: before.words + SQLWords(rest).words)
    let columns = named.isEmpty ? SQLCompletion.knownColumns : named.flatMap { self.columns(of: $0.relation) }
    guard !before.typed.isEmpty else { return columns }
    let isUpper = before.typed.contains(where: \.isUppercase)
    let keywords = SQLVocabulary.keywords.map { Completion.Value(isUpper ? $0.uppercased() : $0) }
    let functions = SQLVocabulary.functions(of: source.backend()).map {
      Completion.Value((isUpper ? $0.uppercased() : $0) + "(", about: "function", endsWord: false)
    }
    return columns + relations + keywords + functions
  }

  /// The columns of memsh's tables.
  private static let knownColumns = Table.all.flatMap { table in
    table.columnNames.map { Completion.Value($0, about: "column of \(table.name)") }
  }

  private var relations: [Completion.Value] {
    source.stored(.relations, "").map { Completion.Value(SQLWords.written($0.text), about: $0.about) }
  }

  private func columns(of relation: String) -> [Completion.Value] {
    source.stored(.columns(relation: relation), "").map { column in
      Completion.Value(SQLWords.written(column.text), about: "\(column.about), column of \(relation)")
    }
  }

  /// The tables that are named, each with what else it is called there.
  private func names(in words: [String]) -> [(relation: String, alias: String)] {
    let relations = source.stored(.relations, "")
    var found: [(relation: String, alias: String)] = []
    for (index, word) in words.enumerated() {
      guard let relation = relations.first(where: { $0.text.lowercased() == word.lowercased() }) else { continue }
      let next = words.dropFirst(index + 1).first { $0.lowercased() != "as" }
      let isAlias = next.map { !SQLVocabulary.keywords.contains($0.lowercased()) } ?? false
      if !found.contains(where: { $0.relation == relation.text }) {
        found.append((relation.text, isAlias ? next ?? "" : relation.text))
      }
    }
    return Array(found.prefix(SQLCompletion.tablesMaximum))
  }

  /// No more tables are asked for their columns: a person waits for each of them.
  private static let tablesMaximum = 4

  /// The values that begin with a name in letters of any case.
  private func fitting(_ values: [Completion.Value], _ typed: String) -> [Completion.Value] {
    let fitting = values.filter { $0.text.drop { $0 == "\"" }.lowercased().hasPrefix(typed.lowercased()) }
    return Fitting.beginning(fitting, with: "")
  }
}

/// The words of SQL that is being typed.
struct SQLWords {
  /// The finished names and keywords, without quotes.
  private(set) var words: [String] = []
  /// The name at the end; empty behind anything else.
  private(set) var typed = ""
  /// What stands before it, if it is a sign that says what it is: `.` or `:`.
  private(set) var sign: Character?
  /// Whether the text ends inside a literal, a quoted name or a comment.
  private(set) var endsInside = false

  init(_ sql: String) {
    var rest = sql[...]
    var last: Character?
    while let character = rest.first {
      if SQLWords.isPart(character) {
        let word = rest.prefix(while: SQLWords.isPart)
        rest = rest.dropFirst(word.count)
        if rest.isEmpty { (typed, sign) = (String(word), last) } else { words.append(String(word)) }
        last = nil
      } else if character == "'" || character == "\"" {
        guard let end = rest.dropFirst().firstIndex(of: character) else {
          endsInside = true
          return
        }
        if character == "\"" { words.append(String(rest[rest.index(after: rest.startIndex)..<end])) }
        rest = rest[rest.index(after: end)...]
        last = nil
      } else if rest.hasPrefix("--") || rest.hasPrefix("/*") {
        guard let end = rest.firstRange(of: rest.hasPrefix("--") ? "\n" : "*/") else {
          endsInside = true
          return
        }
        rest = rest[end.upperBound...]
        last = nil
      } else {
        // `::text` is a type.
        last = character == ":" && last == ":" ? nil : character
        rest = rest.dropFirst()
        if rest.isEmpty { sign = last }
      }
    }
    if sign != ".", sign != ":" { sign = nil }
  }

  private static func isPart(_ character: Character) -> Bool {
    character.isLetter || character.isNumber || character == "_"
  }

  /// A name as SQL has it: in quotes where it would not be itself without them, whatever the database. `schema.table` is
  /// two names.
  static func written(_ name: String) -> String {
    let isPlain = name.split(separator: ".", omittingEmptySubsequences: false).allSatisfy { part in
      part.first.map { $0.isLetter || $0 == "_" } ?? false
        && part.allSatisfy { $0 == "_" || $0.isASCII && ($0.isLowercase || $0.isNumber) }
        && !SQLVocabulary.keywords.contains(String(part))
    }
    return isPlain ? name : name.quotedIdentifier
  }
}
