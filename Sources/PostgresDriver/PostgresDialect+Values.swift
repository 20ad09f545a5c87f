import Database
import MemoryModel

extension PostgresDialect {
  var refusesOtherTypes: Bool { true }

  func sound(_ column: Column, of row: String) -> SQL {
    guard column.type == .timestamp else { return reading(column, of: row) }
    return "CASE WHEN pg_catalog.isfinite(\(column, of: row)) THEN \(column, of: row) END"
  }

  func fitted(_ column: Column, of row: String) -> SQL { reading(column, of: row) }

  func withoutNUL(_ column: Column, of row: String) -> SQL { reading(column, of: row) }

  func trimmed(_ text: SQL, of characters: String) -> SQL {
    let escapes = characters.unicodeScalars.map { scalar in
      let digits = String(scalar.value, radix: 16)
      return "\\U" + String(repeating: "0", count: 8 - digits.count) + digits
    }
    return "pg_catalog.btrim(\(text), E'\(raw: escapes.joined())')"
  }

  func lowercased(_ text: SQL) -> SQL { "pg_catalog.lower(\(text))" }

  private func json(_ column: Column, _ row: String) -> SQL { "\(raw: row).\(name: column.name)::jsonb" }

  func jsonKind(_ column: Column, of row: String) -> SQL {
    "pg_catalog.jsonb_typeof(\(json(column, row)))"
  }

  func jsonObject(_ column: Column, of row: String) -> SQL {
    """
    CASE WHEN \(jsonKind(column, of: row)) = 'null' THEN '{}'::jsonb
      ELSE pg_catalog.jsonb_build_object('value', \(json(column, row))) END
    """
  }

  func seconds(_ moment: SQL) -> SQL {
    "CASE WHEN pg_catalog.isfinite(\(moment)) THEN pg_catalog.date_part('epoch', \(moment)) END"
  }

  func dimensions(_ column: Column, of row: String) -> SQL { "vector_dims(\(column, of: row))" }

  func norm(_ column: Column, of row: String) -> SQL { "vector_norm(\(column, of: row))" }
}
