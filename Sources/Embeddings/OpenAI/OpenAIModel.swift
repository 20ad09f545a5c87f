/// What is known of the models that OpenAI publishes.
package struct OpenAIModel: Sendable {
  /// The length of its vectors, unless another is asked for.
  package let dimensions: Int
  /// Whether it can make shorter vectors.
  package let takesDimensions: Bool
  /// US dollars for a million tokens.
  package let pricePerMillionTokens: Double

  /// The model used unless another is named.
  package static let defaultName = "text-embedding-3-large"

  /// By name. Prices as of 2025-01, from https://platform.openai.com/docs/pricing; `set embedding-price` overrides them.
  private static let known: [String: OpenAIModel] = [
    "text-embedding-3-large": OpenAIModel(dimensions: 3_072, takesDimensions: true, pricePerMillionTokens: 0.13),
    "text-embedding-3-small": OpenAIModel(dimensions: 1_536, takesDimensions: true, pricePerMillionTokens: 0.02),
    "text-embedding-ada-002": OpenAIModel(dimensions: 1_536, takesDimensions: false, pricePerMillionTokens: 0.10),
  ]

  /// A published model; nil for others.
  package static func named(_ name: String) -> OpenAIModel? { known[name] }
}
