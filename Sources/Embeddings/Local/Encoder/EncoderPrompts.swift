import MemoryModel

/// What a model wants to stand in front of a text, so that it knows what the text is for.
struct EncoderPrompts: Equatable {
  /// In front of what is looked for.
  let query: String
  /// In front of what is stored.
  let passage: String

  /// Reads what `config_sentence_transformers.json` says; where it says nothing, the model's name does.
  ///
  /// - Parameter names: What the model is called.
  init(_ settings: JSON?, names: [String]) {
    func prompt(_ keys: [String]) -> String? {
      keys.lazy.compactMap { settings?[key: "prompts"]?[key: $0]?.stringValue }.first
    }
    let usual = settings?[key: "default_prompt_name"]?.stringValue.flatMap { prompt([$0]) }
    // The names that sentence-transformers tries, in its order.
    let query = prompt(["query"]) ?? usual ?? ""
    let passage = prompt(["document", "passage", "corpus"]) ?? usual ?? ""
    guard query.isEmpty, passage.isEmpty else {
      (self.query, self.passage) = (query, passage)
      return
    }
    (self.query, self.passage) = names.lazy.compactMap(EncoderPrompts.known).first ?? ("", "")
  }

  /// The models that came before prompts could be written beside them, as their authors say how to use them
  /// (https://huggingface.co/intfloat/e5-small-v2, https://huggingface.co/BAAI/bge-small-en-v1.5).
  private static func known(_ name: String) -> (query: String, passage: String)? {
    let words = name.lowercased().split { !$0.isLetter && !$0.isNumber }
    if words.contains("e5") { return ("query: ", "passage: ") }
    if words.contains("bge"), words.contains("en") {
      return ("Represent this sentence for searching relevant passages: ", "")
    }
    if words.contains("bge"), words.contains("zh") { return ("为这个句子生成表示以用于检索相关文章：", "") }
    return nil
  }
}
