import ArgumentParser
import Database
import MemoryModel
import MemoryServices

/// How alike two memories must be to be taken for the same.
struct DuplicateOptions: ParsableArguments {
  @Option(help: "The share of characters in common: 0.95; 0 leaves the layer out.")
  var fuzzy = DuplicateLayer.fuzzy.defaultThreshold

  @Option(help: "The share of words of four letters or more in common: 0.8; 0 leaves the layer out.")
  var keyPhrase = DuplicateLayer.keyPhrase.defaultThreshold

  @Option(help: "The cosine of the embeddings: 0.85; 0 leaves the layer out.")
  var semantic = DuplicateLayer.semantic.defaultThreshold

  func validate() throws {
    for (name, value) in [("fuzzy", fuzzy), ("key-phrase", keyPhrase), ("semantic", semantic)] {
      guard value == 0 || (0.5...1).contains(value) else {
        throw ValidationError("'--\(name)' takes 0.5 to 1, or 0 to leave it out, not '\(value)'")
      }
    }
  }

  /// The layers in use, with how alike two memories must be for each.
  var thresholds: [DuplicateLayer: Double] {
    [.exact: 1, .fuzzy: fuzzy, .keyPhrase: keyPhrase, .semantic: semantic].filter { $0.value > 0 }
  }
}
