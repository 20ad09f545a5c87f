import MemoryModel

/// A row of an answer, which holds what it needs: it may be kept.
package protocol Row: ValueReading {
  /// A value as an added column has it.
  func added(_ column: Int) throws -> Value
}

extension Row {
  /// A number that every row has, such as a key or a count.
  package func number(_ column: Int) throws -> Int64 {
    guard let value = try integer(column) else { throw missing(column) }
    return value
  }

  /// A text that every row has.
  package func string(_ column: Int) throws -> String {
    guard let value = try text(column) else { throw missing(column) }
    return value
  }

  /// A truth value that every row has.
  package func flag(_ column: Int) throws -> Bool {
    guard let value = try boolean(column) else { throw missing(column) }
    return value
  }

  /// A moment that every row has.
  package func moment(_ column: Int) throws -> Timestamp {
    guard let value = try timestamp(column) else { throw missing(column) }
    return value
  }

  /// A value of a column's type.
  package func value(_ position: Int, of type: ColumnType) throws -> Value {
    switch type {
    case .integer: try integer(position).map(Value.integer) ?? .null
    case .double: try double(position).map(Value.double) ?? .null
    case .boolean: try boolean(position).map(Value.boolean) ?? .null
    case .timestamp: try timestamp(position).map(Value.timestamp) ?? .null
    case .vector: try vector(position).map(Value.vector) ?? .null
    case .json: try json(position).map(Value.json) ?? .null
    case .text: try text(position).map(Value.text) ?? .null
    case .texts: try texts(position).map(Value.texts) ?? .null
    }
  }
}
