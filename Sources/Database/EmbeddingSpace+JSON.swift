import MemoryModel

extension EmbeddingSpace {
  /// The space as stores record it.
  package var json: JSON {
    .object([
      JSON.Member("provider", .string(provider)), JSON.Member("model", .string(model)),
      JSON.Member("dimensions", .integer(dimensions)), JSON.Member("distance", .string(EmbeddingSpace.distance)),
    ])
  }

  /// More numbers than this are not a vector: they would not fit into any store.
  static let dimensionsMaximum = 65_535

  /// Reads a recorded space; nil when the text is none.
  package init?(jsonText: String) {
    guard let json = try? JSONParser.parse(jsonText), let provider = json[key: "provider"]?.stringValue,
      let model = json[key: "model"]?.stringValue, let dimensions = json[key: "dimensions"]?.integerValue,
      (1...EmbeddingSpace.dimensionsMaximum).contains(dimensions)
    else { return nil }
    self.init(provider: provider, model: model, dimensions: dimensions)
  }

  /// Reads the space that a store has recorded.
  ///
  /// - Parameter statement: Takes the record away, so that the store's own columns tell the space.
  /// - Throws: `store_corrupt` when the text is none.
  package init(recorded text: String, removedBy statement: String) throws {
    guard let space = EmbeddingSpace(jsonText: text) else {
      throw MemshError(
        .storeCorrupt, "the store's record of its embedding space cannot be read: \(text.prefix(60))",
        hint: "sql --write \"\(statement)\"; then `schema --create` or `reembed` records it anew")
    }
    self = space
  }

  /// The space of a store that the memory system's own applications made, which record none.
  ///
  /// Their schema is the migration guide's: 3,072 dimensions are text-embedding-3-large.
  package init(unrecordedDimensions dimensions: Int) {
    self.init(sourceModel: dimensions == 3_072 ? "text-embedding-3-large" : "unknown", dimensions: dimensions)
  }
}
