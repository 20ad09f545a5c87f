/// Turns vectors of length one into signed bytes, and tells how much that loses at most.
struct Quantizer {
  /// What a row of the file says of one vector.
  struct Row {
    var scale: Float = 0
    var error: Float = -1
  }

  private static let codeMaximum = 127.0

  /// Writes the codes and signs of a vector's direction: `codes × scale` is the vector scaled to length one, up to a
  /// difference of length `error`.
  ///
  /// - Returns: A row with an error below 0 for a vector without a direction: zero, or with a number that is none.
  static func quantize(
    _ values: UnsafeBufferPointer<Float>, codes: UnsafeMutablePointer<Int8>, signs: UnsafeMutablePointer<UInt64>
  ) -> Row {
    var squares = 0.0
    var largest: Float = 0
    for value in values {
      squares += Double(value) * Double(value)
      largest = max(largest, abs(value))
    }
    let length = squares.squareRoot()
    guard length > 0, length.isFinite else { return Row() }
    var row = Row()
    row.scale = Float(Double(largest) / length / codeMaximum)
    guard row.scale.isNormal else { return Row() }
    let (toUnit, toCode) = (1 / length, 1 / (length * Double(row.scale)))
    var lost = 0.0
    for index in values.indices {
      let value = Double(values[index])
      let code = min(max((value * toCode).rounded(), -codeMaximum), codeMaximum)
      codes[index] = Int8(code)
      let difference = value * toUnit - code * Double(row.scale)
      lost += difference * difference
      if value < 0 { signs[index >> 6] |= 1 << UInt64(index & 63) }
    }
    row.error = Float(lost.squareRoot()).nextUp.nextUp
    return row
  }
}

/// A query's direction in the same form, only finer, so that nearly all of the loss is on the rows' side.
struct QuantizedQuery {
  let codes: [Int16]
  let signs: [UInt64]
  let scale: Double
  /// How long the difference between the query's direction and its codes is.
  let error: Double

  /// - Returns: nil for a query without a direction.
  init?(_ query: [Float], codeStride: Int) {
    let length = query.reduce(0.0) { $0 + Double($1) * Double($1) }.squareRoot()
    guard length > 0, length.isFinite, let largest = query.map({ abs(Double($0)) }).max() else { return nil }
    // A sum of `count` products of a code (up to 127) and this must fit into 32 bits.
    let maximum = min(8_191.0, (Double(Int32.max) / (127 * Double(codeStride))).rounded(.down))
    scale = largest / length / maximum
    var codes = [Int16](repeating: 0, count: codeStride)
    var signs = [UInt64](repeating: 0, count: (query.count + 63) / 64)
    var lost = 0.0
    for (index, value) in query.enumerated() {
      let unit = Double(value) / length
      let code = (unit / scale).rounded()
      codes[index] = Int16(code)
      lost += (unit - code * scale) * (unit - code * scale)
      if value < 0 { signs[index >> 6] |= 1 << UInt64(index & 63) }
    }
    self.codes = codes
    self.signs = signs
    error = lost.squareRoot()
  }
}
