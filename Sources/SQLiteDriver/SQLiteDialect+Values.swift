import Database
import MemoryModel

/// A column holds whatever was written into it: its type is only asked for.
extension SQLiteDialect {
  var refusesOtherTypes: Bool { false }

  func sound(_ column: Column, of row: String) -> SQL {
    let value: SQL = "\(column, of: row)"
    return switch column.type {
    case .text:
      "CASE WHEN typeof(\(value)) = 'text' AND memsh_is_utf8(\(value)) THEN \(value) END"
    case .integer: "CASE typeof(\(value)) WHEN 'integer' THEN \(value) END"
    case .double: "CASE WHEN typeof(\(value)) IN ('real', 'integer') THEN \(value) END"
    case .boolean: "CASE WHEN typeof(\(value)) = 'integer' AND \(value) IN (0, 1) THEN \(value) END"
    case .timestamp: "memsh_timestamp(\(value))"
    case .json, .texts, .vector: value
    }
  }

  func fitted(_ column: Column, of row: String) -> SQL {
    let value: SQL = "\(column, of: row)"
    let instead: SQL = if case .value(let value)? = column.default { "\(value)" } else { "NULL" }
    guard column.allowed.isEmpty else { return instead }
    return switch column.type {
    case .text: "memsh_text(\(bytes(column, row)))"
    case .integer: "CASE typeof(\(value)) WHEN 'real' THEN CAST(\(value) AS INTEGER) ELSE \(instead) END"
    case .boolean: "\(value) IS TRUE"
    case .timestamp: "coalesce(memsh_timestamp(memsh_text(\(bytes(column, row)))), \(.now))"
    case .double, .json, .texts, .vector: instead
    }
  }

  private func bytes(_ column: Column, _ row: String) -> SQL { "CAST(\(column, of: row) AS BLOB)" }

  func withoutNUL(_ column: Column, of row: String) -> SQL {
    """
    CASE WHEN instr(\(bytes(column, row)), x'00') > 0 THEN memsh_without_nul(\(bytes(column, row)))
      ELSE \(column, of: row) END
    """
  }

  func trimmed(_ text: SQL, of characters: String) -> SQL {
    "trim(\(text), char(\(raw: characters.unicodeScalars.map { "\($0.value)" }.joined(separator: ", "))))"
  }

  func lowercased(_ text: SQL) -> SQL { "memsh_lower(CAST(\(text) AS BLOB))" }

  func jsonKind(_ column: Column, of row: String) -> SQL {
    "CASE typeof(\(column, of: row)) WHEN 'text' THEN memsh_json_kind(\(column, of: row)) END"
  }

  func jsonObject(_ column: Column, of row: String) -> SQL { "memsh_json_object(\(bytes(column, row)))" }

  func seconds(_ moment: SQL) -> SQL { "memsh_microseconds(\(moment)) / 1e6" }

  func dimensions(_ column: Column, of row: String) -> SQL {
    let value: SQL = "\(column, of: row)"
    return "CASE typeof(\(value)) WHEN 'blob' THEN length(\(value)) / 4.0 WHEN 'null' THEN NULL ELSE 0 END"
  }

  func norm(_ column: Column, of row: String) -> SQL { "memsh_norm(\(column, of: row))" }
}
