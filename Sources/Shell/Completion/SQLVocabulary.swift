import MemoryModel

/// The words of SQL that are worth completing, in small letters.
enum SQLVocabulary {
  static let keywords = [
    "all", "and", "as", "asc", "between", "by", "case", "cast", "cross", "delete", "desc", "distinct", "else", "end",
    "except", "exists", "explain", "false", "from", "full", "group", "having", "in", "inner", "insert", "intersect",
    "into", "is", "join", "left", "like", "limit", "not", "null", "offset", "on", "or", "order", "outer", "over",
    "partition", "recursive", "returning", "right", "select", "set", "then", "true", "union", "update", "using",
    "values", "when", "where", "with",
  ]

  private static let shared = [
    "abs", "avg", "coalesce", "count", "length", "lower", "max", "min", "nullif", "replace", "round", "row_number",
    "substr", "sum", "trim", "upper",
  ]
  private static let sqlite = [
    "date", "datetime", "glob", "group_concat", "ifnull", "instr", "json_array_length", "json_each", "json_extract",
    "json_type", "julianday", "printf", "strftime", "total", "typeof", "unixepoch",
  ]
  private static let postgres = [
    "age", "array_agg", "array_length", "date_part", "date_trunc", "generate_series", "jsonb_array_elements",
    "jsonb_each", "jsonb_object_keys", "jsonb_typeof", "left", "now", "pg_size_pretty", "pg_total_relation_size",
    "position", "regexp_replace", "right", "similarity", "split_part", "string_agg", "to_char", "to_tsvector", "unnest",
    "vector_dims",
  ]

  /// The functions that people ask with; only what both databases have where it is not known which one.
  static func functions(of backend: Backend?) -> [String] {
    switch backend {
    case .sqlite: (shared + sqlite).sorted()
    case .postgres: (shared + postgres).sorted()
    case nil: shared
    }
  }
}
