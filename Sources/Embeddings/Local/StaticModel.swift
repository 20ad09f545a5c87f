import Foundation
import MemoryModel

/// A model that has one vector for each token, and for a text their mean.
///
/// Two layouts are read: Model2Vec's (`embeddings`, with optional `weights` and `mapping`; `config.json` says whether
/// to normalise) and WordLlama's (`embedding.weight`). See https://github.com/MinishLab/model2vec and
/// https://github.com/dleemiller/WordLlama.
final class StaticModel {
  /// The length of its vectors.
  let dimensions: Int

  private let file: TensorFile
  private let matrix: TensorFile.Tensor
  private let tokenizer: any Tokenizer
  /// From token to row, where several tokens share one.
  private let rows: [Int]
  /// What each token counts for.
  private let weights: [Float]
  private let normalizes: Bool
  /// A token that Model2Vec leaves out of the mean.
  private let omitted: Int32?
  private var ids: [Int32] = []

  /// Opens the model in a folder.
  ///
  /// - Parameter prepared: Where a form of its tokenizer is kept that is quicker to read.
  /// - Throws: `model_unusable`.
  init(folder: String, prepared: PreparedTokenizers? = nil) throws {
    file = try TensorFile(path: folder + "/model.safetensors")
    let matrix = try file.tokenEmbeddings()
    self.matrix = matrix
    dimensions = matrix.shape[1]
    tokenizer = try TokenizerFile.load(path: folder + "/tokenizer.json", prepared: prepared)
    rows = file["mapping"].map { [file] in file.numbers(of: $0).map { Int(exactly: $0) ?? -1 } } ?? []
    weights = file["weights"].map { [file] in file.numbers(of: $0).map { Float($0) } } ?? []
    guard rows.allSatisfy({ (0..<matrix.shape[0]).contains($0) }) else {
      throw MemshError(.modelUnusable, "\(folder)/model.safetensors maps tokens to rows that it has not")
    }
    let settings = StaticModel.settings(folder)
    normalizes = settings?[key: "normalize"] == .bool(true)
    let isModel2Vec = file["embeddings"] != nil
    omitted = isModel2Vec ? (tokenizer as? WordPieceTokenizer)?.unknown : nil
  }

  private static func settings(_ folder: String) -> JSON? {
    (try? WholeFile.text(folder + "/config.json", limitBytes: 1 << 20)).flatMap { try? JSONParser.parse($0) }
  }

  /// The vector of a text; zero for one without tokens.
  func vector(of text: String) -> Vector {
    ids.removeAll(keepingCapacity: true)
    tokenizer.tokens(of: text, into: &ids)
    if let omitted { ids.removeAll { $0 == omitted } }
    var sum = [Float](repeating: 0, count: dimensions)
    for id in ids { add(id, to: &sum) }
    if !ids.isEmpty {
      let count = Float(ids.count)
      for index in sum.indices { sum[index] /= count }
    }
    let mean = Vector(sum)
    return normalizes && !mean.isZero ? mean.normalized : mean
  }

  private func add(_ id: Int32, to sum: inout [Float]) {
    // As in the libraries, a token beyond the matrix counts as its last row.
    let token = Int(id)
    let row = rows.isEmpty ? min(max(token, 0), matrix.shape[0] - 1) : rows[min(max(token, 0), rows.count - 1)]
    let weight = weights.isEmpty ? 1 : weights[min(max(token, 0), weights.count - 1)]
    file.withRow(row, of: matrix) { bytes in
      sum.withUnsafeMutableBufferPointer { sum in
        switch matrix.type {
        case .float16:
          for index in sum.indices {
            sum[index] += HalfPrecision.float(bytes.loadUnaligned(fromByteOffset: index * 2, as: UInt16.self)) * weight
          }
        case .bfloat16:
          for index in sum.indices {
            let half = UInt16(littleEndian: bytes.loadUnaligned(fromByteOffset: index * 2, as: UInt16.self))
            sum[index] += Float(bitPattern: UInt32(half) << 16) * weight
          }
        case .int8:
          let numbers = bytes.bindMemory(to: Int8.self)
          for index in sum.indices { sum[index] += Float(numbers[index]) * weight }
        default:
          for index in sum.indices {
            let bits = bytes.loadUnaligned(fromByteOffset: index * 4, as: UInt32.self)
            sum[index] += Float(bitPattern: UInt32(littleEndian: bits)) * weight
          }
        }
      }
    }
  }
}
