import MemoryModel

/// What a text is embedded for.
enum TextRole {
  /// To be looked for.
  case query
  /// To be stored.
  case passage
}

/// A model that is open.
protocol TextModel: AnyObject {
  /// The vectors of texts, in their order.
  func vectors(of texts: [String], as role: TextRole) -> [Vector]

  /// Texts longer than the model reads, whose beginning was embedded, so far.
  var cutTexts: Int64 { get }
}

extension StaticModel: TextModel {
  func vectors(of texts: [String], as role: TextRole) -> [Vector] { texts.map(vector(of:)) }

  var cutTexts: Int64 { 0 }
}
