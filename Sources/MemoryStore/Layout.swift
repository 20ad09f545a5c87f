import Database
import MemoryModel

/// How the memories are laid out: in one table, over partitions, or over servers.
extension MemoryStore {
  /// The setting of memsh's own that says how the memories were laid out, and whether the records of duplicates referred
  /// to them before.
  static let layoutKey = "layout"

  /// The layout of the memories.
  package func laidOut() throws -> LaidOut {
    let state = try state()
    return LaidOut(state.layout, parts: try driver.capabilities.layout?.partCount(in: state) ?? 1)
  }

  /// The partitions or shards, in order; none for a single table.
  package func layoutParts() throws -> [LayoutPart] {
    guard let layout = driver.capabilities.layout, try state().tables[Table.memories.name] != nil else { return [] }
    return try layout.parts(in: state())
  }

  /// What a wish comes to on this server.
  ///
  /// - Throws: `usage` for a store that has only one layout, `store_failed` for a server that lacks what it takes.
  package func goal(of wish: LayoutWish) throws -> LaidOut {
    guard wish.layout != .single else { return LaidOut(.single, parts: 1) }
    guard let layout = driver.capabilities.layout else {
      throw MemshError(
        .usage, "a \(identity.backend.title) store is always a single table",
        hint: "partitions and Citus are PostgreSQL's: `migrate --from '\(identity.location)'` moves the store there")
    }
    let suiting = try layout.suitingParts(for: wish.layout)
    return LaidOut(wish.layout, parts: wish.parts ?? suiting)
  }

  /// The layout for new tables that the database is set to; nil where there is none.
  func presetLayout() throws -> LaidOut? {
    try driver.capabilities.layout?.presetLayout().map(goal(of:))
  }

  /// Whether a table has a layout already. Any number of parts will do for a wish that names none.
  package func has(_ wish: LayoutWish) throws -> Bool {
    let now = try laidOut()
    guard now.layout == wish.layout, try wish.layout == .single || state().isByUser else { return false }
    return try wish.parts.map { LaidOut(wish.layout, parts: $0) == now }
      ?? (state().partitions.allSatisfy { !$0.isForeign })
  }

  /// The refusal to bring memories into a store that has some in another layout.
  package func otherLayout(than wish: LayoutWish) throws -> MemshError {
    let shards = wish.parts.map { " --shards \($0)" } ?? ""
    return MemshError(
      .usage, "the store has memories already, laid out as \(try laidOut().description)",
      hint: "`schema --layout \(wish.layout.rawValue)\(shards)` lays them out anew; then migrate without --layout")
  }

  /// Makes sure that the memories can be laid out in another way.
  ///
  /// - Throws: `foreign_objects`, which names what stands in the way; `usage` for a change that takes two steps.
  package func refuseUnchangeableLayout(_ goal: LaidOut) throws {
    guard let layout = driver.capabilities.layout else { return }
    let state = try state()
    if state.layout != .single, goal.layout != .single, state.layout == .citus || goal.layout == .citus {
      throw MemshError(
        .usage, "the memories are laid out as \(try laidOut().description)",
        hint: "`schema --layout single` first, then `schema --layout \(goal.layout.rawValue) --shards \(goal.parts)`")
    }
    let objects = try layout.objectsInTheWay(of: goal.layout, in: state)
    guard objects.isEmpty else {
      throw MemshError.inTheWay(objects, of: "`--layout \(goal.layout.rawValue)`")
    }
    if goal.layout == .partitioned, try hasMemoriesWithoutUser() {
      throw MemshError(
        .storeFailed, "some memories have no user, and partitions are by user",
        hint:
          "`doctor --fix user_blank`, or: sql --write \"UPDATE memories SET user_id = 'unknown' WHERE user_id IS NULL\""
      )
    }
  }

  private func hasMemoriesWithoutUser() throws -> Bool {
    try driver.exists("SELECT 1 FROM \(Table.memories) WHERE \(name: Column.userID.name) IS NULL LIMIT 1")
  }

  /// Gives the memories another layout. Belongs into a transaction that has locked the tables.
  ///
  /// - Throws: As ``refuseUnchangeableLayout(_:)``; the tables may have changed since it was asked.
  package func layOut(_ goal: LaidOut, _ progress: any ProgressReporter) throws {
    guard let layout = driver.capabilities.layout else { return }
    try refuseUnchangeableLayout(goal)
    defer { forgetState() }
    let before = try recordedLayout()
    let referred = try layout.layOut(goal, in: state(), refers: before?.referred ?? true, progress)
    try driver.capabilities.schema.createLedger()
    try record(goal, referred: try state().layout == .single ? referred : before?.referred ?? true)
  }

  /// Does what can only be done when the transaction of ``layOut(_:_:)`` has been committed; does it also when an earlier
  /// command was interrupted before it.
  package func finishLayout() throws {
    forgetState()
    try driver.capabilities.layout?.finishLayout(in: state())
  }

  private func record(_ goal: LaidOut, referred: Bool) throws {
    let note = JSON.object([
      .init("layout", .string(goal.layout.rawValue)), .init("parts", .integer(Int64(goal.parts))),
      .init("duplicates_referred", .bool(referred)),
    ])
    try driver.execute(
      """
      INSERT INTO \(OwnTable.settings) (key, value) VALUES (\(MemoryStore.layoutKey), \(note))
      ON CONFLICT (key) DO UPDATE SET value = excluded.value
      """)
  }

  /// What memsh has noted of the layout; nil where it has not changed it.
  func recordedLayout() throws -> (layout: StoreLayout, referred: Bool)? {
    guard try mayRead(.settings) == true else { return nil }
    let note = try driver.first(
      "SELECT \(Column.layoutNote) FROM \(OwnTable.settings) WHERE key = \(MemoryStore.layoutKey)"
    ) { try $0.json(0) }
    guard let note = note ?? nil, let layout = note[key: "layout"]?.stringValue.flatMap(StoreLayout.init(rawValue:))
    else {
      return nil
    }
    return (layout, note[key: "duplicates_referred"] != .bool(false))
  }

  /// Makes sure that rows can be written.
  ///
  /// - Throws: `store_failed` where partitions stand on other servers: rows would end up where no filter finds them.
  func refuseForeignPartitions(_ state: StoreState) throws {
    guard let partition = state.partitions.first(where: \.isForeign) else { return }
    throw MemshError(
      .storeFailed,
      "refused: \(partition.name) stands on another server (postgres_fdw), where memsh does not write: a row that gets "
        + "another user would stay where nobody finds it",
      hint: "reading works; several servers are for Citus: migrate into a store that it looks after")
  }
}

extension Column {
  fileprivate static let layoutNote = Column("value", .json)
}
