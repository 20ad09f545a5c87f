import Database
import MemoryModel

/// A sum over rows that does not depend on their order: equal sums mean equal rows.
///
/// Taken once over the rows on their way in and once over what the store gives back, it verifies a migration of any
/// size in constant memory. Ids, users, contents, categories, importance, the time of creation and every bit of every
/// vector go in. Metadata does not, because databases may write the same JSON in other words; nor does what an agent
/// changes by reading a memory while the verification runs.
struct RowDigest: Equatable {
  private(set) var rows: Int64 = 0
  private var sum: UInt64 = 0
  private var mixedSum: UInt64 = 0

  mutating func add(id: Int64, _ fields: MemoryFields) {
    var hash = StreamHash()
    hash.add(UInt64(bitPattern: id))
    for text in [fields.userID, fields.content, fields.category ?? "\0"] { hash.add(text) }
    // SQLite keeps NaN as NULL, and a zero without its sign.
    let importance = fields.importanceScore.flatMap { $0.isNaN ? nil : $0 + 0 }
    hash.add(importance?.bitPattern ?? .max)
    hash.add(fields.createdAt.map { UInt64(bitPattern: $0.microseconds) } ?? .max)
    if let vector = fields.embedding { hash.add(vector.values) }
    rows += 1
    sum &+= hash.value
    // A second, differently mixed sum makes 128 bits.
    mixedSum &+= hash.value.multipliedFullWidth(by: hash.value | 1).high
  }
}
