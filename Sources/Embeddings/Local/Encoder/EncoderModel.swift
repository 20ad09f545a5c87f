import Dispatch
import Foundation
import LazyLibraries
import MemoryModel
import Synchronization

/// A sentence-transformers model of BERT's kind: every token of a text is seen beside all the others
/// (J. Devlin et al., "BERT", https://arxiv.org/abs/1810.04805; N. Reimers and I. Gurevych, "Sentence-BERT",
/// https://arxiv.org/abs/1908.10084).
final class EncoderModel: TextModel {
  private let settings: EncoderSettings
  private let weights: EncoderWeights
  private let tokenizer: WordPieceTokenizer
  /// What stands at the beginning and the end of every text.
  private let (start, end): (Int32, Int32)
  private(set) var cutTexts: Int64 = 0
  /// How many tokens there were so far, until they are enough for a word about the BLAS.
  private var tokensInBulk = 0
  private let withoutBLAS: (String) -> Void

  /// So many tokens go through the layers at a time: enough for a BLAS, few enough for the cache.
  private static let tokensAtATime = 512
  /// From so many tokens on, some seconds of work, a missing BLAS is worth a word.
  private static let tokensWorthTelling = 20_000

  /// Opens the model in a folder.
  ///
  /// - Parameters:
  ///   - prepared: Where a form of its tokenizer is kept that is quicker to read.
  ///   - withoutBLAS: Takes the reason why no BLAS is used, once, when there is much to do.
  /// - Throws: `model_unusable`.
  init(folder: String, prepared: PreparedTokenizers? = nil, withoutBLAS: @escaping (String) -> Void) throws {
    self.withoutBLAS = withoutBLAS
    do {
      settings = try EncoderSettings(folder: folder)
      weights = try EncoderWeights(TensorFile(path: folder + "/model.safetensors"), settings)
      (tokenizer, start, end) = try EncoderModel.tokenizer(folder, prepared)
      guard tokenizer.idsEnd <= weights.tokens else {
        throw UnusableModel(reason: "its tokenizer has \(tokenizer.idsEnd) tokens, its weights \(weights.tokens)")
      }
    } catch let failure as UnusableModel {
      throw MemshError(
        .modelUnusable, "the model in \(folder) cannot be used: \(failure.reason)",
        hint: "memsh reads sentence-transformers models of the type bert, such as all-MiniLM-L6-v2: "
          + "scripts/fetch-model --model minilm")
    }
  }

  private static func tokenizer(
    _ folder: String, _ prepared: PreparedTokenizers?
  ) throws -> (WordPieceTokenizer, start: Int32, end: Int32) {
    let settings = try EncoderSettings.file("tokenizer_config.json", in: folder)
    guard
      let tokenizer = try TokenizerFile.load(encoder: folder, settings, prepared: prepared) as? WordPieceTokenizer
    else { throw UnusableModel(reason: "its tokenizer is not WordPiece") }
    func special(_ key: String, _ usual: String) throws -> Int32 {
      let said = settings?[key: key]
      let name = said?.stringValue ?? said?[key: "content"]?.stringValue ?? usual
      guard let id = tokenizer.id(of: name) else {
        throw UnusableModel(reason: "the token \(name) is not in the vocabulary")
      }
      return id
    }
    return (tokenizer, try special("cls_token", "[CLS]"), try special("sep_token", "[SEP]"))
  }

  /// The tokens of a text as the model sees them, cut at its limit.
  func tokens(of text: String, as role: TextRole) -> (ids: [Int32], isCut: Bool) {
    var text = (role == .query ? settings.prompts.query : settings.prompts.passage) + text
    if settings.lowercases { text = text.lowercased() }
    var ids = [start]
    tokenizer.tokens(of: text, into: &ids)
    let isCut = ids.count > settings.lengthMaximum - 1
    if isCut { ids.removeSubrange((settings.lengthMaximum - 1)...) }
    ids.append(end)
    return (ids, isCut)
  }

  /// The vectors of texts; long and short ones are taken apart, and all cores work.
  func vectors(of texts: [String], as role: TextRole) -> [Vector] {
    let tokens = texts.map { text in
      let (ids, isCut) = self.tokens(of: text, as: role)
      if isCut { cutTexts += 1 }
      return ids
    }
    let batches = batches(of: tokens)
    tellOfBLAS(tokens.reduce(0) { $0 + $1.count })
    let longest = tokens.lazy.map(\.count).max() ?? 0
    let capacity = batches.lazy.map { $0.reduce(0) { $0 + tokens[$1].count } }.max() ?? 0
    let workers = min(ProcessInfo.processInfo.activeProcessorCount, batches.count)
    let work = Mutex((next: 0, vectors: [Vector](repeating: Vector([]), count: texts.count)))
    let (weights, settings) = (weights, settings)
    DispatchQueue.concurrentPerform(iterations: workers) { _ in
      let pass = EncoderPass(weights, settings, capacity: capacity, longest: longest)
      while true {
        let number = work.withLock { work in
          defer { work.next += 1 }
          return work.next
        }
        guard number < batches.count else { return }
        let batch = batches[number]
        let vectors = pass.vectors(of: batch.map { tokens[$0] }).map { values in
          settings.normalizes ? Vector(values).normalized : Vector(values)
        }
        work.withLock { work in
          for (place, vector) in zip(batch, vectors) { work.vectors[place] = vector }
        }
      }
    }
    return work.withLock { $0.vectors }
  }

  /// Which texts go through the layers together: longer ones first, so that the last batches are small ones.
  private func batches(of tokens: [[Int32]]) -> [[Int]] {
    let total = tokens.reduce(0) { $0 + $1.count }
    let share = total / ProcessInfo.processInfo.activeProcessorCount
    let limit = min(max(share, settings.lengthMaximum / 4), EncoderModel.tokensAtATime)
    var batches: [[Int]] = []
    var count = Int.max
    for place in tokens.indices.sorted(by: { (tokens[$0].count, $1) > (tokens[$1].count, $0) }) {
      if count > limit - tokens[place].count {
        batches.append([])
        count = 0
      }
      batches[batches.count - 1].append(place)
      count += tokens[place].count
    }
    return batches
  }

  private func tellOfBLAS(_ tokens: Int) {
    guard tokensInBulk < EncoderModel.tokensWorthTelling else { return }
    tokensInBulk += tokens
    guard tokensInBulk >= EncoderModel.tokensWorthTelling, let reason = memsh_blas_refusal() else { return }
    withoutBLAS(String(cString: reason))
  }
}
