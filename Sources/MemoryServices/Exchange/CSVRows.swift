import Database
import MemoryModel
import MemoryStore

/// Memories as comma-separated values (RFC 4180). As with PostgreSQL's COPY, an empty field is NULL, and an empty field
/// in quotes is the empty text.
enum CSVRows {
  /// The columns, in order: those of the table, and behind them those that others added.
  static func columns(embeddings: Bool, added: [AddedColumn] = []) -> [String] {
    ["id"] + Table.memories.columns.filter { embeddings || $0.type != .vector }.map(\.name) + added.map(\.name)
  }

  /// A row of an exported memory.
  static func line(_ memory: JSON, columns: [String]) -> String {
    columns.map { name in
      switch memory[key: name] {
      case .string(let text)?: text.csvField
      case .null?, nil: ""
      case let value?: value.text.csvField
      }
    }.joined(separator: ",")
  }

  /// Takes lines until a record is complete: a field in quotes may go over several.
  struct Reader {
    private let next: () throws -> String?
    /// The number of the last line taken.
    private(set) var line = 0

    init(_ next: @escaping () throws -> String?) { self.next = next }

    /// The fields of the next record, nil for NULL; nil at the end.
    mutating func record() throws -> [String?]? {
      var blank: String? = ""
      // An empty line, as editors leave it at the end, is not a row.
      while let text = blank, text.isEmpty || text == "\r" {
        blank = try next()
        line += blank == nil ? 0 : 1
      }
      guard var text = blank else { return nil }
      let first = line
      var quotes = text.utf8.count { $0 == 0x22 }
      while quotes % 2 == 1 {
        guard let more = try next() else {
          throw RowJSON.Unreadable(reason: "a quote that opens on line \(first) is never closed")
        }
        line += 1
        quotes += more.utf8.count { $0 == 0x22 }
        text += "\n" + more
      }
      return try fields(text.hasSuffix("\r") ? String(text.dropLast()) : text)
    }

    private func fields(_ text: String) throws -> [String?] {
      var fields: [String?] = []
      var field = String.UnicodeScalarView()
      var (isQuoted, isInQuotes, quoteBefore) = (false, false, false)
      for scalar in text.unicodeScalars {
        if isInQuotes, scalar == "\"" {
          isInQuotes = false
          quoteBefore = true
          continue
        }
        switch scalar {
        case "\"" where quoteBefore:
          field.append("\"")
          isInQuotes = true
        case "\"" where field.isEmpty: (isQuoted, isInQuotes) = (true, true)
        case "," where !isInQuotes:
          fields.append(field.isEmpty && !isQuoted ? nil : String(field))
          (field, isQuoted) = (String.UnicodeScalarView(), false)
        case _ where quoteBefore: throw RowJSON.Unreadable(reason: "text stands behind a closing quote")
        default: field.append(scalar)
        }
        quoteBefore = false
      }
      fields.append(field.isEmpty && !isQuoted ? nil : String(field))
      return fields
    }
  }

  /// A record as the JSON of a memory.
  ///
  /// - Parameter added: The columns that others added to the table that it goes to.
  static func json(_ record: [String?], columns: [String], added: [AddedColumn]) throws -> JSON {
    guard record.count == columns.count else {
      throw RowJSON.Unreadable(reason: "there are \(record.count) fields for \(columns.count) columns")
    }
    return .object(
      try zip(columns, record).map { name, field in
        guard let field else { return JSON.Member(name, .null) }
        if let column = added.first(where: { $0.name == name }) { return JSON.Member(name, value(field, of: column)) }
        guard ["id", "access_count", "importance_score", "metadata", "embedding"].contains(name) else {
          return JSON.Member(name, .string(field))
        }
        // NaN is no JSON, but a value of a column.
        if name == "importance_score", Double(field)?.isFinite == false { return JSON.Member(name, .string(field)) }
        guard let json = try? JSONParser.parse(field) else {
          throw RowJSON.Unreadable(reason: "\(name) cannot be read: '\(field.prefix(40))'")
        }
        return JSON.Member(name, json)
      })
  }
}

extension CSVRows {
  /// What a field says of a column of SQLite, where its value may be of any type; to PostgreSQL everything is text.
  private static func value(_ field: String, of column: AddedColumn) -> JSON {
    guard column.database == .sqlite else { return .string(field) }
    if field.hasPrefix("{\"base64\""), let json = try? JSONParser.parse(field) { return json }
    // Without a type, its values say what it is.
    let isNumber = column.held.map { $0 == ["integer"] || $0 == ["real"] } ?? false
    let affinity = isNumber ? .numeric : SQLiteAffinity(declared: column.type)
    return RowJSON.json(added: affinity.value(of: field))
  }
}

extension String {
  /// The text as a field of comma-separated values: in quotes where it is empty or has a comma, a quote or a line's end.
  package var csvField: String {
    guard isEmpty || utf8.contains(where: { [0x22, 0x2C, 0x0A, 0x0D].contains($0) }) else { return self }
    // Scalar by scalar: a quote with a combining mark behind it is another character.
    var field = String.UnicodeScalarView("\"".unicodeScalars)
    for scalar in unicodeScalars { field.append(contentsOf: scalar == "\"" ? [scalar, scalar] : [scalar]) }
    return String(field) + "\""
  }
}
