/// An embedding: a fixed number of finite 32-bit floats.
package struct Vector: Sendable, Hashable {
  /// The components, in order.
  package let values: [Float]

  /// Creates a vector from its components, which the caller has checked for finiteness (see ``isFinite``).
  package init(_ values: [Float]) {
    self.values = values
  }

  /// The number of components.
  package var dimensions: Int { values.count }

  /// Whether no component is NaN or infinite: pgvector refuses a vector with one.
  package var isFinite: Bool {
    // Without an early end the compiler looks at several at once.
    let exponent = Float.infinity.bitPattern
    var notFinite: UInt32 = 0
    for value in values { notFinite |= value.bitPattern & exponent == exponent ? 1 : 0 }
    return notFinite == 0
  }

  /// Whether all components are zero: such a vector has no direction, and no index holds it under cosine.
  package var isZero: Bool { values.allSatisfy { $0 == 0 } }

  /// The Euclidean length, summed in double precision.
  package var norm: Double {
    values.reduce(0.0) { $0 + Double($1) * Double($1) }.squareRoot()
  }

  /// The vector scaled to length one, or itself when it is zero.
  package var normalized: Vector {
    let length = norm
    return length == 0 ? self : Vector(values.map { Float(Double($0) / length) })
  }

  /// The components as little-endian IEEE 754 floats, four bytes each: how SQLite stores keep them.
  package var littleEndianBytes: [UInt8] {
    #if _endian(big)
      #error("memsh stores native little-endian floats and has no big-endian path")
    #endif
    return values.withUnsafeBytes(Array.init)
  }

  /// Reads little-endian floats. Returns nil when the length is not a multiple of four.
  package init?(littleEndianBytes bytes: UnsafeRawBufferPointer) {
    guard bytes.count % 4 == 0 else { return nil }
    self.init(
      [Float](unsafeUninitializedCapacity: bytes.count / 4) { buffer, count in
        if bytes.count > 0 { UnsafeMutableRawBufferPointer(buffer).copyMemory(from: bytes) }
        count = bytes.count / 4
      })
  }
}

extension Vector {
  /// The cosine similarity with another, from -1 to 1; nil where one of them is zero, or their lengths differ.
  package func cosine(with other: Vector) -> Double? {
    guard dimensions == other.dimensions else { return nil }
    return values.withUnsafeBufferPointer { left in
      other.values.withUnsafeBufferPointer { Cosine.similarityOrNil(left, $0) }
    }
  }
}

/// Cosine similarity in one pass and double precision.
package enum Cosine {
  /// The similarity of two equally long runs of floats, from -1 to 1; nil when one of them is zero.
  ///
  /// Eight independent sums let the compiler vectorise the loop; the result does not depend on the machine.
  @inlinable
  package static func similarityOrNil(
    _ left: UnsafeBufferPointer<Float>, _ right: UnsafeBufferPointer<Float>
  ) -> Double? {
    var dot = SIMD8<Double>.zero
    var leftSquares = SIMD8<Double>.zero
    var rightSquares = SIMD8<Double>.zero
    var index = 0
    let end = min(left.count, right.count)
    while index + 8 <= end {
      var x = SIMD8<Float>()
      var y = SIMD8<Float>()
      for lane in 0..<8 {
        x[lane] = left[index + lane]
        y[lane] = right[index + lane]
      }
      let a = SIMD8<Double>(x)
      let b = SIMD8<Double>(y)
      dot += a * b
      leftSquares += a * a
      rightSquares += b * b
      index += 8
    }
    var sums = (dot.sum(), leftSquares.sum(), rightSquares.sum())
    while index < end {
      let a = Double(left[index])
      let b = Double(right[index])
      sums = (sums.0 + a * b, sums.1 + a * a, sums.2 + b * b)
      index += 1
    }
    let scale = (sums.1 * sums.2).squareRoot()
    return scale == 0 ? nil : sums.0 / scale
  }
}
