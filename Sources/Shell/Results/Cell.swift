import Database
import MemoryModel
import MemoryServices

/// A value in a result.
package enum Cell: Sendable, Equatable {
  case null
  case boolean(Bool)
  case integer(Int64)
  /// A number; people see it with so many decimal places, or all of them for nil; machines see all of it.
  case double(Double, places: Int?)
  /// A number with all of its digits.
  case number(String)
  case text(String)
  case json(JSON)
  case timestamp(Timestamp)
  case vector(Vector)

  /// Text, or null.
  package static func optional(_ text: String?) -> Cell { text.map(Cell.text) ?? .null }

  /// A count.
  package static func count(_ value: some BinaryInteger) -> Cell { .integer(Int64(value)) }

  /// The value for machines that read JSON.
  package var json: JSON {
    switch self {
    case .null: .null
    case .boolean(let value): .bool(value)
    case .integer(let value): .integer(value)
    case .double(let value, _): .double(value)
    case .number(let digits): .number(digits)
    case .text(let value): .string(value)
    case .json(let value): value
    case .timestamp(let value): .string(value.iso8601)
    case .vector(let value): value.json
    }
  }

  /// The value for machines that read text: complete, nothing rounded; nil for NULL.
  package var plainText: String? {
    switch self {
    case .null: nil
    case .boolean(let value): value ? "true" : "false"
    case .integer(let value): String(value)
    case .double(let value, _) where !value.isFinite: "\(value)"
    case .double, .vector: json.text
    case .number(let value), .text(let value): value
    case .json(let value): value.text
    case .timestamp(let value): value.iso8601
    }
  }

  /// The value for people: numbers rounded, vectors cut short; nil for NULL.
  package var displayText: String? {
    switch self {
    case .double(let value, let places): places.map { fixed(value, places: $0) } ?? "\(value)"
    case .timestamp(let value): String(value.iso8601.prefix(19)).replacing("T", with: " ")
    case .vector(let value): value.summary
    default: plainText
    }
  }

  /// Whether people expect the value at the right edge of its column.
  package var isNumeric: Bool {
    switch self {
    case .integer, .double, .number: true
    default: false
    }
  }
}

/// A number with exactly so many decimal places.
func fixed(_ value: Double, places: Int) -> String {
  guard value.isFinite, abs(value) < 1e12 else { return "\(value)" }
  var scale: Int64 = 1
  for _ in 0..<places { scale *= 10 }
  let scaled = Int64((abs(value) * Double(scale)).rounded())
  let sign = value < 0 && scaled > 0 ? "-" : ""
  guard places > 0 else { return "\(sign)\(scaled)" }
  let fraction = String(scaled % scale)
  return "\(sign)\(scaled / scale).\(String(repeating: "0", count: places - fraction.count))\(fraction)"
}

extension Vector {
  /// `vector(3072) [0.01, -0.02, …] ‖v‖ 1.00`
  var summary: String {
    let first = values.prefix(2).map { fixed(Double($0), places: 2) }.joined(separator: ", ")
    return "vector(\(dimensions)) [\(first)\(dimensions > 2 ? ", …" : "")] ‖v‖ \(fixed(norm, places: 2))"
  }
}
