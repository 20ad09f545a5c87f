/// What a column holds, whatever a database calls it.
package enum ColumnType: Sendable, Hashable {
  case integer, double, boolean, timestamp, vector, json
  /// Text of at most so many characters; nil for any length.
  case text(limit: Int?)
  /// A list of texts.
  case texts

  /// Text of any length.
  package static let text = ColumnType.text(limit: nil)
}

/// A column of a table that memsh knows: what its definitions, statements, exports, imports and checks are made from.
package struct Column: Sendable, Hashable {
  /// What a row gets that does not say.
  package enum Default: Sendable, Hashable {
    /// The present moment.
    case now
    case value(Value)
  }

  /// Its name in every database and every export.
  package let name: String
  /// What it holds.
  package let type: ColumnType
  /// Whether NULL is refused, by the memory system's applications, too.
  package let isRequired: Bool
  /// Whether memsh 0.1.0 refused NULL, though applications write it.
  package let wasRequired: Bool
  /// What a row gets that does not say; nil for NULL.
  package let `default`: Default?
  /// The only texts it takes; empty for any.
  package let allowed: [String]
  /// The table whose keys it holds; its rows go when those rows go.
  package let references: String?

  /// Describes a column.
  package init(
    _ name: String, _ type: ColumnType, isRequired: Bool = false, wasRequired: Bool = false, default: Default? = nil,
    allowed: [String] = [], references: String? = nil
  ) {
    self.name = name
    self.type = type
    self.isRequired = isRequired
    self.wasRequired = wasRequired
    self.default = `default`
    self.allowed = allowed
    self.references = references
  }

  /// The most characters of a text; nil for any number, and for other types.
  package var limit: Int? { if case .text(let limit) = type { limit } else { nil } }

  /// What is wrong with a value, for whoever wrote it; nil for one that the column takes.
  package func refusal(of value: Value) -> String? {
    switch value {
    case .null: return isRequired ? "\(name) is missing" : nil
    case .text(let text):
      if let limit, text.utf8.count > limit, text.unicodeScalars.count > limit {
        return "\(name) is longer than \(limit) characters"
      }
      guard allowed.isEmpty || allowed.contains(text) else {
        return "\(name) is not \(allowed.dropLast().joined(separator: ", ")) or \(allowed.last ?? "")"
      }
      return nil
    case .json(let json):
      guard json.nesting <= JSON.storableNesting else {
        return "\(name) is nested deeper than \(JSON.storableNesting) levels"
      }
      return json.hasStorableNumbers ? nil : "\(name) has a number of too many digits"
    default: return nil
    }
  }
}

/// A column, and where its value stands in the type of a row.
package struct Field<Owner>: Sendable {
  /// The column.
  package let column: Column
  /// The value that a row has.
  package let value: @Sendable (Owner) -> Value
  /// Gives a row another value; false for one of another type.
  package let set: @Sendable (inout Owner, Value) -> Bool

  /// Gives a row the value at a position of an answer's row; false for NULL where there must be a value.
  package let read: @Sendable (inout Owner, any ValueReading, Int) throws -> Bool

  /// Joins a column and a property.
  ///
  /// - Parameters:
  ///   - get: Reads the property: a key path's literal, which becomes a function here. A key path itself is looked at anew
  ///     for each value, which took a tenth of a migration's time.
  ///   - set: Writes the property.
  package init<Property: ColumnValue & Sendable>(
    _ column: Column, _ get: @escaping @Sendable (Owner) -> Property,
    set: @escaping @Sendable (inout Owner, Property) -> Void
  ) {
    self.column = column
    value = { get($0).columnValue }
    self.set = { owner, value in
      guard let property = Property(columnValue: value) else { return false }
      set(&owner, property)
      return true
    }
    read = { owner, row, position in
      guard let property = try Property.read(position, of: row) else { return false }
      set(&owner, property)
      return true
    }
  }
}
