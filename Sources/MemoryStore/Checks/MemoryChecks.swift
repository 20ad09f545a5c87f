import Database
import MemoryModel

/// What can be wrong with memories.
extension Check {
  /// Those of memories, in the order in which they are made.
  static let ofMemories = [
    valueType, nulText, contentEmpty, userBlank, userVariants, categoryBlank, categoryVariants, importanceRange,
    accessNegative, metadataInvalid, timestampMalformed, timestampFuture, timestampOrder, accessBeforeCreated,
  ]

  private static let moments: [Column] = [.created, .updated, .lastAccess]
  private static let texts: [Column] = [.content, .userID, .category]

  package static let valueType = Check.ofTypes(
    "value_type", in: .memories, "values of another type than their column's, or text that is not UTF-8",
    fix: "convert them, or set the default", byNameBecause: "what is not a number is replaced by a default",
    // Moments have a check of their own; they must be text for that.
    columns: Table.memories.columns.map { $0.type == .timestamp ? Column($0.name, .text) : $0 })

  package static let nulText = Check(
    "nul_text", .warning, in: .memories, "text with a NUL, which PostgreSQL cannot hold", fix: "replace each by U+FFFD",
    isAgainstType: true, finds: .any(texts.map { "coalesce(\(withoutNUL: $0) <> t.\(name: $0.name), 0)" }),
    .values(texts.map { .set($0, to: "\(withoutNUL: $0)") }))

  package static let contentEmpty = Check(
    "content_empty", .error, in: .memories, "the content is empty or white space", fix: "delete the memories",
    byNameBecause: "the other columns of what is deleted may say something", finds: .isBlank(.content), .deletion)

  package static let userBlank = Check(
    "user_blank", .error, in: .memories, "the user id is empty or white space", fix: "set it to 'unknown'",
    byNameBecause: "there may be a user 'unknown', who would get them", finds: .isBlank(.userID),
    .values([.set(.userID, to: "\("unknown")")]))

  package static let userVariants = Check.ofVariants(
    "user_variants", of: .userID, "user ids differ only in case or spaces",
    byNameBecause: "ids may be case-sensitive: one person's memories would go to another", joins: .user)

  package static let categoryBlank = Check(
    "category_blank", .warning, in: .memories, "the category is empty or white space", fix: "take it away",
    finds: .isBlank(.category), .values([.set(.category, to: "NULL")]))

  package static let categoryVariants = Check.ofVariants(
    "category_variants", of: .category, "categories differ only in case or spaces",
    byNameBecause: "the application may look for the very form it wrote", joins: .category)

  package static let importanceRange = Check(
    "importance_range", .error, in: .memories, "the importance is not from 0 to 1",
    fix: "move it to the nearer end; NaN becomes 0.5",
    byNameBecause: "the application may use another scale, whose values would all become 0 or 1",
    finds: "\(sound: .importance) NOT BETWEEN \(0.0) AND \(1.0)",
    .values([.setWithinUnit(.importance, notANumber: MemoryFields.defaultImportance)]))

  package static let accessNegative = Check(
    "access_negative", .error, in: .memories, "the access count is negative", fix: "set it to 0",
    finds: "\(sound: .accessCount) < 0", .values([.set(.accessCount, to: "0")]))

  package static let metadataInvalid = Check(
    "metadata_invalid", .error, in: .memories, "the metadata is not a JSON object",
    fix: "put what there is under the key \"value\"",
    finds: "t.metadata IS NOT NULL AND \(jsonKind: .metadata) <> 'object'",
    .values([.set(.metadata, to: "\(dialect: { $0.jsonObject(.metadata, of: "t") })")]))

  package static let timestampMalformed = Check(
    "timestamp_malformed", .error, in: .memories, "a time cannot be read, or is infinite",
    fix: "take the nearest one that is known", byNameBecause: "the time that takes its place is a guess",
    finds: .any(moments.map(SQL.isMalformed)),
    .values([
      .set(
        .created, to: "coalesce(\(sound: .created), \(sound: .updated), \(.now))", where: "t.created_at IS NOT NULL"),
      .set(
        .updated, to: "coalesce(\(sound: .updated), \(sound: .created), \(.now))", where: "t.updated_at IS NOT NULL"),
      .set(.lastAccess, to: "\(sound: .lastAccess)"),
    ]))

  package static let timestampFuture = Check(
    "timestamp_future", .warning, in: .memories, "a time is in the future", fix: "set it to now",
    byNameBecause: "the clock that wrote it may be right, or off by its time zone",
    finds: .any(moments.map(SQL.isFuture)),
    .values(moments.map { .set($0, to: .now, where: .isFuture($0)) }))

  package static let timestampOrder = Check(
    "timestamp_order", .warning, in: .memories, "updated before it was created", fix: "set updated_at to created_at",
    byNameBecause: "either of the two times may be the wrong one", finds: "\(seconds: .updated) < \(seconds: .created)",
    .values([.set(.updated, to: "t.created_at")]))

  /// A second is forgiven: an application notes the one by its own clock and leaves the other to the database.
  package static let accessBeforeCreated = Check(
    "access_before_created", .warning, in: .memories, "read before it was created",
    fix: "set last_accessed_at to created_at", byNameBecause: "either of the two times may be the wrong one",
    finds: "\(seconds: .created) - \(seconds: .lastAccess) > \(1.0)", .values([.set(.lastAccess, to: "t.created_at")]))

  package static let exactDuplicates = Check(
    "exact_duplicates", .warning, in: .memories, "the same content of the same user more than once",
    fix: "merge, as dedup does",
    byNameBecause: "their categories and metadata may differ, and only one memory stays", comparesRows: true,
    finds: "t.id IN (\(dialect: { $0.repeatedMemories }))", .merging)

  /// A check of names that differ only in case and spaces: the most frequent form of them is taken for all.
  private static func ofVariants(
    _ name: String, of column: Column, _ what: String, byNameBecause: String, joins: Grouping
  ) -> Check {
    let form = Column("form", .text)
    let key: SQL = "\(dialect: { $0.lowercased("\(trimmed: form, of: "g")") })"
    // Counted first: shards group, and do not rank.
    let forms: SQL = """
      (SELECT g.form, \(function: "first_value")(\(trimmed: form, of: "g")) OVER (
          PARTITION BY \(key) ORDER BY g.rows DESC, \(form, of: "g")) AS common
        FROM (SELECT \(column, of: "m") AS form, count(*) AS rows FROM memories AS m GROUP BY 1) AS g)
      """
    return Check(
      name, .warning, in: .memories, what, fix: "use the most frequent form", byNameBecause: byNameBecause,
      comparesRows: true, joins: joins,
      finds: "\(column, of: "t") IN (SELECT v.form FROM \(forms) AS v WHERE v.common <> v.form AND v.common <> '')",
      .values([.set(column, to: "v.common")], from: ("\(forms) AS v", "v.form = \(column, of: "t")")))
  }
}
