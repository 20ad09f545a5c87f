import Foundation
import MemoryModel

/// Rows as JSON objects: how they are exported and imported.
package enum RowJSON {
  /// A memory; nothing is left out but, if so wanted, the embedding.
  package static func json(_ memory: Memory, embeddings: Bool) -> JSON {
    let record = Record(id: memory.id, values: memory.fields.values, added: memory.fields.added)
    return json(record, of: .memories, embeddings: embeddings)
  }

  /// A row; the columns that others added stand behind those that memsh knows.
  package static func json(_ row: Record, of table: Table, embeddings: Bool) -> JSON {
    var members = [JSON.Member("table", .string(table.name)), JSON.Member("id", .integer(row.id))]
    for (column, value) in zip(table.columns, row.values) where embeddings || column.type != .vector {
      members.append(JSON.Member(column.name, json(value)))
    }
    members += row.added.map { JSON.Member($0.column.name, json(added: $0.value)) }
    return .object(members)
  }

  /// A value of an added column, so that its type and all of its digits come back.
  package static func json(added value: Value) -> JSON {
    guard case .double(let number) = value else { return json(value) }
    // JSON has no infinity, but a number that is too large is read as one.
    return number.isFinite ? .number("\(number)") : .number(number < 0 ? "-9e999" : "9e999")
  }

  /// A value of a column that memsh knows.
  package static func json(_ value: Value) -> JSON {
    switch value {
    case .null: .null
    case .integer(let value): .integer(value)
    // JSON has no NaN and no infinity: those are strings.
    case .double(let value): value.isFinite ? .double(value) : .string("\(value)")
    case .text(let value): .string(value)
    case .boolean(let value): .bool(value)
    case .texts(let values): .array(values.map(JSON.string))
    case .timestamp(let value): .string(value.iso8601)
    case .json(let value): value
    // The shortest digits that read back as the same 32-bit floats; null for a vector with NaN or infinity, which JSON
    // and pgvector cannot hold.
    case .vector(let value): value.isFinite ? value.json : .null
    case .bytes(let bytes): .object([JSON.Member("base64", .string(Data(bytes).base64EncodedString()))])
    case .integers(let values): .array(values.map { .integer($0) })
    }
  }

  // MARK: Reading

  /// What is wrong with a row.
  package struct Unreadable: Error {
    /// What is wrong with it.
    package let reason: String
    /// What can be done, beside mending the row.
    package let hint: String?

    /// Creates an error.
    package init(reason: String, hint: String? = nil) {
      self.reason = reason
      self.hint = hint
    }
  }

  /// A memory and its id, if it has one. What is left out gets the column's default; null is NULL.
  ///
  /// - Parameters:
  ///   - vector: The embedding, where it has been read already; in place of what the object says.
  ///   - added: The columns that others added to the table.
  package static func memory(
    _ json: JSON, vector: Vector? = nil, now: Timestamp, added: [AddedColumn] = []
  ) throws -> (id: Int64?, fields: MemoryFields) {
    let (id, row) = try row(json, of: .memories, vector: vector, now: now, added: added)
    var fields = try MemoryFields(values: row.values, added: row.added)
    guard !fields.userID.isEmpty else {
      throw Unreadable(reason: "user_id is not a text of 1 to \(MemoryFields.userIDLimit) characters")
    }
    // A memory that was never changed counts as changed when it was made.
    if json[key: Column.updated.name] == nil { fields.updatedAt = fields.createdAt }
    return (id, fields)
  }

  /// A row and its id, if it has one. What is left out gets the column's default; null is NULL.
  package static func row(
    _ json: JSON, of table: Table, vector: Vector? = nil, now: Timestamp, added: [AddedColumn] = []
  ) throws -> (id: Int64?, row: Record) {
    guard case .object(let members) = json else { throw Unreadable(reason: "the row is not an object") }
    let known = ["table"] + table.columnNames + added.map(\.name)
    if let other = members.first(where: { !known.contains($0.key) }) {
      throw Unreadable(reason: "there is no column '\(other.key)'")
    }
    let values = try table.columns.map { column -> Value in
      let read = column.type == .vector ? vector.map(Value.vector) : nil
      let value = try read ?? json[key: column.name].map { try RowJSON.value($0, of: column) } ?? column.value(now: now)
      if let refusal = column.refusal(of: value) { throw Unreadable(reason: refusal) }
      return value
    }
    let others = try added.compactMap { column in
      try json[key: column.name].map { AddedValue(column: column, value: try addedValue($0, of: column)) }
    }
    return (try integer(json[key: "id"], "id"), Record(id: 0, values: values, added: others))
  }

  private static func value(_ json: JSON, of column: Column) throws -> Value {
    guard json != .null else { return .null }
    let name = column.name
    func wrong(_ what: String) -> Unreadable { Unreadable(reason: "\(name) is not a \(what)") }
    switch column.type {
    case .integer: return try integer(json, name).columnValue
    case .double:
      guard let number = json.doubleValue ?? json.stringValue.flatMap(Double.init) else { throw wrong("number") }
      return .double(number)
    case .text:
      guard let text = json.stringValue else { throw wrong("text") }
      return .text(text)
    case .boolean:
      guard case .bool(let flag) = json else { throw wrong("truth value") }
      return .boolean(flag)
    case .texts:
      guard let texts = json.arrayValue?.map(\.stringValue), texts.allSatisfy({ $0 != nil }) else {
        throw wrong("list of texts")
      }
      return .texts(texts.compactMap(\.self))
    case .timestamp:
      guard let text = json.stringValue else { throw wrong("text") }
      guard let moment = Timestamp(parsing: text) else { throw wrong("moment: '\(text.prefix(40))'") }
      return .timestamp(moment)
    case .json: return .json(json)
    case .vector: return .vector(try vector(json, name))
    }
  }

  private static func integer(_ json: JSON?, _ name: String) throws -> Int64? {
    guard let json, json != .null else { return nil }
    guard let number = json.integerValue else { throw Unreadable(reason: "\(name) is not a whole number") }
    return Int64(number)
  }

  private static func vector(_ json: JSON, _ name: String) throws -> Vector {
    guard let items = json.arrayValue else { throw Unreadable(reason: "\(name) is not a list of numbers") }
    return Vector(
      try items.map { item -> Float in
        guard case .number(let digits) = item, let float = Float(digits), float.isFinite else {
          throw Unreadable(reason: "\(name) has something that is not a 32-bit number: \(item.text.prefix(20))")
        }
        return float
      })
  }

  private static func addedValue(_ json: JSON, of column: AddedColumn) throws -> Value {
    switch json {
    case .null: return .null
    case .string(let text): return .text(text)
    case .number(let digits):
      return Int64(digits).map(Value.integer) ?? Double(digits).map(Value.double) ?? .text(digits)
    default:
      guard let data = json[key: "base64"]?.stringValue.flatMap({ Data(base64Encoded: $0) }) else {
        throw Unreadable(reason: "\(column.name) is not a text, number or bytes")
      }
      return .bytes(Array(data))
    }
  }
}

extension Column {
  /// What a row gets that does not say.
  fileprivate func value(now: Timestamp) -> Value {
    switch `default` {
    case nil: .null
    case .now?: .timestamp(now)
    case .value(let value)?: value
    }
  }
}
