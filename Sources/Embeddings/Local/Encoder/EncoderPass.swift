import Kernels
import LazyLibraries

/// Takes the tokens of some texts through the layers of an encoder, on one thread.
///
/// The texts stand one behind the other, without padding: only attention sees where one ends.
final class EncoderPass {
  private let weights: EncoderWeights
  private let settings: EncoderSettings
  private let capacity: Int
  /// A row for each token, between the layers.
  private var rows: Rows
  private var next: Rows
  private let queries: Rows
  private let keys: Rows
  private let values: Rows
  private let attended: Rows
  private let widened: Rows
  private let scratch: Rows

  /// From so many rows on a BLAS is quicker; below, it would cost more to load one.
  private static let rowsForBLAS = 48

  /// Makes room.
  ///
  /// - Parameters:
  ///   - capacity: How many tokens go through at a time, at the most.
  ///   - longest: The most that a single text has.
  init(_ weights: EncoderWeights, _ settings: EncoderSettings, capacity: Int, longest: Int) {
    (self.weights, self.settings, self.capacity) = (weights, settings, capacity)
    func room(_ width: Int) -> Rows { Rows(capacity * width) }
    (rows, next) = (room(settings.width), room(settings.width))
    (queries, keys, values) = (room(settings.width), room(settings.width), room(settings.width))
    (attended, widened) = (room(settings.width), room(settings.innerWidth))
    scratch = Rows(memsh_attention_scratch(longest, settings.width / settings.heads))
  }

  /// Memory for numbers.
  private final class Rows {
    let start: UnsafeMutablePointer<Float>
    init(_ count: Int) { start = .allocate(capacity: count) }
    deinit { start.deallocate() }
  }

  /// The vectors of texts.
  ///
  /// - Parameter texts: The tokens of each, at least one; together no more than there is room for.
  func vectors(of texts: [[Int32]]) -> [[Float]] {
    let lengths = texts.map(\.count)
    let count = lengths.reduce(0, +)
    precondition(count <= capacity)
    look(up: texts)
    for layer in weights.layers { apply(layer, lengths, count) }
    var start = rows.start
    return lengths.map { length in
      defer { start += length * settings.width }
      return pooled(start, length)
    }
  }

  /// The sums of the vectors of words and places.
  private func look(up texts: [[Int32]]) {
    let width = settings.width
    var start = rows.start
    for text in texts {
      for (place, token) in text.enumerated() {
        (start + place * width).update(from: weights.words.start + Int(token) * width, count: width)
      }
      memsh_add_and_normalize(
        text.count, width, start, weights.positions.start, weights.norm.scale.start, weights.norm.shift.start,
        settings.epsilon)
      start += text.count * width
    }
  }

  private func apply(_ layer: EncoderWeights.Layer, _ lengths: [Int], _ count: Int) {
    let width = settings.width
    apply(layer.query, rows, count, into: queries)
    apply(layer.key, rows, count, into: keys)
    apply(layer.value, rows, count, into: values)
    var place = 0
    for length in lengths {
      memsh_attention(
        length, settings.heads, width / settings.heads, queries.start + place, keys.start + place,
        values.start + place, width, attended.start + place, scratch.start)
      place += length * width
    }
    apply(layer.attended, attended, count, into: next)
    normalize(next, adding: rows, layer.attendedNorm, count)
    apply(layer.widening, next, count, into: widened)
    memsh_activate(settings.activation, widened.start, count * settings.innerWidth)
    apply(layer.narrowing, widened, count, into: rows)
    normalize(rows, adding: next, layer.norm, count)
  }

  private func apply(_ linear: EncoderWeights.Linear, _ input: Rows, _ count: Int, into output: Rows) {
    for row in 0..<count {
      (output.start + row * linear.outputs).update(from: linear.bias.start, count: linear.outputs)
    }
    if count >= EncoderPass.rowsForBLAS, memsh_blas_refusal() == nil {
      memsh_blas_add_product(
        Int32(count), Int32(linear.outputs), Int32(linear.inputs), input.start, linear.weights.start, output.start)
    } else {
      memsh_add_product(count, linear.outputs, linear.inputs, input.start, linear.weights.start, output.start)
    }
  }

  private func normalize(_ rows: Rows, adding residual: Rows, _ norm: EncoderWeights.Norm, _ count: Int) {
    memsh_add_and_normalize(
      count, settings.width, rows.start, residual.start, norm.scale.start, norm.shift.start, settings.epsilon)
  }

  private func pooled(_ start: UnsafePointer<Float>, _ length: Int) -> [Float] {
    let width = settings.width
    var sum = Array(UnsafeBufferPointer(start: start, count: width))
    guard settings.pooling == .mean else { return sum }
    for row in 1..<max(length, 1) {
      for index in 0..<width { sum[index] += start[row * width + index] }
    }
    for index in 0..<width { sum[index] /= Float(length) }
    return sum
  }
}
