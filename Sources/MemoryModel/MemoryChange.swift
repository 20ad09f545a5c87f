/// A new value for a column of `memories`.
package struct MemoryChange: Sendable, Equatable {
  /// The column.
  package let column: Column
  /// Its new value.
  package let value: Value

  /// Joins a column and a value of its type.
  package init(_ column: Column, _ value: Value) {
    self.column = column
    self.value = value
  }

  /// Gives the memory to a user.
  package static func userID(_ value: String) -> MemoryChange { MemoryChange(.userID, .text(value)) }
  /// Another text.
  package static func content(_ value: String) -> MemoryChange { MemoryChange(.content, .text(value)) }
  /// Another category, or none.
  package static func category(_ value: String?) -> MemoryChange { MemoryChange(.category, value.columnValue) }
  /// Another importance, or none.
  package static func importance(_ value: Double?) -> MemoryChange { MemoryChange(.importance, value.columnValue) }
  /// Other metadata, or none.
  package static func metadata(_ value: JSON?) -> MemoryChange { MemoryChange(.metadata, value.columnValue) }
  /// Another embedding, or none.
  package static func embedding(_ value: Vector?) -> MemoryChange { MemoryChange(.embedding, value.columnValue) }
  /// Another count of accesses, or none.
  package static func accessCount(_ value: Int64?) -> MemoryChange { MemoryChange(.accessCount, value.columnValue) }
  /// Another moment of the last access, or none.
  package static func lastAccessedAt(_ value: Timestamp?) -> MemoryChange {
    MemoryChange(.lastAccess, value.columnValue)
  }
  /// Another moment at which the memory was first stored, or none.
  package static func createdAt(_ value: Timestamp?) -> MemoryChange { MemoryChange(.created, value.columnValue) }
}

extension MemoryFields {
  /// What gives another memory all values of this one.
  package var changes: [MemoryChange] { MemoryFields.fields.map { MemoryChange($0.column, $0.value(self)) } }
}

extension MemoryChange {
  private var field: Field<MemoryFields>? { MemoryFields.fields.first { $0.column == column } }

  /// Whether the value is what a memory has, to the byte.
  package func isAlready(in fields: MemoryFields) -> Bool {
    switch (value, field?.value(fields)) {
    case (.text(let value), .text(let other)?): value.utf8.elementsEqual(other.utf8)
    case (.json(let value), .json(let other)?): JSON.areIdentical(value, other)
    // A NaN is the same as another one here.
    case (.double(let value), .double(let other)?): value == other || value.bitPattern == other.bitPattern
    case (let value, let other): value == other
    }
  }

  /// Puts the value into a memory.
  package func apply(to fields: inout MemoryFields) { _ = field?.set(&fields, value) }
}
