import Database
import MemoryModel

/// What can be wrong with the records of duplicates.
///
/// Memories may be spread over several servers, and the records are not: the two are never joined row by row.
extension Check {
  /// Those of recorded duplicates, in the order in which they are made.
  static let ofDuplicates = [
    duplicatesValueType, duplicatesOrphaned, duplicatesHash, duplicatesScore,
  ]

  package static let duplicatesValueType = Check.ofTypes(
    "duplicates_value_type", in: .duplicates, "recorded duplicates with values of another type than their column's",
    fix: "convert them, or set NULL")

  package static let duplicatesOrphaned = Check(
    "duplicates_orphaned", .error, in: .duplicates, "recorded duplicates of memories that are gone",
    fix: "delete the records",
    finds: """
      \(.original, of: "t") IN (SELECT \(.original, of: "d") FROM memory_duplicates AS d EXCEPT SELECT m.id FROM memories AS m)
      """, .deletion)

  package static let duplicatesHash = Check(
    "duplicates_hash", .warning, in: .duplicates, "recorded hashes are none, or not that of the original any more",
    fix: "delete the records",
    finds: """
      \(function: "length")(\(.duplicateHash, of: "t")) <> 64
        OR \(dialect: { $0.trimmed("\(.duplicateHash, of: "t")", of: "0123456789abcdef") }) <> ''
        OR t.id IN (WITH d AS MATERIALIZED (
            SELECT r.id, \(.original, of: "r") AS original, \(.duplicateHash, of: "r") AS hash FROM memory_duplicates AS r
            WHERE \(.dedupType, of: "r") = 'exact')
          SELECT d.id FROM d JOIN memories AS m ON m.id = d.original
          WHERE \(dialect: { $0.sha256(.content, of: "m") }) <> d.hash)
      """, .deletion)

  package static let duplicatesScore = Check(
    "duplicates_score", .warning, in: .duplicates, "a similarity is not from 0 to 1", fix: "move it to the nearer end",
    finds: "\(sound: .similarity) NOT BETWEEN \(0.0) AND \(1.0)",
    .values([.setWithinUnit(.similarity, notANumber: 0)]))
}
