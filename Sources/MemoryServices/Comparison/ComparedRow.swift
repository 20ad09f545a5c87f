import Database
import MemoryModel
import MemoryStore

/// A memory of one of two places that are compared, as a store would hold it.
struct ComparedRow {
  /// Its id there.
  let id: String
  let fields: MemoryFields
  /// Whether the place tells when it was made; a migration gives others the time of the migration.
  let hasTimes: Bool

  /// The moment that the normaliser gives to rows without any: one that no row can have.
  static let untold = Timestamp.infinity

  init(_ row: PreparedRow) {
    id = row.oldID.map(String.init) ?? row.foreign?.row.legacyID ?? row.key
    hasTimes = row.foreign == nil || row.fields.createdAt != ComparedRow.untold
    fields = row.fields
  }

  /// What is compared beside user, content and vector: the name, a hash of the value that is the same for the same value,
  /// and the value itself.
  struct Part {
    let name: String
    let digest: UInt64
    let value: () -> JSON
  }

  /// The parts but for those that an agent's database gives by itself.
  var parts: [Part] {
    var parts = [
      part(.category, fields.category.map { .text($0) }), part(.importance, importance.map { .double($0) }),
      part(.accessCount, fields.accessCount.map { .integer($0) }),
      part(.lastAccess, fields.lastAccessedAt.map { .timestamp($0) }),
      part(.metadata, metadata.map { .json($0) }),
    ]
    parts += fields.added.map { added in
      let value = added.comparable
      return Part(name: added.column.name, digest: value.digest) { RowJSON.json(added: value) }
    }
    return parts
  }

  /// The times, where the place tells them.
  var times: [Part] {
    guard hasTimes else { return [] }
    return [
      part(.created, fields.createdAt.map { .timestamp($0) }), part(.updated, fields.updatedAt.map { .timestamp($0) }),
    ]
  }

  private func part(_ column: Column, _ value: Value?) -> Part {
    let value = value ?? .null
    return Part(name: column.name, digest: value.digest) { RowJSON.json(added: value) }
  }

  /// SQLite keeps NaN as NULL, and a zero without its sign.
  private var importance: Double? { fields.importanceScore.flatMap { $0.isNaN ? nil : $0 + 0 } }

  /// The metadata without what a migration notes in them, and without what only says a column again.
  private var metadata: JSON? { metadata { !repeatsColumn($0) } }

  /// A hash of the metadata without all keys that say a column again in one place or the other.
  var digestBesideColumns: UInt64 {
    let json = metadata { !ComparedRow.repeatingKeys.contains($0.key) }
    return (json.map { Value.json($0) } ?? .null).digest
  }

  /// The keys of metadata that may say a column again.
  static let repeatingKeys: Set = [
    Column.userID.name, Column.category.name, Column.importance.name, "importance", Column.accessCount.name,
    Column.lastAccess.name, Column.created.name, Column.updated.name,
  ]

  private func metadata(_ isKept: (JSON.Member) -> Bool) -> JSON? {
    guard case .object(let members)? = fields.metadata else { return fields.metadata }
    return .object(
      members.filter { !["legacy_id", "legacy_collection", "legacy_state"].contains($0.key) && isKept($0) })
  }

  private func repeatsColumn(_ member: JSON.Member) -> Bool {
    func isMoment(_ moment: Timestamp?) -> Bool {
      moment != nil && member.value.stringValue.flatMap(Timestamp.init(parsing:)) == moment
    }
    switch member.key {
    case Column.userID.name: return member.value == .string(fields.userID)
    case Column.category.name: return fields.category.map { member.value == .string($0) } ?? false
    case Column.importance.name, "importance":
      return importance != nil && member.value.doubleValue == importance
    case Column.accessCount.name:
      return fields.accessCount != nil && member.value.doubleValue == fields.accessCount.map(Double.init)
    case Column.lastAccess.name: return isMoment(fields.lastAccessedAt)
    case Column.created.name: return isMoment(fields.createdAt)
    case Column.updated.name: return isMoment(fields.updatedAt)
    default: return false
    }
  }
}

extension Value {
  /// A hash that is the same for values that say the same: the order of keys and the way a number is written say nothing.
  fileprivate var digest: UInt64 {
    var hash = StreamHash()
    switch self {
    case .null: hash.add(0)
    case .integer(let number): hash.add(UInt64(bitPattern: number), kind: 1)
    case .double(let number): hash.add(number.bitPattern, kind: 2)
    case .text(let text): hash.add(text)
    case .timestamp(let moment): hash.add(UInt64(bitPattern: moment.microseconds), kind: 3)
    case .json(let json): json.add(to: &hash)
    default: hash.add("\(self)")
    }
    return hash.value
  }
}

extension JSON {
  fileprivate func add(to hash: inout StreamHash) {
    switch self {
    case .null: hash.add(0, kind: 10)
    case .bool(let value): hash.add(value ? 1 : 0, kind: 11)
    case .number(let digits): hash.add("n" + JSON.plainNumber(digits))
    case .string(let text): hash.add("s" + text)
    case .array(let items):
      hash.add(UInt64(items.count), kind: 12)
      for item in items { item.add(to: &hash) }
    case .object(let members):
      hash.add(UInt64(members.count), kind: 13)
      for member in members.sorted(by: { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }) {
        hash.add(member.key)
        member.value.add(to: &hash)
      }
    case .nested(let text): hash.add("d" + text)
    }
  }

  /// The digits of a number without those that say nothing, and the power of ten behind them: `1.50` and `15e-1` are
  /// `15e-1`.
  static func plainNumber(_ written: String) -> String {
    let parts = written.lowercased().split(separator: "e", maxSplits: 1)
    guard let mantissa = parts.first, let exponent = Int(parts.count > 1 ? parts[1] : "0") else { return written }
    let isNegative = mantissa.hasPrefix("-")
    let halves = mantissa.drop { $0 == "-" }.split(separator: ".", maxSplits: 1)
    let fraction = halves.count > 1 ? halves[1] : ""
    let digits = ((halves.first ?? "") + fraction).drop { $0 == "0" }
    guard let last = digits.lastIndex(where: { $0 != "0" }) else { return "0" }
    let zeros = digits.distance(from: last, to: digits.endIndex) - 1
    let (power, overflows) = exponent.addingReportingOverflow(zeros - fraction.count)
    return overflows ? written : "\(isNegative ? "-" : "")\(digits[...last])e\(power)"
  }
}

extension StreamHash {
  fileprivate mutating func add(_ word: UInt64, kind: UInt64) {
    add(kind)
    add(word)
  }
}
