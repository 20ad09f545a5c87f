import MemoryModel

extension WorkEvent {
  /// The lines that tell a person; those of a migration are the migration guide's.
  var lines: [String] {
    switch self {
    case .migrationStarted(let backend): ["🚀 Starting memory system migration to \(backend.title)..."]
    case .connected(let backend): ["✅ \(backend.title) database connection successful"]
    case .vectorsReady(let support):
      [
        support.installedVersion.map { "✅ \(support.engine) extension is enabled (\($0))" }
          ?? "✅ Vectors need no extension (\(support.engine))"
      ]
    case .waiting(.migration): ["⏳ Waiting: another migration into this store is running"]
    case .waiting(.indexBuild): ["⏳ Waiting: another memsh is building indexes in this store"]
    case .sourceRemark(let remark): ["⚠️ \(remark)"]
    case .found(let rows, let location, let table): ["Found \(rows) memories in \(location) (table \(table))"]
    case .sourceEmpty: ["SQLite database exists but is empty"]
    case .schemaReady(let created):
      [
        "✅ Schema created successfully",
        created.isEmpty
          ? "All tables were there already: \(Table.names.pythonStyle)" : "Created tables: \(created.pythonStyle)",
      ]
    case .migrated(let summary): summary.lines
    case .fragmentsWithoutVectors(let count, let space):
      ["⚠️ \(counted(count, "prompt fragment")) without an embedding: no embedder of \(space) is configured"]
    case .seeded(let count):
      [
        count == 0
          ? "✅ Default prompt fragments were there already" : "✅ Inserted \(counted(count, "default prompt fragment"))"
      ]
    case .vectorIndex(let outcome): [outcome.line]
    case .verified(let rows): ["✅ Verified: \(counted(rows, "memory")) read back equal, every vector by its checksum"]
    case .wouldHave(let event): event.lines.map { "Would have: " + $0 }
    case .systemTest(let step): step.lines
    }
  }
}

extension MigrationSummary {
  fileprivate var lines: [String] {
    var lines = [
      "✅ Migrated \(counted(counts.migrated, "memory")), \(counts.alreadyPresent) already present"
        + " (embeddings: \(counts.kept) kept, \(counts.generated) generated, \(counts.missing) missing)"
    ]
    if counts.sideRows > 0 {
      lines.append("✅ Migrated \(counted(counts.sideRows, "row")) of fragments, duplicates and analytics")
    }
    if counts.missing > 0, !hasEmbedder {
      let missing = counted(counts.missing, "memory")
      lines.append("⚠️ \(missing) without an embedding: no embedder of \(space) is configured")
    }
    if counts.notKept > 0, let spaceNotKept { lines.append(notKept(spaceNotKept)) }
    if counts.nulReplaced > 0 { lines.append("⚠️ \(counted(counts.nulReplaced, "NUL character")) replaced by U+FFFD") }
    if cutTexts > 0 {
      lines.append("⚠️ \(counted(cutTexts, "text")) longer than the model reads: the beginning was embedded")
    }
    if counts.zeroVectors > 0 { lines.append("⚠️ \(counts.zeroVectors) embeddings are zero: no search finds them") }
    if let rejectFile { lines.append("⚠️ \(counted(counts.rejected, "row")) rejected, written to \(rejectFile)") }
    return lines
  }
}

extension MigrationSummary {
  /// Tells that vectors were computed anew though the source has some.
  private func notKept(_ source: EmbeddingSpace) -> String {
    let (are, they) = counts.notKept == 1 ? ("is", "it is") : ("are", "they are")
    let what = counted(counts.notKept, "vector")
    let reason =
      source.hasModel
      ? "\(what) of \(source) \(are) not kept: \(they) of another model than the store's, \(space)"
      : "\(what) of \(source.dimensions) dimensions \(are) not kept: the source does not tell their model, and the "
        + "store's is \(space)"
    return "⚠️ \(reason); `--embeddings keep` into a new store keeps \(counts.notKept == 1 ? "it" : "them")"
  }
}

extension VectorIndexOutcome {
  fileprivate var line: String {
    switch self {
    case .built(let name, let method, let lists, let rows):
      "✅ Built \(name): \(method.rawValue)\(lists.map { " with (lists = \($0))" } ?? "") over \(counted(rows, "vector"))"
    case .rebuilt(let name, let rows): "✅ Built \(name) as it was, over \(counted(rows, "vector"))"
    case .unwanted: "➖ No vector index, as asked: search scans the table"
    case .noLength(let table):
      "➖ No vector index on \(table): its column embedding has no length; search scans the table"
    case .tooLong(let indexable, let dimensions):
      "➖ No vector index: this pgvector indexes up to \(indexable) dimensions, not \(dimensions); search scans the "
        + "table (a model of fewer dimensions, or a newer pgvector, helps)"
    }
  }
}

extension SystemTestStep {
  fileprivate var lines: [String] {
    switch self {
    case .started: ["🧪 Testing memory system operations..."]
    case .failed: ["❌ Memory system test failed; its rows are gone"]
    case .cleanedUp: ["✅ Test data cleaned up"]
    case .passed: ["🎉 All memory system tests passed!"]
    case .noEmbedder(let space): ["➖ Embedding service not tested: none of \(space) is configured"]
    case .embedded(let dimensions): ["✅ Embedding service working: \(dimensions) dimensions"]
    case .stored(let id): ["✅ Test memory stored with ID: \(id)"]
    case .found(let count, let similarity):
      [
        "✅ Memory search working: found \(count) results",
        "   Best match similarity: \(SystemTestStep.rounded(similarity))",
      ]
    case .assembled(let memories, let fragments):
      ["✅ Prompt assembly working: \(memories) memories, \(fragments) fragments"]
    case .counted(let memories, let categories, let average, let accesses):
      [
        "✅ Memory stats: {'total_memories': \(memories), 'categories': \(categories), "
          + "'avg_importance': \(average.map(SystemTestStep.rounded) ?? "none"), 'total_accesses': \(accesses)}"
      ]
    case .deduplicated: ["✅ Deduplication working: 1 exact duplicate found"]
    case .toldApart: ["✅ Embedding service tells texts apart, and each is found by its own"]
    }
  }

  private static func rounded(_ value: Double) -> String { "\((value * 1_000).rounded() / 1_000)" }
}

extension [String] {
  /// `['memories', 'memory_analytics']`: how the migration guide prints a list.
  fileprivate var pythonStyle: String { "[" + map { "'\($0)'" }.joined(separator: ", ") + "]" }
}
