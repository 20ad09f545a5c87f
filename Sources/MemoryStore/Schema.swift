import Database
import MemoryModel

/// The tables of the memory system and memsh's own, as a database has them and as it is made to have them.
extension MemoryStore {
  /// Every table, index and trigger of the memory system with its state. Never writes.
  package func schema() throws -> [SchemaObject] { try state().schema }

  /// Creates the tables and triggers that are missing, for vectors of `space`, and records the space where none is.
  ///
  /// - Parameter layout: How the memories are laid out where there are none yet; nil for what the database is set to.
  /// - Returns: The names of the tables created.
  package func createSchema(space: EmbeddingSpace, layout: LayoutWish? = nil) throws -> [String] {
    try transaction(.commit) {
      let missing = Set(try schema().filter { $0.state == .missing }.map(\.name))
      defer { forgetState() }
      try driver.capabilities.schema.prepareSchema()
      let tables = Table.all.filter { missing.contains($0.name) }
      for table in tables { try driver.capabilities.schema.create(table, dimensions: space.dimensions) }
      for table in Table.all {
        guard let trigger = table.trigger, missing.contains(trigger) else { continue }
        try driver.capabilities.schema.createTrigger(trigger, of: table)
      }
      try driver.capabilities.schema.createLedger()
      try driver.execute(
        """
        INSERT INTO \(OwnTable.settings) (key, value) VALUES ('schema_version', \(JSON.integer(1))),
          ('embedding_space', \(space.json)) ON CONFLICT (key) DO NOTHING
        """)
      if missing.contains(Table.memories.name), let goal = try layout.map(self.goal(of:)) ?? presetLayout(),
        goal.layout != .single
      {
        forgetState()
        try layOut(goal, SilentProgress())
      }
      return tables.map(\.name)
    }
  }

  /// Records which model made the vectors of a store that others made. The vectors stay as they are.
  ///
  /// - Parameter length: How long the model's vectors are; nil where that is not known.
  /// - Throws: `embedding_space_mismatch` when the store's vectors have another length, or are known to be of another
  ///   model.
  package func nameSpace(provider: String, model: String, length: Int?) throws {
    try transaction(.commit) {
      let current = try requireTables()
      let isRecorded = try state().recordedSpace != nil
      guard !isRecorded || current.provider != provider || current.model != model else { return }
      guard try !isRecorded || !current.isKnown || !hasVectors() else {
        throw MemshError(
          .embeddingSpaceMismatch, "the store's vectors are recorded as \(current), not as \(provider)/\(model)",
          hint: "`reembed` computes them anew with the embedder in use, and records it")
      }
      let space = EmbeddingSpace(
        provider: provider, model: model, dimensions: current.dimensions > 0 ? current.dimensions : length ?? 0)
      guard space.dimensions > 0, length.map({ $0 == space.dimensions }) ?? true else {
        throw MemshError(
          .embeddingSpaceMismatch,
          "the store's vectors have \(current.dimensions) numbers; \(provider)/\(model) makes "
            + "\(length.map { "\($0)" } ?? "vectors of a length that is not known")",
          hint: "name the model that made them, or compute them anew with `reembed`")
      }
      try driver.capabilities.schema.createLedger()
      forgetState()
      try driver.execute(
        """
        INSERT INTO \(OwnTable.settings) (key, value) VALUES ('embedding_space', \(space.json))
        ON CONFLICT (key) DO UPDATE SET value = excluded.value
        """)
    }
  }

  private func hasVectors() throws -> Bool {
    try Table.all.contains { table in
      guard let vectors = table.vectorColumn, try state().tables[table.name]?.column(vectors.name) != nil else {
        return false
      }
      return try driver.exists("SELECT 1 FROM \(table) WHERE \(name: vectors.name) IS NOT NULL LIMIT 1")
    }
  }
}

/// What each database does in its own way.
extension MemoryStore {
  /// Reports, and for `.ensure` and `.update` creates, what vectors need.
  ///
  /// - Throws: `pgvector_missing`, `permission_denied`.
  package func vectorSupport(_ action: VectorSupportAction) throws -> VectorSupport {
    _ = try state()
    defer { if action != .check { forgetState() } }
    return try driver.capabilities.schema.vectorSupport(action)
  }

  /// Stores vectors, measures distances and builds indexes for real; nothing of it stays.
  ///
  /// - Returns: What was tried, in order.
  package func testVectors(dimensions: Int) throws -> [String] {
    try driver.capabilities.schema.testVectors(dimensions: dimensions)
  }

  /// Makes sure that every row can be seen, before something is done with all of them.
  ///
  /// - Throws: `permission_denied` when a policy hides rows from this role.
  package func requireEveryRow() throws { try driver.capabilities.schema.requireEveryRow() }

  /// Keeps everybody else out of the four tables until the transaction ends.
  package func lockTables() throws { try driver.capabilities.schema.lockTables() }

  /// Builds the indexes that are missing or invalid.
  ///
  /// Inside a transaction they are part of it; outside, tables in use stay usable meanwhile.
  ///
  /// - Parameters:
  ///   - method: The method of the vector indexes; nil for the store's own choice.
  ///   - leftOut: The names of vector indexes that are not wanted.
  /// - Returns: What came of each vector index, or why there is none.
  package func buildIndexes(
    _ method: VectorIndexMethod?, leavingOut leftOut: Set<String> = [], _ progress: any ProgressReporter
  ) throws -> [VectorIndexOutcome] {
    defer { forgetState() }
    return try driver.capabilities.schema.buildIndexes(method, leavingOut: leftOut, progress)
  }

  /// Runs `body`, which fills the table of memories; an empty one may get its indexes when the rows are in. Belongs into a
  /// transaction.
  package func whileLoadingMemories<Value>(
    _ progress: any ProgressReporter, _ body: () throws -> Value
  ) throws -> Value {
    defer { forgetState() }
    return try driver.capabilities.schema.whileLoadingMemories(progress, body)
  }

  /// The vector indexes that tables of the store lack.
  package func missingVectorIndexes() throws -> Set<String> {
    let state = try state()
    let missing = state.schema.filter { $0.state == .missing && state.tables[$0.table] != nil }.map(\.name)
    return Set(missing).intersection(SchemaNames.vectorIndexes.map(\.name))
  }
}
