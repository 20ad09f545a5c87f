extension EmbeddingSpace {
  /// The space as stores record it.
  public var json: JSON {
    .object([
      JSON.Member("provider", .string(provider)), JSON.Member("model", .string(model)),
      JSON.Member("dimensions", .integer(dimensions)), JSON.Member("distance", .string(EmbeddingSpace.distance)),
    ])
  }

  /// More numbers than this are no vector: they would not fit into any store.
  private static let dimensionsMaximum = 1_000_000

  /// Reads a recorded space; nil when the text is none.
  public init?(jsonText: String) {
    guard let json = try? JSONParser.parse(jsonText), let provider = json[key: "provider"]?.stringValue,
      let model = json[key: "model"]?.stringValue, let dimensions = json[key: "dimensions"]?.integerValue,
      (1...EmbeddingSpace.dimensionsMaximum).contains(dimensions)
    else { return nil }
    self.init(provider: provider, model: model, dimensions: dimensions)
  }

  /// The space of a store that the memory system's own applications made, which record none.
  ///
  /// Their schema is the migration guide's: 3,072 dimensions are text-embedding-3-large.
  public init(unrecordedDimensions dimensions: Int) {
    self.init(sourceModel: dimensions == 3_072 ? "text-embedding-3-large" : "unknown", dimensions: dimensions)
  }
}

extension RunCounts {
  /// The counts as ledgers record them.
  public var json: JSON {
    .object([
      JSON.Member("migrated", .integer(migrated)), JSON.Member("already_present", .integer(alreadyPresent)),
      JSON.Member("rejected", .integer(rejected)), JSON.Member("kept", .integer(kept)),
      JSON.Member("generated", .integer(generated)), JSON.Member("missing", .integer(missing + fragmentsMissing)),
    ])
  }
}
