import Database
import MemoryModel
import PostgresClient

/// A column of a table as the database describes it.
struct TableColumn {
  /// How its values are written into an image, so that they can be put back exactly.
  enum Notation {
    /// As JSON has them: numbers, texts, truth values and times.
    case plain
    /// As JSON numbers, but for the negative zero, which jsonb does not know.
    case float
    /// As a JSON array; with other bounds or dimensions as PostgreSQL writes it.
    case texts
    /// As it is; `null`, which an image has for NULL, and what looks like this very case, as `{"": "text"}`.
    case jsonb
    /// As `{"": "text"}`, because its text says more than its value: spaces, order, keys that come twice.
    case json
    /// As a text in PostgreSQL's own notation, which every type reads back.
    case text
  }

  /// Its name.
  let name: String
  /// Whether the server computes it, so that nothing can be written into it.
  let isGenerated: Bool
  /// The OID of its type, or of the type below its domain.
  let type: Int64

  var notation: Notation {
    switch type {
    case 16, 20, 21, 23, 25, 1043, 1082, 1114, 1184, 1700: .plain
    case 700, 701: .float
    case 1009, 1015: .texts
    case 3802: .jsonb
    case 114: .json
    default: .text
    }
  }

  /// The member of an image for this column of a row `t`: its name and its value, as arguments of jsonb_build_object.
  var member: String {
    let column = "t.\(name.quotedIdentifier)"
    // Not a cast to text: casts can be anybody's, and that of char(n) cuts spaces off.
    let text = "pg_catalog.format('%s', \(column))"
    // Not IS NULL, which is true of a row of NULLs.
    let isThere = "pg_catalog.num_nulls(\(column)) = 0"
    let value =
      switch notation {
      case .plain: "pg_catalog.to_jsonb(\(column))"
      case .float:
        "CASE WHEN \(text) = '-0' THEN pg_catalog.to_jsonb('-0'::text) ELSE pg_catalog.to_jsonb(\(column)) END"
      case .texts:
        """
        CASE WHEN pg_catalog.array_ndims(\(column)) > 1 OR pg_catalog.array_lower(\(column), 1) <> 1
          THEN pg_catalog.to_jsonb(\(text)) ELSE pg_catalog.to_jsonb(\(column)) END
        """
      case .jsonb:
        """
        CASE WHEN pg_catalog.jsonb_typeof(\(column)) = 'null'
            OR (pg_catalog.jsonb_typeof(\(column)) = 'object' AND pg_catalog.jsonb_exists(\(column), ''))
          THEN pg_catalog.jsonb_build_object('', \(text)) ELSE \(column) END
        """
      case .json: "CASE WHEN \(isThere) THEN pg_catalog.jsonb_build_object('', \(text)) END"
      case .text: "CASE WHEN \(isThere) THEN pg_catalog.to_jsonb(\(text)) END"
      }
    return "\(name.quotedPostgresLiteral), \(value)"
  }

  /// The value of this column of an image, given the image `image.value` and the record `r` that PostgreSQL makes of it,
  /// which takes every JSON null for NULL and every JSON string for a text of the type.
  var restored: String {
    guard notation == .json || notation == .jsonb else { return "r.\(name.quotedIdentifier)" }
    let value = "pg_catalog.jsonb_object_field(image.value, \(name.quotedPostgresLiteral))"
    return """
      CASE WHEN pg_catalog.jsonb_typeof(\(value)) = 'null' THEN NULL
        WHEN pg_catalog.jsonb_typeof(\(value)) = 'object' AND pg_catalog.jsonb_exists(\(value), '')
          THEN pg_catalog.jsonb_object_field_text(\(value), '')
        ELSE \(value)::text END::pg_catalog.\(notation == .json ? "json" : "jsonb")
      """
  }

  /// An image of some columns of a row `t`. A function takes a hundred arguments, a table may have more columns.
  static func image(_ columns: [TableColumn]) -> String {
    let size = 40
    let objects = stride(from: 0, to: columns.count, by: size).map { start in
      let members = columns[start..<min(start + size, columns.count)].map(\.member)
      return "pg_catalog.jsonb_build_object(\(members.joined(separator: ", ")))"
    }
    guard var image = objects.first else { return "'{}'::pg_catalog.jsonb" }
    for object in objects.dropFirst() { image = "pg_catalog.jsonb_concat(\(image), \(object))" }
    return image
  }
}
