import Database
import MemoryModel
import MemoryServices

/// What a command has to say. It prints nothing itself: a renderer does.
package struct CommandResult {
  /// What goes to standard output.
  package enum Output {
    case none
    /// Lines as they are, in every format.
    case text(String)
    case table(ResultTable)
    case record(ResultRecord)
  }

  /// What goes to standard output.
  package var output: Output
  /// What went wrong although there is something to show.
  package var failure: MemshError?
  /// Whether the session ends after this command.
  package var endsSession = false
  /// Whether what was planned was done, after which it is no longer as it was found.
  package var isDone = false
  /// What is to run as if it had been typed next.
  package var nextInput: String?
  /// What stands below the result, for people.
  package var remark: String?

  /// A result with what comes beside it.
  package init(_ output: Output, failure: MemshError? = nil, endsSession: Bool = false) {
    self.output = output
    self.failure = failure
    self.endsSession = endsSession
  }

  /// A command that has nothing to show.
  package static var nothing: CommandResult { CommandResult(.none) }
}

/// Rows with named columns. In JSON an array of objects, the names being the keys.
package struct ResultTable: Sendable {
  /// The names, in order, no two the same: they are the keys in JSON.
  package private(set) var columns: [String]
  /// The rows; each has a cell for every column.
  package var rows: [[Cell]]
  /// What the rows are, for the line that counts them: `result`, `object`.
  package let noun: String
  /// The columns that people see, in their order there; machines get all.
  package let shownColumns: [String]
  /// The column that people came for: it gets the width of the screen, and no other column is ever cut or wrapped.
  package private(set) var subject: String?
  /// Whether the subject is wrapped where there is no room for it, because every word of it is wanted, as of a command
  /// or a sentence of memsh's own; else it is cut, so that rows stay comparable.
  package private(set) var wrapsSubject: Bool
  /// The columns that give way where there is no room for the subject, the first one first.
  package let yielding: [String]
  /// How much of a list the rows are.
  package var listing: Listing
  /// The command or option that shows what is cut or left out.
  package var wholeWith = "--output vertical"
  /// The words that were searched for, to be marked.
  package var words: [String] = []

  /// A table of rows that all have the same columns.
  package init(
    columns: [String], rows: [[Cell]], noun: String = "row", shownColumns: [String]? = nil, subject: String? = nil,
    wrapsSubject: Bool = false, yielding: [String] = [], listing: Listing = Listing()
  ) {
    self.columns = columns
    self.rows = rows
    self.noun = noun
    self.shownColumns = shownColumns ?? columns
    self.subject = subject ?? (columns.contains("content") ? "content" : nil)
    self.wrapsSubject = wrapsSubject
    self.yielding = yielding
    self.listing = listing
  }

  /// The table with only the columns for a person's screen.
  var shown: ResultTable { with(shownColumns) }

  /// The table with some of its columns, in the order given.
  func with(_ names: [String]) -> ResultTable {
    let indexes = names.compactMap { columns.firstIndex(of: $0) }
    var table = self
    table.columns = indexes.map { columns[$0] }
    table.rows = rows.map { row in indexes.map { row[$0] } }
    return table
  }

  /// The table as a program gets it that may show it cut: what a screen can do without stands last.
  var ordered: ResultTable { with(columns.filter { !yielding.contains($0) } + columns.filter(yielding.contains)) }

  /// The table in which one column gives way and is wrapped.
  func wrapping(_ name: String?) -> ResultTable {
    var table = self
    (table.subject, table.wrapsSubject) = (name, true)
    return table
  }

  /// How many rows there are, and how the rest is seen: `(497 memories, 20 shown; next: list --after 20)`.
  var summary: StyledText {
    StyledText("(", .dim) + listing.summary(shown: rows.count, noun: noun) + StyledText(")", .dim)
  }

  /// The part of a cell that shows what was searched for.
  func excerpt(_ cell: Cell, width: Int) -> Cell {
    guard case .text(let text) = cell else { return cell }
    return .text(SearchedWords.excerpt(of: text, words, width: width))
  }

  /// A text of a row with the words marked that were searched for.
  func marked(_ text: StyledText) -> StyledText {
    words.isEmpty ? text : text.marking(.match) { word in words.contains { SearchedWords.matches(word, $0) } }
  }

  /// An array of objects.
  package var json: JSON {
    .array(rows.map { row in .object(zip(columns, row).map { JSON.Member($0, $1.json) }) })
  }
}

/// Named values, possibly in groups. In JSON one object.
package struct ResultRecord: Sendable {
  /// One named value or group.
  package struct Field: Sendable {
    /// The key in JSON and the name elsewhere.
    package let name: String
    /// What people read in a table.
    package let label: String
    /// The value.
    package let value: Value

    /// A field with any value.
    package init(_ name: String, _ value: Value) {
      self.name = name
      label = name.replacing("_", with: " ")
      self.value = value
    }

    /// A field with a plain value.
    package init(_ name: String, _ cell: Cell) {
      self.init(name, .cell(cell))
    }

    /// A field with a name that others gave, which people read as it is.
    package init(named name: String, _ cell: Cell) { self.init(named: name, .cell(cell)) }

    /// A field or group with a name that others gave.
    package init(named name: String, _ value: Value) {
      self.name = name
      label = name
      self.value = value
    }
  }

  /// A value or a group of fields.
  package indirect enum Value: Sendable {
    case cell(Cell)
    case record([Field])
    case chart(Chart)
    /// Rows of their own: an array of objects in JSON.
    case list(ResultTable)
  }

  /// What the record is, for people.
  package let title: String
  /// A sentence that says everything, which people read instead of the values.
  package let line: String?
  /// The values, in order.
  package let fields: [Field]
  /// The lines of a screen, where people need another form than values by their names; nil for that form.
  var screen: (@Sendable (Display) -> [StyledText])?
  /// What the record is about, where that is a text: a pipe gets it alone unless a format is asked for.
  var text: String?

  /// A record whose fields are shown in this order.
  package init(title: String, fields: [Field], line: String? = nil) {
    self.title = title
    self.line = line
    self.fields = fields
  }

  /// The values with the names of their groups in front: `memories.total`.
  package var flattened: [(name: String, cell: Cell)] { ResultRecord.flatten(fields, prefix: "") }

  private static func flatten(_ fields: [Field], prefix: String) -> [(name: String, cell: Cell)] {
    fields.flatMap { field -> [(name: String, cell: Cell)] in
      switch field.value {
      case .cell(let cell): [(prefix + field.name, cell)]
      case .record(let inner): flatten(inner, prefix: prefix + field.name + ".")
      case .chart(let chart): [(prefix + field.name, .json(chart.json))]
      case .list(let table): [(prefix + field.name, .json(table.json))]
      }
    }
  }

  /// One object.
  package var json: JSON { ResultRecord.json(fields) }

  private static func json(_ fields: [Field]) -> JSON {
    .object(
      fields.map { field in
        switch field.value {
        case .cell(let cell): JSON.Member(field.name, cell.json)
        case .record(let inner): JSON.Member(field.name, json(inner))
        case .chart(let chart): JSON.Member(field.name, chart.json)
        case .list(let table): JSON.Member(field.name, table.json)
        }
      })
  }
}
