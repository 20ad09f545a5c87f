import MemoryCore
import PostgresClient

extension PostgresStore {
  /// Builds the vector indexes that are missing or invalid.
  public func buildVectorIndexes(_ method: VectorIndexMethod?) throws -> [String] {
    guard let space = try embeddingSpace(), let version = try pgvectorVersion() else { return [] }
    let chosen = method ?? (version.hasHNSW ? .hnsw : .ivfflat)
    guard chosen != .none else { return ["➖ No vector index, as asked: search scans the table"] }
    guard let shape = VectorIndexShape(dimensions: space.dimensions, version: version) else {
      return [
        "➖ No vector index: this pgvector indexes up to \(version.indexableDimensions) dimensions, not "
          + "\(space.dimensions); search scans the table (a model of fewer dimensions, or a newer pgvector, helps)"
      ]
    }
    guard chosen != .hnsw || version.hasHNSW else {
      throw MemshError(
        .pgvectorMissing, "this pgvector has no hnsw indexes; they came with 0.5.0",
        hint: "use `--index ivfflat`, or update with `ensure-vector --update`")
    }
    let states = Dictionary(uniqueKeysWithValues: try schema().filter { $0.kind == .index }.map { ($0.name, $0.state) })
    return try SchemaNames.vectorIndexes.compactMap { index in
      guard states[index.name] != .present else { return nil }
      if states[index.name] == .invalid { try execute(unsafeSQL: "DROP INDEX \(index.name)") }
      return try build(index.name, on: index.table, method: chosen, shape: shape)
    }
  }

  private func build(
    _ name: String, on table: String, method: VectorIndexMethod, shape: VectorIndexShape
  ) throws -> String {
    let rows = try query("SELECT count(embedding) FROM \(identifier: table)").first?.integer(0) ?? 0
    let lists = PostgresStore.ivfflatLists(rows: Int(rows))
    let options = method == .ivfflat ? " WITH (lists = \(lists))" : ""
    try execute(
      unsafeSQL:
        "CREATE INDEX \(name) ON \(table) USING \(method.rawValue) (\(shape.expression) \(shape.operatorClass))"
        + options)
    return "✅ Built \(name): \(method.rawValue)\(options.lowercased()) over \(rows) vectors"
  }

  /// pgvector's advice: rows/1000 lists up to a million rows, then their square root; never fewer than 10.
  static func ivfflatLists(rows: Int) -> Int {
    max(10, rows < 1_000_000 ? rows / 1_000 : Int(Double(rows).squareRoot()))
  }
}
