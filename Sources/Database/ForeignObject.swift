import MemoryModel

/// Something in a store's database that memsh neither made nor knows: what applications and administrators have added.
package struct ForeignObject: Sendable, Hashable {
  /// What it is, in the database's own words: `column`, `view`, `grant`.
  package let kind: String
  /// Its name, or what it says: `memories.status`, `SELECT on memories to app`.
  package let name: String
  /// How it is defined, where that tells two of one name apart.
  package let definition: String?
  /// The statement that takes it away; nil where there is none.
  package let drop: String?
  /// What it does when the tables get other rows.
  package let effect: Effect

  /// What something does when the tables get other rows.
  package enum Effect: Sendable, Hashable {
    case none
    /// Makes it impossible.
    case prevents
    /// Runs for every row.
    case fires
    /// Makes it impossible for rows that bring no value for it.
    case needsValue
    /// Makes it impossible while rows of others refer to those of the tables: the question that has an answer then, or
    /// nil when this role may not ask it.
    case refers(question: String?)
  }

  /// Creates an entry.
  package init(kind: String, name: String, definition: String? = nil, drop: String?, effect: Effect = .none) {
    self.kind = kind
    self.name = name
    self.definition = definition
    self.drop = drop
    self.effect = effect
  }

  /// Reads the answer to ``Dialect/objectsOfOthers``.
  package init(_ row: any Row) throws {
    let effect: Effect? =
      switch try row.string(4) {
      case "": Effect.none
      case "prevents": .prevents
      case "fires": .fires
      case "needs value": .needsValue
      case "refers": .refers(question: try row.text(5))
      default: nil
      }
    guard let effect else { throw row.missing(4) }
    self.init(
      kind: try row.string(0), name: try row.string(1), definition: try row.text(2), drop: try row.text(3),
      effect: effect)
  }

  /// `view active_memories`
  package var description: String { "\(kind) \(name)" }

  /// How many objects a sentence names.
  static let namedMaximum = 50

  /// Objects by kind and name, for a sentence.
  package static func list(_ objects: [ForeignObject]) -> String {
    let names = objects.prefix(namedMaximum).map(\.description).joined(separator: ", ")
    return objects.count > namedMaximum ? "\(names) and \(objects.count - namedMaximum) more" : names
  }

  /// Whether it is of the same kind and name as another one.
  package func isNamed(as other: ForeignObject) -> Bool { kind == other.kind && name == other.name }
}

extension MemshError {
  /// The refusal of what would take along what others made.
  ///
  /// - Parameters:
  ///   - what: What would do so: `restore`.
  ///   - instead: What to do to keep it.
  package static func wouldDrop(_ objects: [ForeignObject], _ what: String, instead: String) -> MemshError {
    let statements = objects.compactMap(\.drop).prefix(ForeignObject.namedMaximum)
    let drops = statements.isEmpty ? "" : "; or take it away yourself first: " + statements.joined(separator: "; ")
    return MemshError(
      .foreignObjects, "refused: \(what) would drop what others made: \(ForeignObject.list(objects))",
      hint: instead + drops)
  }

  /// The refusal of what others made possible no more.
  ///
  /// - Parameters:
  ///   - what: What they stand in the way of: `restore`.
  ///   - instead: What to do to keep it.
  package static func inTheWay(_ objects: [ForeignObject], of what: String, instead: String? = nil) -> MemshError {
    let statements = objects.compactMap(\.drop).prefix(ForeignObject.namedMaximum)
    let drops = statements.isEmpty ? nil : "take it away yourself first: " + statements.joined(separator: "; ")
    return MemshError(
      .foreignObjects, "refused: what others made stands in the way of \(what): \(ForeignObject.list(objects))",
      hint: [instead, drops].compactMap(\.self).joined(separator: "; or "))
  }

  /// The refusal of a backup that brings along what nobody here knows.
  package static func unknownIn(_ backup: StoreIdentity, _ objects: [ForeignObject]) -> MemshError {
    MemshError(
      .foreignObjects,
      "refused: \(backup.location) has what this store has not, and what runs by itself: \(ForeignObject.list(objects))",
      hint: "`memsh -d \(backup.location) sql \"SELECT sql FROM sqlite_master\"` shows it; if you trust it, copy the "
        + "file to the store's place instead")
  }
}
